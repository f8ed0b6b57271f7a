import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LineFreed } from '#domain/lines.ts';
import { placeLeadCall } from '#services/calls/place-lead.ts';
import type { Context } from '#services/context.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

let chain: Chain;
let context: Context;
const freed: LineFreed[] = [];
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
  // The steps are taken by the test itself, as activities.
  await chain.stopWorker();
  const workflows: Context['workflows'] = {
    ...chain.context.workflows,
    lineFreed: async (_campaignId, line) => {
      freed.push(line);
      return { kind: 'done', value: undefined };
    },
  };
  context = { ...chain.context, workflows, heartbeat: () => {}, sleep: delay };
});

afterAll(async () => {
  await chain?.stop();
});

async function storeLead(callsPerSecond: number): Promise<{ campaignId: string; leadId: string }> {
  const campaignId = await chain.create({ ...QUICK, callsPerSecond });
  const [phone] = phonesOf('00');
  await chain.call('POST', `/api/campaigns/${campaignId}/leads`, { leads: [{ phone }] });
  const running = { status: 'running' as const, phone_number_ids: ['number'] };
  await context.db.updateTable('campaigns').set(running).where('id', '=', campaignId).execute();
  const { id: leadId } = await context.db
    .selectFrom('leads')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return { campaignId, leadId };
}

function leadRow(id: string) {
  return context.db
    .selectFrom('leads')
    .select(['state', 'not_before', 'hold_rule', 'line_waits'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

test('15: a lead that finds no line of the workspace free gives its own back at once, and comes later every time', async () => {
  const { campaignId, leadId } = await storeLead(50);
  await context.db.updateTable('workspace').set({ lines: 1 }).execute();
  await sql`insert into contacts (phone) values ('+12015550177')`.execute(context.db);
  await sql`insert into calls (id, phone, agent_id, phone_number_id, started_at, deadline_at, day)
    values ('other', '+12015550177', 'agent', 'number', now(), now() + interval '1 hour', current_date)`.execute(
    context.db,
  );
  const delaysMs: number[] = [];
  for (let nth = 1; nth <= 5; nth += 1) {
    const startedMs = performance.now();
    const attempt = { campaignId, leadId, attempt: 1, line: nth, turns: new Map<string, number>() };
    const placement = await placeLeadCall(context, attempt);
    // It used to stay for half a minute, looking every five seconds.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(placement).toMatchObject({ kind: 'wait', rule: 'workspace_lines', lineKept: false });
    const row = await leadRow(leadId);
    expect(row).toMatchObject({ state: 'backing_off', hold_rule: 'workspace_lines', line_waits: nth });
    const dueAt = row.not_before.toISOString();
    expect(freed.at(-1)).toMatchObject({ leadId, line: nth, next: 'backing_off', dueAt });
    delaysMs.push(row.not_before.getTime() - Date.now());
  }
  expect(delaysMs[4]).toBeGreaterThan(8_000);
  expect(delaysMs[0]).toBeLessThan(2_000);
});

test('15: for its turn to dial a lead waits no longer than a moment', async () => {
  const { campaignId, leadId } = await storeLead(0.05);
  await context.db.updateTable('workspace').set({ lines: 100 }).execute();
  await context.db
    .updateTable('campaigns')
    .set({ next_pace_at: new Date(Date.now() + 20_000) })
    .where('id', '=', campaignId)
    .execute();
  const startedMs = performance.now();
  const attempt = { campaignId, leadId, attempt: 1, line: 1, turns: new Map<string, number>() };
  expect(await placeLeadCall(context, attempt)).toMatchObject({
    kind: 'wait',
    rule: 'pace',
    lineKept: false,
  });
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  expect(await leadRow(leadId)).toMatchObject({ state: 'backing_off', hold_rule: 'pace' });
});
