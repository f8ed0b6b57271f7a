import { afterEach, expect, test, vi } from 'vitest';
import type { FaultOptions } from '#simulator/faults.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { planCall } from '#simulator/people.ts';
import { type Chain, type ChainOptions, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

const LONG = { timeout: 60_000, interval: 100 };
/** A call must be over after eighteen seconds and the margin. */
const SHORTEST = { ringSeconds: 8, maxCallSeconds: 10 };
const SEED = 5;
const SLOW = { speed: 100, timeouts: { callMarginMs: 500 } };
const NOBODY_HANGS_UP: Partial<FaultOptions> = { hangUpErrors: 1, hangUpIgnored: 1 };

let chain: Chain;

afterEach(async () => {
  await chain?.stop();
});

/** The first numbers with these endings whose people pick up before it has rung for so short a time. */
function quickPeople(...endings: string[]): string[] {
  const book = createPhoneBook();
  return endings.map((ending) => {
    for (;;) {
      const [number = ''] = book(ending);
      const plan = planCall({
        seed: SEED,
        number,
        callsBefore: 0,
        ringTimeoutSeconds: SHORTEST.ringSeconds,
        maxDurationSeconds: SHORTEST.maxCallSeconds,
        lineBusy: false,
      });
      if (plan.reach === 'answered') return number;
    }
  });
}

async function start(faults: Partial<FaultOptions>, more: ChainOptions = {}): Promise<void> {
  chain = await startChain({ ...SLOW, ...more, seed: SEED, faults: { ...NO_FAULTS, ...faults } });
}

const callsOf = (campaignId: string) =>
  chain.db.selectFrom('calls').selectAll().where('campaign_id', '=', campaignId).orderBy('id').execute();

async function attentionKinds(): Promise<string[]> {
  const { body } = await chain.call<{ items: { kind: string }[] }>('GET', '/api/attention');
  return body.items.map(({ kind }) => kind);
}

async function eventTypes(callId: string): Promise<string[]> {
  const rows = await chain.db
    .selectFrom('events')
    .select('type')
    .where('call_id', '=', callId)
    .orderBy('id')
    .execute();
  return rows.map(({ type }) => type);
}

/** Resolves when the first call of the campaign is past its deadline, and was seen to be so. */
async function overdue(campaignId: string): Promise<string> {
  return await vi.waitFor(async () => {
    const [call] = await callsOf(campaignId);
    expect(call, JSON.stringify(call)).toMatchObject({ status: 'in_progress', reach: null });
    expect(call?.overdue_since).not.toBeNull();
    return call?.id ?? '';
  }, LONG);
}

test('case 5: a call that outlasts its limit is hung up, and ends as it was: never as unknown', async () => {
  await start({ overstaySeconds: 20_000 });
  const id = await chain.launch(quickPeople('00'), SHORTEST);
  await chain.reaches(id, 'completed');
  const calls = await callsOf(id);
  expect(calls).toMatchObject([{ reach: 'answered', hang_up_reason: 'overdue' }]);
  expect(await eventTypes(calls[0]?.id ?? '')).toEqual(
    expect.arrayContaining(['call.overdue', 'call.hang_up_requested', 'call.ended']),
  );
  expect(chain.simulator.call(calls[0]?.call_sid ?? '')?.hungUp).toMatchObject({ by: 'operator' });
  expect(await attentionKinds()).toEqual([]);
  await chain.expectInvariants();
}, 90_000);

test('case 5: one that cannot be hung up keeps its line and its contact until it ends, and its callback', async () => {
  await start({ overstaySeconds: 100_000, ...NOBODY_HANGS_UP });
  const [phone = '', other = ''] = quickPeople('06', '00');
  const id = await chain.launch([phone, other], { ...SHORTEST, lines: 1 });
  const callId = await overdue(id);
  const rival = await chain.launch([phone], SHORTEST);
  // Its number is held by the gate for everybody, and so is the campaign's only line.
  await vi.waitFor(async () => {
    const held = chain.db.selectFrom('leads').select('hold_rule').where('campaign_id', '=', rival);
    expect(await held.executeTakeFirst()).toEqual({ hold_rule: 'contact_live' });
  }, LONG);
  expect(await callsOf(id)).toHaveLength(1);
  const { body: call } = await chain.call<{ overdueSince: string | null }>('GET', `/api/calls/${callId}`);
  expect(call.overdueSince).not.toBeNull();
  const [lead] = await chain.db.selectFrom('calls').select('lead_id').where('id', '=', callId).execute();
  const { body: why } = await chain.call<{ blockedBy: { rule: string; detail: string }[] }>(
    'GET',
    `/api/leads/${lead?.lead_id}/why`,
  );
  expect(why.blockedBy).toMatchObject([{ rule: 'contact_live', detail: expect.stringContaining('limit') }]);
  await vi.waitFor(async () => {
    await chain.db
      .updateTable('calls')
      .set({ hang_up_next_at: new Date(0) })
      .where('hang_up_next_at', 'is not', null)
      .where('status', '!=', 'ended')
      .execute();
    await chain.sweep();
    expect(await attentionKinds()).toEqual(['unended_call']);
  }, LONG);
  expect(chain.simulator.ledger.liveCalls).toBe(1);

  chain.simulator.letEnd((await callsOf(id)).find((each) => each.id === callId)?.call_sid ?? '');
  // It ends by itself, and what was promised in it is kept.
  const { lead_id: leadId } = await vi.waitFor(async () => {
    const ended = (await callsOf(id)).find((each) => each.id === callId);
    expect(ended).toMatchObject({ reach: 'answered', disposition: 'callback_requested' });
    return ended ?? { lead_id: null };
  }, LONG);
  expect(await attentionKinds()).toEqual([]);
  await vi.waitFor(async () => {
    const found = await chain.db
      .selectFrom('leads')
      .select(['state', 'hold_rule'])
      .where('id', '=', leadId ?? '')
      .executeTakeFirst();
    expect(found).toEqual({ state: 'backing_off', hold_rule: 'callback' });
  }, LONG);
  chain.simulator.setFaults(NO_FAULTS);
  for (const each of [id, rival])
    expect((await chain.call('POST', `/api/campaigns/${each}/stop`)).status).toBe(202);
  for (const each of [id, rival]) {
    await vi.waitFor(async () => {
      const open = chain.db.selectFrom('leads').select('id').where('campaign_id', '=', each);
      expect(await open.where('state', '!=', 'finished').execute()).toEqual([]);
    }, LONG);
  }
  await chain.expectInvariants();
}, 150_000);

test('case 5: while no provider answers it may live, which is shown, and its end is taken when they answer again', async () => {
  await start({ webhookLoss: 1 }, { timeouts: { ...SLOW.timeouts, pollAfterMs: 14_000 } });
  const id = await chain.launch(quickPeople('00'), SHORTEST);
  await vi.waitFor(async () => expect((await callsOf(id))[0]?.conversation_id).toBeTruthy(), LONG);
  chain.simulator.setFaults({ readErrors: 1 });
  await vi.waitFor(async () => expect(await attentionKinds()).toEqual(['unended_call']), LONG);
  expect(await callsOf(id)).toMatchObject([{ reach: null, last_seen_at: null }]);
  chain.simulator.setFaults(NO_FAULTS);
  await chain.reaches(id, 'completed');
  expect(await callsOf(id)).toMatchObject([{ reach: 'answered', source: 'poll' }]);
  expect(await attentionKinds()).toEqual([]);
  await chain.expectInvariants();
}, 120_000);

test('case 5: what no provider can tell for hours ends as unknown, with a person to settle it', async () => {
  await start(
    { webhookLoss: 1 },
    { timeouts: { ...SLOW.timeouts, pollAfterMs: 14_000, overdue: { silentMs: 3_000 } } },
  );
  const id = await chain.launch(quickPeople('00'), SHORTEST);
  await vi.waitFor(async () => expect((await callsOf(id))[0]?.conversation_id).toBeTruthy(), LONG);
  chain.simulator.setFaults({ readErrors: 1 });
  await chain.reaches(id, 'completed');
  expect(await callsOf(id)).toMatchObject([{ reach: 'unknown' }]);
  expect(await attentionKinds()).toEqual(['unknown_call']);
  await chain.expectInvariants();
}, 120_000);
