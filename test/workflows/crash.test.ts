import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '#services/context.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook, numbersEndingIn } from '../support/people.ts';

let chain: Chain;

afterEach(async () => {
  await chain?.stop();
});

function requestsByAttempt(): number[] {
  return [...Map.groupBy(chain.simulator.ledger.dials, ({ attemptId }) => attemptId).values()].map(
    (requests) => requests.length,
  );
}

test('a crash at each boundary of a dial: no attempt is dialled twice, and every lead is finished', async () => {
  let armed: { at: Checkpoint; times: number } | null = null;
  chain = await startChain({
    checkpoint: async (at) => {
      if (armed === null || armed.at !== at || armed.times === 0) return;
      armed.times -= 1;
      // Benign, so that what is wanted here does not fill the log.
      throw ApplicationFailure.create({ message: `crashed at ${at}`, category: 'BENIGN' });
    },
  });
  const phonesOf = createPhoneBook();
  const boundaries: Checkpoint[] = ['intent_committed', 'dial_answered', 'answer_recorded', 'call_concluded'];
  for (const at of boundaries) {
    const before = chain.simulator.ledger.dials.length;
    armed = { at, times: 4 };
    const id = await chain.launch(phonesOf('00', '08', '10', '12'));
    await chain.reaches(id, 'completed');
    expect(armed.times, `crashes left at ${at}`).toBe(0);
    expect(requestsByAttempt().filter((requests) => requests > 1)).toEqual([]);
    // The person who does not answer at first is called twice; whoever was not dialled before the crash, after it.
    expect(chain.simulator.ledger.dials.length - before, `dials after a crash at ${at}`).toBe(5);
    const decided = await chain.db
      .selectFrom('events')
      .select('type')
      .where('campaign_id', '=', id)
      .where('type', 'in', ['lead.backing_off', 'lead.finished'])
      .orderBy('type')
      .execute();
    expect(decided.map(({ type }) => type)).toEqual(['lead.backing_off', ...Array(4).fill('lead.finished')]);
    const open = await chain.db.selectFrom('leads').select('id').where('state', '!=', 'finished').execute();
    expect(open).toEqual([]);
    await chain.expectInvariants();
  }
}, 60_000);

test('a worker that slept past the deadline of its dial does not dial', async () => {
  let asleep = true;
  chain = await startChain({
    checkpoint: async (at) => {
      if (at !== 'intent_committed' || !asleep) return;
      asleep = false;
      await delay(chain.context.timeouts.dialTimeoutMs + 100);
    },
  });
  const id = await chain.launch(numbersEndingIn('00'));
  await chain.reaches(id, 'completed');
  const calls = await chain.db.selectFrom('calls').select(['id', 'reach']).orderBy('id').execute();
  expect(calls.map(({ reach }) => reach)).toEqual(['not_placed', 'answered']);
  expect(chain.simulator.ledger.dials.map(({ attemptId }) => attemptId)).toEqual([calls[1]?.id]);
  await chain.expectInvariants();
});

test('a worker that is stopped in the middle and started again', async () => {
  chain = await startChain();
  const id = await chain.launch(numbersEndingIn(...Array<string>(16).fill('09'), '02', '10'), { lines: 6 });
  await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBeGreaterThan(3), {
    timeout: 20_000,
    interval: 10,
  });
  await chain.stopWorker();
  // The calls under way end without anyone at work, and their webhooks are taken by the API.
  await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBe(0), { timeout: 20_000 });
  const meanwhile = chain.simulator.ledger.dials.length;
  expect(meanwhile).toBeLessThan(20);
  await chain.startWorker();
  await chain.reaches(id, 'completed');
  expect(chain.simulator.ledger.dials.filter(({ accepted }) => accepted)).toHaveLength(20);
  await chain.expectInvariants();
});

describe('a dial of which nothing is ever heard, without a carrier to ask', () => {
  test('waits until its deadline, is shown as unknown, is not dialled again, and is settled by a late webhook', async () => {
    chain = await startChain({
      carrier: 'none',
      timeouts: { callMarginMs: 500 },
      faults: { ...NO_FAULTS, dialTimeoutAfterAccept: 1, webhookLoss: 1, listingLagMs: 3_600_000 },
    });
    const [phone = ''] = numbersEndingIn('00');
    // The shortest that the rules allow: it must be over after fifteen seconds and the margin.
    const id = await chain.launch([phone], { ringSeconds: 5, maxCallSeconds: 10 });
    await vi.waitFor(
      async () => {
        const call = await chain.db.selectFrom('calls').selectAll().executeTakeFirstOrThrow();
        expect(call.reach).toBe('unknown');
        expect(call.ended_at?.getTime()).toBeGreaterThanOrEqual(call.deadline_at.getTime());
      },
      { timeout: 30_000, interval: 100 },
    );
    await chain.reaches(id, 'completed');
    expect(chain.simulator.ledger.dials).toHaveLength(1);
    const { body: attention } = await chain.call<{ items: { kind: string }[] }>('GET', '/api/attention');
    expect(attention.items).toMatchObject([{ kind: 'unknown_call' }]);
    await chain.expectInvariants();

    await chain.report(chain.simulator.ledger.dials[0]?.conversationId ?? '');
    const { body: afterwards } = await chain.call<{ items: unknown[] }>('GET', '/api/attention');
    expect(afterwards.items).toEqual([]);
    const lead = await chain.db.selectFrom('leads').selectAll().executeTakeFirstOrThrow();
    const { conversationId, reach } = chain.simulator.ledger.dials[0] ?? {};
    const call = await chain.db.selectFrom('calls').selectAll().executeTakeFirstOrThrow();
    expect(call).toMatchObject({ reach, conversation_id: conversationId, source: 'webhook' });
    expect(lead).toMatchObject({ state: 'finished', last_reach: reach });
    expect(lead.outcome).not.toBe('unknown');
    await chain.expectInvariants();
  }, 60_000);
});
