import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareTotals, rebuildTotals } from '#db/queries/totals.ts';
import { DISPOSITIONS, REACHES } from '#domain/call.ts';
import { between, pick, seededRandom } from '#simulator/random.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

const DAYS = ['2026-02-27', '2026-03-01', '2026-03-02'];
const AGENTS = ['agent_a', 'agent_b'];
const NUMBERS = ['phnum_a', 'phnum_b', null];
const PEOPLE = 8;

let api: ApiRig;
const campaigns: { id: string; leads: string[] }[] = [];

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  for (const area of ['415', '212']) {
    const { id } = (await api.call('POST', '/api/campaigns', { body: { name: area } })).body;
    const leads = Array.from({ length: PEOPLE }, (_, index) => ({ phone: `+1${area}555010${index}` }));
    await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
    const { items } = (await api.call('GET', `/api/campaigns/${id}/leads`)).body;
    campaigns.push({ id, leads: items.map((lead: { id: string }) => lead.id) });
  }
});
afterAll(() => api.stop());

/** Calls of every kind, and then changes to them. */
async function liveThrough(seed: number, changes: number): Promise<void> {
  const { db } = api.context;
  const random = seededRandom(seed);
  const ids: string[] = [];
  for (const { leads } of campaigns) {
    for (const lead of leads) {
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        const of = { agent_id: pick(random, AGENTS), phone_number_id: pick(random, NUMBERS) };
        ids.push(await insertCall(db, lead, { attempt, day: pick(random, DAYS), ...of }));
      }
    }
  }
  for (let change = 0; change < changes; change += 1) {
    const answered = random() < 0.5;
    await db
      .updateTable('calls')
      .set({
        status: 'ended',
        reach: answered ? 'answered' : pick(random, REACHES),
        disposition: answered ? pick(random, DISPOSITIONS) : null,
        converted: answered && random() < 0.3,
        verdict: pick(random, ['success', 'failure', 'unknown', null]),
        talk_seconds: answered ? between(random, 1, 300) : null,
        cost_cents: between(random, 0, 1_000) / 16,
        day: pick(random, DAYS),
        agent_id: pick(random, AGENTS),
        phone_number_id: pick(random, NUMBERS),
      })
      .where('id', '=', pick(random, ids))
      .execute();
  }
}

test('sums by day and by every property equal a full count, whatever happens to calls', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  console.info(`seed ${seed}`);
  await liveThrough(seed, 300);
  expect(await compareTotals(api.context.db)).toEqual([]);
});

test('figures by arm, number, disposition and direction agree with the calls', async () => {
  const [campaign] = campaigns;
  const { db } = api.context;
  const rows = await db
    .selectFrom('calls')
    .selectAll()
    .where('campaign_id', '=', campaign?.id ?? '')
    .execute();
  const { body } = await api.call('GET', `/api/campaigns/${campaign?.id}/metrics`);
  expect(body.byArm.map(({ agentId }: { agentId: string }) => agentId).sort()).toEqual(AGENTS);
  for (const arm of body.byArm) {
    const own = rows.filter(({ agent_id }) => agent_id === arm.agentId);
    const answered = own.filter(({ reach }) => reach === 'answered').length;
    const conversions = own.filter(({ converted }) => converted).length;
    expect(arm).toMatchObject({ calls: own.length, answered, conversions });
    expect(arm.conversionRate).toBe(answered === 0 ? null : conversions / answered);
  }
  expect(body.byNumber).toHaveLength(2);
  for (const number of body.byNumber) {
    const own = rows.filter(({ phone_number_id }) => phone_number_id === number.phoneNumberId);
    const reached = (...reaches: (string | null)[]) =>
      own.filter(({ reach }) => reaches.includes(reach)).length;
    const finished = own.length - reached(null, 'not_placed');
    expect(number).toMatchObject({ calls: own.length, finished, failed: reached('failed') });
    expect(number.answerRate).toBe(finished === 0 ? null : reached('answered') / finished);
  }
  for (const { disposition, calls } of body.byDisposition) {
    expect(calls).toBe(rows.filter((row) => row.disposition === disposition).length);
  }
  expect(body.byDirection).toMatchObject([{ direction: 'outbound', calls: PEOPLE * 3 }]);
  expect(body.conversionsPerLead).toBe(body.conversions / PEOPLE);
  expect(body.costPerConversionCents * body.conversions).toBeCloseTo(body.costCents, 2);
});

test('a call that came in counts as inbound, and is no dial', async () => {
  const [campaign] = campaigns;
  const { db } = api.context;
  const before = (await api.call('GET', `/api/campaigns/${campaign?.id}/metrics`)).body;
  await insertCall(db, campaign?.leads[0] ?? '', { id: 'inbound-1', attempt: null, direction: 'inbound' });
  const after = (await api.call('GET', `/api/campaigns/${campaign?.id}/metrics`)).body;
  expect(after.byDirection).toContainEqual({ direction: 'inbound', calls: 1, answered: 0, conversions: 0 });
  const ofDials = ({ calls, byArm, byNumber, byDisposition }: typeof after) => [
    calls,
    byArm,
    byNumber,
    byDisposition,
  ];
  expect(ofDials(after)).toEqual(ofDials(before));
  expect(await compareTotals(db)).toEqual([]);
});

test("the workspace's figures are those of its campaigns together", async () => {
  const all = (await api.call('GET', '/api/metrics')).body;
  const each = await Promise.all(
    campaigns.map(async ({ id }) => (await api.call('GET', `/api/campaigns/${id}/metrics`)).body),
  );
  expect(all.calls.total).toBe(each.reduce((sum, { calls }) => sum + calls.total, 0));
  expect(all.conversions).toBe(each.reduce((sum, { conversions }) => sum + conversions, 0));
  expect(all.byDay.map(({ date }: { date: string }) => date)).toEqual(DAYS);
  const some = (await api.call('GET', `/api/metrics?from=${DAYS[1]}&to=${DAYS[1]}`)).body;
  const arms = some.byArm.reduce((sum: number, { calls }: { calls: number }) => sum + calls, 0);
  expect(arms).toBe(some.calls.total);
});

test('sums that went wrong are found, and mended by counting anew', async () => {
  const { db } = api.context;
  await sql`alter table calls disable trigger calls_keep_totals_updated`.execute(db);
  await db
    .updateTable('calls')
    .set({ agent_id: 'agent_c', phone_number_id: 'phnum_c' })
    .where('attempt', '=', 1)
    .execute();
  await sql`alter table calls enable trigger calls_keep_totals_updated`.execute(db);
  await db.updateTable('call_totals').set({ busy: 77 }).where('day', '=', '2026-03-01').execute();
  const found = await compareTotals(db);
  expect(new Set(found.map(({ table }) => table))).toEqual(new Set(['call_totals', 'call_breakdowns']));
  expect(await rebuildTotals(db)).toEqual(found);
  expect(await compareTotals(db)).toEqual([]);
  await liveThroughAgain();
  expect(await compareTotals(db)).toEqual([]);
});

/** The triggers go on from what was rebuilt. */
async function liveThroughAgain(): Promise<void> {
  await api.context.db
    .updateTable('calls')
    .set({ agent_id: 'agent_d', cost_cents: 3 })
    .where('attempt', '=', 2)
    .execute();
}
