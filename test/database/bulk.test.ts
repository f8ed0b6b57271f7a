import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '#config/logger.ts';
import { inTransaction } from '#db/client.ts';
import { insertCampaign } from '#db/queries/campaigns.ts';
import { ALWAYS_OPEN, DEFAULT_SETTINGS, mergeSettings } from '#domain/settings.ts';
import { passGate } from '#services/calls/gate.ts';
import { updateCampaign } from '#services/campaigns/campaigns.ts';
import { workOnLeads } from '#services/campaigns/lead-work.ts';
import { stopCampaign } from '#services/campaigns/transitions.ts';
import { type Context, createContext } from '#services/context.ts';
import { recordingWorkflows } from '../support/api-rig.ts';
import { testConfig } from '../support/config.ts';
import { createTestDatabase } from '../support/database.ts';

/** More by hand, for figures: BULK_LEADS=600000. */
const LEADS = Number(process.env.BULK_LEADS ?? 30_000);
const CHUNK = 20_000;
const PATIENCE_MS = 600_000;
const ACTOR = { id: 'test', role: 'admin' } as const;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let context: Context;

beforeAll(async () => {
  database = await createTestDatabase();
  const config = testConfig({ DATABASE_URL: database.url });
  context = createContext(config, {
    workflows: recordingWorkflows(),
    logger: createLogger('bulk', 'silent'),
  });
});

afterAll(async () => {
  await context?.close();
  await database?.drop();
});

/** A running campaign with leads that wait for their hours, and one that comes to the gate all the time. */
async function largeCampaign(): Promise<{ campaignId: string; probe: string }> {
  const { db } = context;
  const campaignId = uuid();
  const probe = uuid();
  const settings = mergeSettings(DEFAULT_SETTINGS, { window: ALWAYS_OPEN });
  const now = new Date();
  await inTransaction(db, (tx) =>
    insertCampaign(tx, {
      id: campaignId,
      name: 'Large',
      agentId: 'a',
      phoneNumberIds: ['pn_1'],
      settings,
      now,
    }),
  );
  await db
    .updateTable('campaigns')
    .set({ status: 'running', started_at: now })
    .where('id', '=', campaignId)
    .execute();
  for (let first = 0; first < LEADS; first += CHUNK) await addLeads({ campaignId, probe, first });
  await sql`analyze leads`.execute(db);
  return { campaignId, probe };
}

async function addLeads({ campaignId, probe, first }: { campaignId: string; probe: string; first: number }) {
  await sql`
    with numbers as (
      select n, '+1' || (2000000000 + n)::text as phone
      from generate_series(${first}::int, ${Math.min(LEADS, first + CHUNK) - 1}::int) as n),
    known as (insert into contacts (phone) select phone from numbers on conflict do nothing)
    insert into leads (id, campaign_id, phone, zones, variables, not_before, hold_rule, hold_detail)
    select case when n = 0 then ${probe}::uuid else gen_random_uuid() end, ${campaignId}::uuid, phone,
      array[case n % 3 when 0 then 'America/New_York' when 1 then 'America/Denver' else 'Europe/Berlin' end], '{}',
      case when n = 0 then now() else now() + interval '9 hours' end,
      case when n = 0 then null else 'window' end, case when n = 0 then null else 'Outside the calling window.' end
    from numbers`.execute(context.db);
}

/** How long the work took, and how long the campaign's gate was closed at the longest meanwhile. */
async function beside(
  { campaignId, probe }: { campaignId: string; probe: string },
  work: () => Promise<unknown>,
): Promise<{ workMs: number; gateMs: number; gates: number }> {
  let over = false;
  let gates = 0;
  let gateMs = 0;
  const knock = async () => {
    while (!over) {
      const beganMs = performance.now();
      await passGate(context, { kind: 'lead', campaignId, leadId: probe, attempt: 1, line: 1 });
      gateMs = Math.max(gateMs, performance.now() - beganMs);
      gates += 1;
    }
  };
  const beganMs = performance.now();
  const knocking = knock();
  await work();
  const workMs = performance.now() - beganMs;
  over = true;
  await knocking;
  return { workMs, gateMs, gates };
}

test(
  '9: other hours for a large campaign hold its gate no longer than a page does',
  async () => {
    const campaign = await largeCampaign();
    let answerMs = 0;
    const { workMs, gateMs, gates } = await beside(campaign, async () => {
      const beganMs = performance.now();
      const { window } = mergeSettings(DEFAULT_SETTINGS, {
        window: { ...ALWAYS_OPEN, timeZone: 'Europe/Paris' },
      });
      await updateCampaign(context, {
        actor: ACTOR,
        campaignId: campaign.campaignId,
        change: { settings: { window } },
      });
      answerMs = performance.now() - beganMs;
      await workOnLeads(context, { campaignId: campaign.campaignId });
    });
    console.info({ LEADS, answerMs, workMs, gateMs, gates });
    expect(answerMs).toBeLessThan(workMs / 4);
    expect(gateMs).toBeLessThan(workMs / 4);
  },
  PATIENCE_MS,
);

test(
  '9: stopping a large campaign holds its gate no longer than a page does',
  async () => {
    const campaign = await largeCampaign();
    let answerMs = 0;
    const { workMs, gateMs, gates } = await beside(campaign, async () => {
      const beganMs = performance.now();
      await stopCampaign(context, { actor: ACTOR, campaignId: campaign.campaignId });
      answerMs = performance.now() - beganMs;
      await workOnLeads(context, { campaignId: campaign.campaignId });
    });
    console.info({ LEADS, answerMs, workMs, gateMs, gates });
    expect(answerMs).toBeLessThan(workMs / 4);
    expect(gateMs).toBeLessThan(workMs / 4);
  },
  PATIENCE_MS,
);
