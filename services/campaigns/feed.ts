import { sql } from 'kysely';
import { type Db, inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { currentSettings } from '#db/queries/settings.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { isOpen, nextOpening } from '#domain/window.ts';
import { longestCallMs, windowOf } from '../calls/gate.ts';
import type { Context } from '../context.ts';
import { reached } from '../workflows.ts';

export interface FeedRequest {
  campaignId: string;
  /** Leads whose workflow was started since the last feed. */
  startedLeadIds: string[];
  /** Leads wanted, at most. */
  limit: number;
}

export interface Feed {
  leadIds: string[];
  /** ISO time at which the next waiting lead may be called, when none can now; null when none waits. */
  nextAt: string | null;
  /** Leads that are not finished. */
  open: number;
  status: CampaignStatus;
  lines: number;
  /** Longer than this no lead holds a line. */
  longestHoldMs: number;
}

const PAGE = 1_000;
const MOST_PAGES = 20;
/** When no hour is ever allowed for a lead, it is looked at again after this; the rules may have changed. */
const NEVER_OPEN_RETRY_MS = 86_400_000;

export function createFeeding(context: Context) {
  return {
    /**
     * The next leads that may be called now, oldest first. Leads outside their window are put off to its
     * opening and cost nothing until then. Hands out the same leads again until they are told as started.
     */
    async feedLeads({ campaignId, startedLeadIds, limit }: FeedRequest): Promise<Feed> {
      const now = await context.now();
      await markStarted(context.db, startedLeadIds, now);
      const { status } = await context.db
        .selectFrom('campaigns')
        .select('status')
        .where('id', '=', campaignId)
        .executeTakeFirstOrThrow();
      const { settings } = await currentSettings(context.db, campaignId);
      const { leadIds, more } = await callableLeads(context.db, { campaignId, settings, limit, now });
      return {
        leadIds,
        nextAt: more ? now.toISOString() : await nextWaiting(context.db, campaignId),
        open: await countOpen(context.db, campaignId),
        status,
        lines: settings.lines,
        longestHoldMs: longestHoldMs(context, settings),
      };
    },

    /** Which of the leads hold a line that they no longer need. */
    async auditLines({ leadIds }: { campaignId: string; leadIds: string[] }): Promise<{ freed: string[] }> {
      const holding = await context.db
        .selectFrom('leads')
        .select('id')
        .where('id', 'in', leadIds)
        .where('state', 'in', ['queued', 'calling', 'waiting'])
        .execute();
      const alive = new Set<string>();
      for (const { id } of holding) {
        if (await reached(context.workflows.isRunning(leadWorkflowId(id)))) alive.add(id);
      }
      return { freed: leadIds.filter((id) => !alive.has(id)) };
    },

    /** Closes the campaign's row when no lead is open. False when there is one. */
    async completeCampaign({ campaignId }: { campaignId: string }): Promise<{ completed: boolean }> {
      const now = await context.now();
      return await inTransaction(context.db, async (tx) => {
        const { status } = await tx
          .selectFrom('campaigns')
          .select('status')
          .where('id', '=', campaignId)
          .forNoKeyUpdate()
          .executeTakeFirstOrThrow();
        if (status === 'completed') return { completed: true };
        if (status !== 'running' || (await countOpen(tx, campaignId)) > 0) return { completed: false };
        await tx
          .updateTable('campaigns')
          .set({ status: 'completed', finished_at: now, updated_at: now })
          .where('id', '=', campaignId)
          .execute();
        await appendEvent(tx, { type: 'campaign.completed', campaignId });
        return { completed: true };
      });
    },

    /** The set time has come: the campaign may dial. */
    async beginCampaign({ campaignId }: { campaignId: string }): Promise<void> {
      const now = await context.now();
      await inTransaction(context.db, async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('campaigns')
          .set({ status: 'running', started_at: now, updated_at: now })
          .where('id', '=', campaignId)
          .where('status', '=', 'scheduled')
          .executeTakeFirst();
        if (numUpdatedRows > 0n) await appendEvent(tx, { type: 'campaign.started', campaignId });
      });
    },

    /**
     * After a stop: ends every lead that was never started and tells those that wait between attempts. Calls
     * under way are left to end.
     */
    async stopLeads({ campaignId }: { campaignId: string }): Promise<void> {
      const now = await context.now();
      await context.db
        .updateTable('leads')
        .set({
          state: 'finished',
          outcome: 'stopped',
          outcome_detail: 'The campaign was stopped.',
          finished_at: now,
          updated_at: now,
          hold_rule: null,
          hold_detail: null,
        })
        .where('campaign_id', '=', campaignId)
        .where('state', '=', 'waiting')
        .execute();
      const started = await context.db
        .selectFrom('leads')
        .select('id')
        .where('campaign_id', '=', campaignId)
        .where('state', 'in', ['queued', 'backing_off', 'calling'])
        .execute();
      for (const { id } of started) {
        context.heartbeat();
        await reached(context.workflows.campaignStopped(id));
      }
    },

    /** The last step of a stopped campaign. */
    async closeCampaign({ campaignId }: { campaignId: string }): Promise<void> {
      const now = await context.now();
      await context.db
        .updateTable('campaigns')
        .set({ finished_at: now, updated_at: now })
        .where('id', '=', campaignId)
        .where('finished_at', 'is', null)
        .execute();
    },
  };
}

async function markStarted(db: Db, leadIds: string[], now: Date): Promise<void> {
  if (leadIds.length === 0) return;
  await db
    .updateTable('leads')
    .set({ state: 'queued', updated_at: now })
    .where('id', 'in', leadIds)
    .where('state', '=', 'waiting')
    .execute();
}

async function callableLeads(
  db: Db,
  {
    campaignId,
    settings,
    limit,
    now,
  }: { campaignId: string; settings: CampaignSettings; limit: number; now: Date },
): Promise<{ leadIds: string[]; more: boolean }> {
  const leadIds: string[] = [];
  for (let page = 0; page < MOST_PAGES && leadIds.length < limit; page += 1) {
    let query = db
      .selectFrom('leads')
      .select(['id', 'zones'])
      .where('campaign_id', '=', campaignId)
      .where('state', '=', 'waiting')
      .where('not_before', '<=', now)
      .orderBy('not_before')
      .orderBy('id')
      .limit(page === 0 ? limit : PAGE);
    if (leadIds.length > 0) query = query.where('id', 'not in', leadIds);
    const candidates = await query.execute();
    if (candidates.length === 0) return { leadIds, more: false };
    const shut = new Map<string, { zones: string[]; ids: string[] }>();
    for (const { id, zones } of candidates) {
      if (isOpen({ ...windowOf(settings, zones, now), at: now })) {
        if (leadIds.length < limit) leadIds.push(id);
        continue;
      }
      const key = zones.join();
      const group = shut.get(key) ?? { zones, ids: [] };
      group.ids.push(id);
      shut.set(key, group);
    }
    for (const group of shut.values()) await putOff(db, { ...group, settings, now });
  }
  return { leadIds, more: leadIds.length < limit };
}

async function putOff(
  db: Db,
  { zones, ids, settings, now }: { zones: string[]; ids: string[]; settings: CampaignSettings; now: Date },
): Promise<void> {
  const opening = nextOpening({ ...windowOf(settings, zones, now), from: now });
  const where = zones.length === 0 ? 'no zone is known' : zones.slice(0, 4).join(', ');
  const detail =
    opening === null
      ? `No hour is allowed in every zone (${where}).`
      : `Outside the calling window (${where}).`;
  await db
    .updateTable('leads')
    .set({
      not_before: opening ?? new Date(now.getTime() + NEVER_OPEN_RETRY_MS),
      hold_rule: 'window',
      hold_detail: detail,
    })
    .where('id', 'in', ids)
    .where('state', '=', 'waiting')
    .execute();
}

async function nextWaiting(db: Db, campaignId: string): Promise<string | null> {
  const next = await db
    .selectFrom('leads')
    .select('not_before')
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'waiting')
    .orderBy('not_before')
    .limit(1)
    .executeTakeFirst();
  return next?.not_before.toISOString() ?? null;
}

/** Counts no further than a thousand: the feed needs to know whether there is any. */
async function countOpen(db: Pick<Db, 'selectFrom'>, campaignId: string): Promise<number> {
  const { open } = await db
    .selectFrom((eb) =>
      eb
        .selectFrom('leads')
        .select(sql`1`.as('one'))
        .where('campaign_id', '=', campaignId)
        .where('state', '!=', 'finished')
        .limit(1_000)
        .as('some'),
    )
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .executeTakeFirstOrThrow();
  return open;
}

function longestHoldMs(context: Context, settings: CampaignSettings): number {
  const { dialTimeoutMs, reconcileForMs, pollEveryMs, callMarginMs } = context.timeouts;
  return longestCallMs(context, settings) + dialTimeoutMs + reconcileForMs + pollEveryMs + callMarginMs;
}
