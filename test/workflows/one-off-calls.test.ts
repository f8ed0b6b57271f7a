import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { callWorkflowId } from '#domain/ids.ts';
import type { OneOffCallSettings } from '#domain/one-off-call.ts';
import type { Checkpoint } from '#services/context.ts';
import { type FaultOptions, NO_FAULTS } from '#simulator/faults.ts';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Answer, type Chain, KEY, startChain } from '../support/chain-rig.ts';
import { textsOf } from '../support/history-files.ts';
import { type PlacedCall, placeCall, setOneOffCallRules } from '../support/one-off-call-rig.ts';
import { createPhoneBook } from '../support/people.ts';

const AGENT = AGENTS[0]?.agentId ?? '';
const NUMBER = PHONE_NUMBERS[0]?.phoneNumberId ?? '';
const numbersEndingIn = createPhoneBook();
const someone = (ending: string) => numbersEndingIn(ending)[0] ?? '';

const PATIENCE = { dialTimeoutMs: 6_000, pollAfterMs: 1_000 };

let chain: Chain;
/** Where the next runs of an activity break off, as a crash would. */
let crash: { at: Checkpoint; times: number } | null = null;
/** How long the next dial is slept over. */
let sleepMs = 0;

beforeAll(async () => {
  chain = await startChain({
    // Such a call is not tried again when its dial comes too late, as a lead's is.
    timeouts: PATIENCE,
    checkpoint: async (at) => {
      if (at === 'intent_committed' && sleepMs > 0) await delay(sleepMs);
      if (crash?.at !== at || crash.times === 0) return;
      crash.times -= 1;
      throw ApplicationFailure.create({ message: `crashed at ${at}`, category: 'BENIGN' });
    },
  });
  await setRules({});
});
afterAll(() => chain?.stop());
beforeEach(() => {
  crash = null;
  sleepMs = 0;
  Object.assign(chain.context.timeouts, PATIENCE);
  chain.simulator.setFaults(NO_FAULTS);
});

const setRules = (rules: Partial<OneOffCallSettings>, lines = 100) =>
  setOneOffCallRules(chain.db, rules, lines);

const place = (to: string, more: Record<string, unknown> = {}) => placeCall(chain, to, more);

async function accepted(answer: Promise<Answer<PlacedCall>>): Promise<string> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(202);
  return body.id;
}

const read = async (id: string) => (await chain.call<PlacedCall>('GET', `/api/calls/${id}`)).body;

/** Resolves with the call once its workflow has closed it. */
async function concluded(id: string): Promise<PlacedCall> {
  await chain.client.workflow.getHandle(callWorkflowId(id)).result();
  const call = await read(id);
  expect(call.status).toBe('ended');
  const row = await chain.db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(row.concluded_at).not.toBeNull();
  return call;
}

const dialsOf = (id: string) => chain.simulator.ledger.dials.filter(({ attemptId }) => attemptId === id);

describe('a one-off call', () => {
  test('is dialled once with what was asked, ends by its webhook, and is on every list', async () => {
    chain.context.timeouts.pollAfterMs = 20_000;
    const to = someone('00');
    const asked = {
      variables: { plan: 'blue' },
      overrides: { firstMessage: 'Hello.' },
      consent: 'my own phone',
    };
    const id = await accepted(place(to, asked));
    const { body: listed } = await chain.call<{ items: PlacedCall[] }>('GET', '/api/calls');
    expect(listed.items.map((call) => call.id)).toContain(id);
    const call = await concluded(id);
    expect(call).toMatchObject({
      reach: 'answered',
      source: 'webhook',
      campaignId: null,
      leadId: null,
      attempt: 1,
      direction: 'outbound',
      to,
      converted: true,
      decision: { verdict: 'go', facts: { consent: 'stated', holds: [] } },
    });
    expect(dialsOf(id)).toMatchObject([{ to, accepted: true, conversationId: call.conversationId }]);
    const { body: nobodys } = await chain.call<{ items: PlacedCall[] }>(
      'GET',
      '/api/calls?attribution=unattributed',
    );
    expect(nobodys.items).toEqual([]);
    const events = await chain.db.selectFrom('events').select('type').where('call_id', '=', id).execute();
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['call.started', 'call.placed', 'call.ended']),
    );
    await chain.expectInvariants();
  });

  test('keeps nothing personal in its history', async () => {
    const to = someone('08');
    const id = await accepted(place(to, { variables: { plan: 'teal-and-orange' } }));
    await concluded(id);
    const history = await chain.client.workflow.getHandle(callWorkflowId(id)).fetchHistory();
    const texts = textsOf(JSON.parse(JSON.stringify(history)));
    expect(texts.some((text) => text.includes(id))).toBe(true);
    expect(texts.filter((text) => text.includes(to) || text.includes('teal-and-orange'))).toEqual([]);
  });

  test('ends by polling when no webhook comes', async () => {
    chain.simulator.setFaults({ webhookLoss: 1 });
    const id = await accepted(place(someone('08')));
    expect(await concluded(id)).toMatchObject({ reach: 'answered', source: 'poll' });
    await chain.expectInvariants();
  });
});

describe('a dial that goes wrong', () => {
  test('429 and a refusal: certainly not placed, said so, and not tried again', async () => {
    chain.simulator.setFaults({ dialThrottle: { next: 1 } });
    const throttled = await accepted(place(someone('00')));
    expect(await concluded(throttled)).toMatchObject({ reach: 'not_placed', failure: expect.any(String) });
    const refused = await accepted(place(someone('15')));
    expect(await concluded(refused)).toMatchObject({ reach: 'not_placed', failure: expect.any(String) });
    expect(
      [...dialsOf(throttled), ...dialsOf(refused)].map(({ accepted, answer }) => [accepted, answer]),
    ).toEqual([
      [false, 'throttled'],
      [false, 'refused'],
    ]);
    await chain.expectInvariants();
  });

  test.for<[string, Partial<FaultOptions>]>([
    ['nothing', { dialTimeoutAfterAccept: { next: 1 } }],
    ['500', { dialServerErrorAfterAccept: { next: 1 } }],
    ['a reset connection, and no webhook comes', { dialResetAfterAccept: { next: 1 }, webhookLoss: 1 }],
  ])('accepted, and answered with %s: found and taken over', async ([, faults]) => {
    chain.simulator.setFaults(faults);
    const id = await accepted(place(someone('00')));
    const call = await concluded(id);
    expect(call).toMatchObject({ reach: 'answered' });
    expect(dialsOf(id)).toMatchObject([{ accepted: true, conversationId: call.conversationId }]);
    await chain.expectInvariants();
  });

  test('not accepted, and answered with 500: looked for in vain, and closed', async () => {
    chain.simulator.setFaults({ dialServerErrorBeforeAccept: { next: 1 } });
    const id = await accepted(place(someone('00')));
    expect(await concluded(id)).toMatchObject({
      reach: 'not_placed',
      failure: 'No provider knows of this call.',
    });
    expect(dialsOf(id)).toHaveLength(1);
    await chain.expectInvariants();
  });
});

describe('a worker that crashes', () => {
  test.for<[Checkpoint, number]>([
    ['intent_committed', 0],
    ['dial_answered', 1],
    ['answer_recorded', 1],
    ['call_concluded', 1],
  ])('at %s: dialled %i times, never twice, and closed', async ([at, dials]) => {
    crash = { at, times: 1 };
    const id = await accepted(place(someone('08')));
    const { reach } = await concluded(id);
    expect(crash.times).toBe(0);
    expect(dialsOf(id)).toHaveLength(dials);
    expect(reach).toBe(dials === 0 ? 'not_placed' : 'answered');
    await chain.expectInvariants();
  });

  test('and comes back too late: the call was live meanwhile, and is not dialled', async () => {
    chain.context.timeouts.dialTimeoutMs = 1_000;
    await chain.stopWorker();
    const id = await accepted(place(someone('00')));
    const { body: live } = await chain.call<{ items: PlacedCall[] }>('GET', '/api/calls/live');
    expect(live.items.map((call) => [call.id, call.status])).toEqual([[id, 'dialling']]);
    const { started_at } = await chain.db
      .selectFrom('calls')
      .select('started_at')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const lateAtMs = started_at.getTime() + chain.context.timeouts.dialTimeoutMs;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(lateAtMs), { timeout: 10_000 });
    await chain.startWorker();
    expect(await concluded(id)).toMatchObject({
      reach: 'not_placed',
      failure: 'Nobody came to dial it in time.',
    });
    expect(dialsOf(id)).toEqual([]);
    await chain.expectInvariants();
  });

  test('and comes back when the contact has opted out: it does not dial', async () => {
    chain.context.timeouts.dialTimeoutMs = 60_000;
    await chain.stopWorker();
    const to = someone('00');
    const id = await accepted(place(to));
    expect((await chain.call('POST', '/api/opt-outs', { phone: to })).status).toBeLessThan(300);
    await chain.startWorker();
    expect(await concluded(id)).toMatchObject({ reach: 'not_placed', failure: 'The contact opted out.' });
    expect(dialsOf(id)).toEqual([]);
  });

  test('or sleeps past the deadline of its dial: it does not dial', async () => {
    chain.context.timeouts.dialTimeoutMs = 1_000;
    sleepMs = 1_100;
    const id = await accepted(place(someone('00')));
    expect(await concluded(id)).toMatchObject({
      reach: 'not_placed',
      failure: 'Nobody came to dial it in time.',
    });
    expect(dialsOf(id)).toEqual([]);
  });

  test('with its workflow lost: the sweep brings it back', async () => {
    chain.simulator.setFaults({ webhookLoss: 1 });
    const id = await accepted(place(someone('08')));
    await vi.waitFor(async () => expect((await read(id)).conversationId).not.toBeNull(), { timeout: 10_000 });
    await chain.client.workflow.getHandle(callWorkflowId(id)).terminate('lost');
    // As if it had stood open for a while: the sweep leaves alone what is young.
    await chain.db
      .updateTable('calls')
      .set((eb) => ({ started_at: sql<Date>`${eb.ref('started_at')} - interval '30 seconds'` }))
      .where('id', '=', id)
      .execute();
    expect((await chain.sweep()).callsRestarted).toBe(1);
    expect(await concluded(id)).toMatchObject({ reach: 'answered', source: 'poll' });
    expect((await chain.sweep()).callsRestarted).toBe(0);
    expect(dialsOf(id)).toHaveLength(1);
  });
});

test('the same Idempotency-Key twice at once and once more: one dial', async () => {
  const body = JSON.stringify({ agentId: AGENT, phoneNumberId: NUMBER, to: someone('08') });
  const headers = {
    authorization: `Bearer ${KEY}`,
    'content-type': 'application/json',
    'idempotency-key': 'once',
  };
  const send = async () => {
    const response = await fetch(`${chain.url}/api/calls`, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as PlacedCall };
  };
  const before = chain.simulator.ledger.dials.length;
  const both = await Promise.all([send(), send()]);
  const id = both.find(({ status }) => status === 202)?.body.id ?? '';
  for (const { status, body: answer } of both) expect([202, 409], answer.detail).toContain(status);
  expect(await send()).toMatchObject({ status: 202, body: { id } });
  await concluded(id);
  expect(chain.simulator.ledger.dials.slice(before)).toMatchObject([{ attemptId: id }]);
});

test('calls of campaigns and outside of them keep one gate: one call a contact, and no more lines than there are', async () => {
  const [first, second, third] = [someone('09'), someone('09'), someone('09')];
  await setRules({}, 2);
  try {
    chain.simulator.setFaults({ webhookLoss: 1 });
    const one = await accepted(place(first));
    expect(await place(first)).toMatchObject({ status: 409, body: { errors: [{ path: 'contact_live' }] } });
    const two = await accepted(place(second));
    expect(await place(third)).toMatchObject({
      status: 409,
      body: { errors: [{ path: 'workspace_lines' }] },
    });
    const campaignId = await chain.launch([third]);
    await Promise.all([concluded(one), concluded(two)]);
    await chain.reaches(campaignId, 'completed');
    expect((await place(third)).status).toBe(202);
  } finally {
    await setRules({});
  }
  await vi.waitFor(
    async () => expect((await chain.call<{ items: [] }>('GET', '/api/calls/live')).body.items).toEqual([]),
    {
      timeout: 20_000,
    },
  );
  await chain.expectInvariants();
});
