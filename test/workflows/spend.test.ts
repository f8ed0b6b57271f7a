import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { WITHIN } from '../support/within.ts';

/** A call of ten minutes, at the phone network's price. */
const LONG_CALL_CENTS = 84;

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  // Calls of three seconds: long enough for a busy machine to have several under way.
  chain = await startChain({ speed: 200 });
});
afterAll(() => chain?.stop());

/** People who talk until the longest duration. */
const talkers = (count: number) => phonesOf(...Array<string>(count).fill('09'));

interface Spending {
  settledCents: number;
  reservedCents: number;
  expectedCallCents: number;
  limitCents: number | null;
}

async function spending(id: string): Promise<Spending> {
  return (await chain.call<{ spend: Spending }>('GET', `/api/campaigns/${id}/progress`)).body.spend;
}

async function campaign(id: string) {
  return (await chain.call<{ status: string; pauseReason: string | null }>('GET', `/api/campaigns/${id}`))
    .body;
}

async function leadsOf(id: string) {
  return await chain.db
    .selectFrom('leads')
    .select(['id', 'state', 'outcome', 'attempts_used', 'not_before', 'created_at'])
    .where('campaign_id', '=', id)
    .execute();
}

async function dialsOf(id: string): Promise<number> {
  const ids = new Set((await leadsOf(id)).map((lead) => lead.id));
  return chain.simulator.ledger.dials.filter(({ attemptId }) => ids.has(attemptId?.split('.')[0] ?? ''))
    .length;
}

async function attention(id: string) {
  return await chain.db
    .selectFrom('attention')
    .select(['kind', 'detail', 'settled_at'])
    .where('campaign_id', '=', id)
    .execute();
}

const decidedOf = (id: string) =>
  chain.db.selectFrom('decisions').select(['verdict', 'rule']).where('campaign_id', '=', id).execute();

test('case 8: of many lines only those dial that the money is there for, and the campaign pauses itself', async () => {
  const id = await chain.launch(talkers(32), {
    lines: 10,
    spendLimitCents: 200,
    expectedCallCents: LONG_CALL_CENTS,
  });
  await chain.reaches(id, 'paused');
  expect(await spending(id)).toEqual({
    settledCents: 2 * LONG_CALL_CENTS,
    reservedCents: 0,
    expectedCallCents: LONG_CALL_CENTS,
    limitCents: 200,
  });
  expect(await dialsOf(id)).toBe(2);
  const { pauseReason } = await campaign(id);
  expect(pauseReason).toBe(
    'The spend limit of 200 cents leaves no room for a call of about 84 cents: 168 cents are spent and ' +
      '0 cents reserved. Raise the limit, then resume the campaign.',
  );
  expect(await attention(id)).toEqual([
    { kind: 'spend_limit_reached', detail: pauseReason, settled_at: null },
  ]);
  // The list was not woken for it: no more came to the gate than have lines, and everybody keeps their time.
  const held = (await decidedOf(id)).filter(({ rule }) => rule === 'spend_limit');
  expect(held.length).toBeLessThanOrEqual(12);
  const open = (await leadsOf(id)).filter(({ state }) => state !== 'finished');
  expect(open).toHaveLength(30);
  for (const lead of open) expect(lead.not_before.getTime()).toBeLessThan(Date.now());

  // A limit that was raised and a resume let the next ones pass, and settle the item.
  const raised = { settings: { spendLimitCents: 200 + LONG_CALL_CENTS } };
  expect((await chain.call('PATCH', `/api/campaigns/${id}`, raised)).status).toBe(200);
  expect((await chain.call('POST', `/api/campaigns/${id}/resume`)).status).toBe(202);
  expect((await attention(id)).filter(({ settled_at }) => settled_at === null)).toEqual([]);
  await chain.reaches(id, 'paused');
  expect(await dialsOf(id)).toBe(3);
  await chain.expectInvariants();
});

test('case 8: calls that nobody answers give back what was reserved: everybody is called, all attempts', async () => {
  const id = await chain.launch(phonesOf('01', '01', '01', '01'), {
    lines: 4,
    spendLimitCents: 100,
    expectedCallCents: LONG_CALL_CENTS,
  });
  await chain.reaches(id, 'completed');
  const leads = await leadsOf(id);
  expect(leads.map((lead) => lead.attempts_used)).toEqual([3, 3, 3, 3]);
  expect(await spending(id)).toMatchObject({ settledCents: 0, reservedCents: 0, expectedCallCents: 1 });
  await chain.expectInvariants();
}, 90_000);

test('case 8: calls far above the estimate pass the limit by no more than one estimate a line is wrong', async () => {
  const [lines, limit, estimate] = [3, 200, 1];
  const id = await chain.launch(talkers(12), {
    lines,
    spendLimitCents: limit,
    expectedCallCents: estimate,
  });
  await chain.reaches(id, 'paused');
  await vi.waitFor(async () => expect((await spending(id)).reservedCents).toBe(0), WITHIN);
  const { settledCents } = await spending(id);
  expect(settledCents).toBeGreaterThan(limit);
  expect(settledCents).toBeLessThanOrEqual(limit + lines * (LONG_CALL_CENTS - estimate));
  await chain.expectInvariants();
});

test('case 8: a limit that is lowered below what is spent pauses with the next call', async () => {
  const id = await chain.launch(talkers(6), { lines: 1, spendLimitCents: 10_000 });
  await vi.waitFor(async () => expect((await spending(id)).settledCents).toBeGreaterThan(0), WITHIN);
  const lowered = { settings: { spendLimitCents: 10 } };
  expect((await chain.call('PATCH', `/api/campaigns/${id}`, lowered)).status).toBe(200);
  await chain.reaches(id, 'paused');
  const { settledCents, limitCents } = await spending(id);
  expect([settledCents >= LONG_CALL_CENTS, limitCents]).toEqual([true, 10]);
  expect(await dialsOf(id)).toBeLessThan(6);
  // Resumed without more money, it pauses again, and dials nobody.
  const dials = await dialsOf(id);
  expect((await chain.call('POST', `/api/campaigns/${id}/resume`)).status).toBe(202);
  await chain.reaches(id, 'paused');
  expect(await dialsOf(id)).toBe(dials);
  await chain.expectInvariants();
});

test('case 8: a charge that comes late makes the room that its call did not need', async () => {
  chain.simulator.setFaults({ chargeMissing: 1 });
  // Twice as much is reserved as a call costs: the second one passes only once the first is charged.
  const id = await chain.launch(talkers(2), { lines: 2, spendLimitCents: 200, expectedCallCents: 150 });
  const ends = async () => expect(await callsWithoutCharge(id)).toBe(1);
  await vi.waitFor(ends, WITHIN);
  expect(await spending(id)).toMatchObject({ settledCents: 0, reservedCents: 150 });
  expect((await campaign(id)).status).toBe('running');
  expect(await dialsOf(id)).toBe(1);

  chain.simulator.setFaults({ chargeMissing: 0 });
  await chargedBySweep(id);
  expect(await spending(id)).toMatchObject({ settledCents: LONG_CALL_CENTS, reservedCents: 0 });
  // 84 and 150 are more than 200: no other call fits, which nothing in flight can change any more.
  await chain.reaches(id, 'paused');
  const raised = { settings: { spendLimitCents: 240 } };
  expect((await chain.call('PATCH', `/api/campaigns/${id}`, raised)).status).toBe(200);
  expect((await chain.call('POST', `/api/campaigns/${id}/resume`)).status).toBe(202);
  await chain.reaches(id, 'completed');
  expect(await spending(id)).toMatchObject({ settledCents: 2 * LONG_CALL_CENTS, reservedCents: 0 });
  await chain.expectInvariants();
}, 120_000);

test('case 8: a call that is never charged counts as what was reserved, once its time is over', async () => {
  const awaited = chain.context.timeouts.chargeAwaitedMs;
  chain.context.timeouts.chargeAwaitedMs = 1_000;
  chain.simulator.setFaults({ chargeMissing: 1 });
  try {
    const id = await chain.launch(talkers(3), { lines: 3, spendLimitCents: 100, expectedCallCents: 60 });
    await chain.reaches(id, 'paused');
    expect(await dialsOf(id)).toBe(1);
    expect(await spending(id)).toMatchObject({ settledCents: 0, reservedCents: 60 });
    expect((await campaign(id)).pauseReason).toContain('0 cents are spent and 60 cents reserved.');
    await chain.expectInvariants();
  } finally {
    chain.simulator.setFaults({ chargeMissing: 0 });
    if (awaited === undefined) delete chain.context.timeouts.chargeAwaitedMs;
  }
}, 120_000);

async function callsWithoutCharge(id: string): Promise<number> {
  const calls = await chain.db
    .selectFrom('calls')
    .select('id')
    .where('campaign_id', '=', id)
    .where('concluded_at', 'is not', null)
    .where('cost_cents', 'is', null)
    .execute();
  return calls.length;
}

/** The sweep looks at calls that ended a while ago. */
async function chargedBySweep(id: string): Promise<void> {
  const earlier = new Date(Date.now() - 60_000);
  await chain.db.updateTable('calls').set({ ended_at: earlier }).where('campaign_id', '=', id).execute();
  expect((await chain.sweep()).callsCharged).toBe(1);
}
