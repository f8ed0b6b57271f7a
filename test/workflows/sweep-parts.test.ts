import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

const LONG_AGO_MS = 3_600_000;

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
});

afterAll(async () => {
  await chain?.stop();
});

async function lastChanged(campaignId: string, agoMs: number): Promise<void> {
  const updated_at = new Date(Date.now() - agoMs);
  await chain.db.updateTable('campaigns').set({ updated_at }).where('id', '=', campaignId).execute();
}

/** A campaign at work by its row, with a workflow on a queue that no worker serves. */
async function mute(): Promise<string> {
  const id = await chain.create({});
  await chain.client.workflow.start('campaignWorkflow', {
    workflowId: campaignWorkflowId(id),
    taskQueue: `nobody-${uuid()}`,
    args: [{ campaignId: id, startAt: null, lines: 1 }],
  });
  await chain.db
    .updateTable('campaigns')
    .set({ status: 'paused', started_at: new Date() })
    .where('id', '=', id)
    .execute();
  const change = { campaign_id: id, generation: 1, changed_at: new Date(Date.now() - LONG_AGO_MS) };
  await chain.db.insertInto('campaign_changes').values(change).execute();
  return id;
}

test('12: campaigns whose workflows do not answer do not keep the next one from its own', async () => {
  const silent = [await mute(), await mute()];
  const lost = await chain.launch(phonesOf('00'));
  await chain.reaches(lost, 'completed');
  const started = { status: 'running' as const, finished_at: null };
  await chain.db.updateTable('campaigns').set(started).where('id', '=', lost).execute();
  for (const id of silent) await lastChanged(id, 2 * LONG_AGO_MS);
  await lastChanged(lost, LONG_AGO_MS);
  const report = await chain.sweep();
  expect(report).toMatchObject({
    campaignsRestarted: 1,
    failures: [{ part: 'campaignsRestarted', failed: 2 }],
  });
  expect(silent).toContain(report.failures[0]?.first?.replace('campaign ', ''));
  await chain.reaches(lost, 'completed');
  for (const id of silent) {
    await chain.client.workflow.getHandle(campaignWorkflowId(id)).terminate('the end of its test');
    await chain.db.updateTable('campaigns').set({ status: 'draft' }).where('id', '=', id).execute();
  }
  expect((await chain.sweep()).failures).toEqual([]);
  await chain.expectInvariants();
}, 120_000);

test('12: a part that throws is reported by its name, and the others do their work', async () => {
  const id = await chain.launch(phonesOf('09'));
  const { id: leadId } = await chain.db
    .selectFrom('leads')
    .select('id')
    .where('campaign_id', '=', id)
    .executeTakeFirstOrThrow();
  const { conversationId } = await new Promise<{ conversationId: string | null }>((resolve) => {
    const look = () => {
      const dial = chain.simulator.ledger.dials.find(({ attemptId }) => attemptId?.startsWith(leadId));
      if (dial === undefined) setTimeout(look, 10);
      else resolve(dial);
    };
    look();
  });
  expect(conversationId).not.toBeNull();
  await chain.client.workflow.getHandle(leadWorkflowId(leadId)).terminate('lost, for the test');
  const longAgo = new Date(Date.now() - LONG_AGO_MS);
  await chain.db
    .updateTable('leads')
    .set({ updated_at: longAgo, not_before: longAgo })
    .where('id', '=', leadId)
    .execute();
  await sql`alter table follow_ups rename to follow_ups_away`.execute(chain.db);
  try {
    const report = await chain.sweep();
    expect(report).toMatchObject({
      leadsRestarted: 1,
      failures: [{ part: 'followUpsRestarted', reason: expect.stringContaining('42P01') }],
    });
    const attention = () => chain.call<{ items: unknown[] }>('GET', '/api/attention');
    expect((await attention()).body.items).toEqual([]);
    await sql`update sweep_parts set failing_since = now() - interval '1 hour', failures = 5`.execute(
      chain.db,
    );
    await chain.sweep();
    expect((await attention()).body.items).toMatchObject([
      { kind: 'failing_sweep', subject: 'followUpsRestarted' },
    ]);
  } finally {
    await sql`alter table follow_ups_away rename to follow_ups`.execute(chain.db);
  }
  expect((await chain.sweep()).failures).toEqual([]);
  expect((await chain.call('GET', '/api/attention')).body).toMatchObject({ items: [] });
  await chain.reaches(id, 'completed');
  await chain.expectInvariants();
}, 120_000);

/** Leads on their way to the gate whose workflows are gone, as after the loss of Temporal's database. */
async function loseLeads(campaignId: string, many: number): Promise<void> {
  await sql`
    with numbers as (select '+1' || (2000000000 + n)::text as phone from generate_series(1, ${many}) as n),
    known as (insert into contacts (phone) select phone from numbers on conflict do nothing)
    insert into leads (id, campaign_id, phone, zones, variables, state, not_before, updated_at, hold_rule)
    select gen_random_uuid(), ${campaignId}::uuid, phone, '{America/Los_Angeles}', '{}', 'queued',
      now() - interval '1 hour', now() - interval '1 hour', 'campaign_running'
    from numbers`.execute(chain.db);
}

test('12: thousands of leads whose workflows were lost come back in one sweep', async () => {
  const many = 3_000;
  const id = await chain.launch(phonesOf('00'), { lines: 1 });
  await chain.reaches(id, 'completed');
  await chain.db
    .updateTable('campaigns')
    .set({ status: 'paused', finished_at: null })
    .where('id', '=', id)
    .execute();
  await loseLeads(id, many);
  const startedAtMs = performance.now();
  const { failures } = await chain.sweep();
  expect(failures).toEqual([]);
  // By the sweep one by one, and by the campaign's workflow in pages once it has been started again.
  await vi.waitFor(
    async () => {
      const { lost } = await chain.db
        .selectFrom('leads')
        .select((count) => count.fn.countAll<number>().as('lost'))
        .where('campaign_id', '=', id)
        .where('state', '=', 'queued')
        .executeTakeFirstOrThrow();
      expect(lost).toBe(0);
    },
    { timeout: 120_000, interval: 100 },
  );
  const seconds = (performance.now() - startedAtMs) / 1_000;
  console.info(`${many} lost leads are due again after ${seconds.toFixed(1)} s`);
  // Two hundred a minute, as once, would take a quarter of an hour.
  expect(many / seconds).toBeGreaterThan(20);
}, 180_000);
