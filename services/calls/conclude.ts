import { type Selectable, sql } from 'kysely';
import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import type { CallRow } from '#db/queries/calls.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { pendingFollowUps } from '#db/queries/follow-ups.ts';
import { changeLead } from '#db/queries/leads.ts';
import { lockCallAndLead } from '#db/queries/locks.ts';
import type { LeadsTable } from '#db/schema/leads.ts';
import type { Reach } from '#domain/call.ts';
import { callingHours } from '#domain/calling-hours.ts';
import { callbackTime } from '#domain/disposition.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import { type NextStep, nextStep, type RetryKind } from '#domain/retry.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { isPastEnd } from '../campaigns/end.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import { planFollowUps } from '../follow-ups/plan.ts';
import { finishLead, holdLead } from '../leads/steps.ts';
import { reached } from '../workflows.ts';
import { analysisOf } from './evaluate.ts';
import { reviewOverdue } from './overdue.ts';

type Lead = Selectable<LeadsTable>;

export interface CallRef {
  campaignId: string;
  leadId: string;
  callId: string;
  /** The number of the line it was placed on. */
  line: number;
}

/** What comes next for the lead's workflow, and the ids of what follows the call. Times are ISO. */
export type Conclusion =
  | { kind: 'finished'; reach: Reach; followUps: string[] }
  | { kind: 'retry'; at: string; line: RetryKind; reach: Reach; followUps: string[] }
  /** It is not over: go on waiting. */
  | { kind: 'not_ended' };

/**
 * Decides what comes after a lead's call, once: counts the attempt, moves the lead on and gives the line back. A call
 * past its deadline is waited for as long as it may be under way (`reviewOverdue`).
 *
 * @throws RetryLater `Overdue`
 */
export async function concludeLeadCall(
  context: Context,
  { campaignId, leadId, callId, line }: CallRef,
): Promise<Conclusion> {
  const concluded = await concludeCall(context, callId);
  if (concluded === null) return { kind: 'not_ended' };
  const { reach, step } = concluded;
  if (step === null) throw new Error('A call without a lead has no next step.');
  const followUps = await pendingFollowUps(context.db, callId);
  if (step.next === 'finish') {
    await reached(context.workflows.lineFreed(campaignId, { leadId, line, next: 'finished' }));
    return { kind: 'finished', reach, followUps };
  }
  const dueAt = new Date(step.at).toISOString();
  await reached(context.workflows.lineFreed(campaignId, { leadId, line, next: 'backing_off', dueAt }));
  return { kind: 'retry', at: dueAt, line: step.kind, reach, followUps };
}

/** Closes a one-off call once it has ended. Null while it goes on. @throws RetryLater `Overdue` */
export async function concludeOneOffCall(
  context: Context,
  { callId }: { callId: string },
): Promise<{ reach: Reach } | null> {
  const concluded = await concludeCall(context, callId);
  return concluded === null ? null : { reach: concluded.reach };
}

/** What came of a call. `step` is null where it is for no lead: nothing comes after it. */
type Concluded = { reach: Reach; step: NextStep | null };

/**
 * Null while the call goes on within its limit.
 *
 * @throws RetryLater `Overdue` while it may go on past its limit: the activity's retries wait for its end
 */
async function concludeCall(context: Context, callId: string): Promise<Concluded | null> {
  for (;;) {
    const concluded = await inTransaction(context.db, async (tx) => await conclude(tx, context, callId));
    if (concluded === 'under_way') return null;
    if (concluded !== 'overdue') {
      await context.checkpoint?.('call_concluded');
      return concluded;
    }
    if ((await reviewOverdue(context, callId)).ended) continue;
    throw new RetryLater('Overdue', 'The call may be under way past its limit.', {
      delayMs: context.timeouts.pollEveryMs,
      expected: true,
    });
  }
}

async function conclude(
  tx: Tx,
  context: Context,
  callId: string,
): Promise<Concluded | 'under_way' | 'overdue'> {
  const now = await context.now();
  const locked = await lockCallAndLead(tx, callId);
  if (locked === null) throw new Error('There is no such call.');
  const { lead, call } = locked;
  if (call.status !== 'ended') {
    return call.overdue_since === null && call.deadline_at > now ? 'under_way' : 'overdue';
  }
  const reach = call.reach ?? 'unknown';
  const isConcluded = lead === null ? call.concluded_at !== null : call.next_step !== null;
  if (isConcluded) return { reach, step: call.next_step };
  const step = lead === null ? null : await moveOn(tx, lead, call, now);
  await tx
    .updateTable('calls')
    .set({ concluded_at: now, ...(step === null ? {} : { next_step: toJson(step) }) })
    .where('id', '=', callId)
    .execute();
  return { reach, step };
}

/** Decides the lead's next step, unless that is given, and takes it. Lead and call are locked. */
export async function moveOn(
  tx: Tx,
  lead: Lead,
  call: CallRow,
  now: Date,
  given?: NextStep,
): Promise<NextStep> {
  const { settings } = await currentSettings(tx, lead.campaign_id);
  const attemptsUsed = await countAttempts(tx, lead.id);
  const step = given ?? (await decideStep(tx, { call, lead, settings, attemptsUsed, now }));
  await updateLead(tx, lead, { call, step, attemptsUsed, now });
  await planFollowUps(tx, { call, settings, now });
  return step;
}

async function countAttempts(tx: Tx, leadId: string): Promise<number> {
  const { used } = await tx
    .selectFrom('calls')
    .select((eb) => eb.fn.countAll<number>().as('used'))
    .where('lead_id', '=', leadId)
    .where('attempt', 'is not', null)
    .where(sql<boolean>`reach is distinct from 'not_placed'`)
    .executeTakeFirstOrThrow();
  return used;
}

async function decideStep(
  tx: Tx,
  {
    call,
    lead,
    settings,
    attemptsUsed,
    now,
  }: { call: CallRow; lead: Lead; settings: CampaignSettings; attemptsUsed: number; now: Date },
): Promise<NextStep> {
  const campaign = await tx
    .selectFrom('campaigns')
    .select(['status', 'end_at'])
    .where('id', '=', lead.campaign_id)
    .executeTakeFirstOrThrow();
  const details = await tx
    .selectFrom('call_details')
    .select('analysis')
    .where('call_id', '=', call.id)
    .executeTakeFirst();
  const step = nextStep(
    {
      reach: call.reach ?? 'unknown',
      disposition: call.disposition,
      converted: call.converted,
      attemptsUsed,
      attemptsAllowed: lead.attempts_allowed,
      endedAt: call.ended_at ?? now,
      callbackAt: callbackTime(analysisOf(details).dataCollection),
    },
    settings,
  );
  if (step.next === 'finish') return step;
  if (campaign.status === 'stopped') return { next: 'finish', outcome: 'stopped' };
  if (isPastEnd(campaign, now)) return { next: 'finish', outcome: 'ended' };
  const { opensAt: opening } = callingHours(settings, lead.zones, step.at);
  return opening === null ? step : { ...step, at: opening };
}

async function updateLead(
  tx: Tx,
  lead: Lead,
  { call, step, attemptsUsed, now }: { call: CallRow; step: NextStep; attemptsUsed: number; now: Date },
): Promise<void> {
  const { id: leadId, campaign_id: campaignId } = lead;
  await tx
    .updateTable('leads')
    .set({
      attempts_used: attemptsUsed,
      last_reach: call.reach,
      disposition: call.disposition ?? lead.disposition,
      converted: lead.converted || call.converted,
      score: call.score ?? lead.score,
      score_parts: toJson(call.score_parts ?? lead.score_parts),
      updated_at: now,
    })
    .where('id', '=', leadId)
    .execute();
  if (step.next === 'finish') {
    await finishLead(tx, { leadId, campaignId }, { outcome: step.outcome, detail: null, now });
    return;
  }
  const { kind, at, beyondLimit = false } = step;
  if (beyondLimit) await changeLead(tx, leadId, { attempts_allowed: attemptsUsed + 1 });
  const detail = kind === 'callback' ? callbackText(beyondLimit) : `The last call: ${call.reach}.`;
  await holdLead(tx, leadId, { state: 'backing_off', rule: kind, detail, until: new Date(at), now });
  const data = { until: at, kind, ...(beyondLimit ? { beyondLimit } : {}) };
  await appendEvent(tx, { type: 'lead.backing_off', campaignId, leadId, data });
}

function callbackText(beyondLimit: boolean): string {
  const asked = 'The person asked to be called then';
  return beyondLimit ? `${asked}: one call beyond its attempts.` : `${asked}.`;
}

/**
 * Ends a lead that waits for its next call, when its campaign was stopped or has ended, or its person opted out, called
 * or wrote. `closed` is false when none of these holds.
 */
export async function closeLead(
  context: Context,
  ref: { campaignId: string; leadId: string },
): Promise<{ closed: boolean }> {
  const now = await context.now();
  const reason = await inTransaction(context.db, async (tx) => {
    const reason = await closingReason(tx, ref, now);
    if (reason !== null) await finishLead(tx, ref, { ...reason, now });
    return reason?.outcome ?? null;
  });
  const { campaignId, leadId } = ref;
  // It holds no line, but it may have been the campaign's last open lead. Of leads that are finished all together the
  // campaign is notified once.
  const isAlone = reason !== null && reason !== 'stopped' && reason !== 'ended';
  if (isAlone) await reached(context.workflows.lineFreed(campaignId, { leadId, line: 0, next: 'finished' }));
  return { closed: reason !== null };
}

async function closingReason(
  tx: Tx,
  { campaignId, leadId }: { campaignId: string; leadId: string },
  now: Date,
): Promise<{ outcome: LeadOutcome; detail: string } | null> {
  const lead = await tx
    .selectFrom('leads')
    .innerJoin('campaigns', 'campaigns.id', 'leads.campaign_id')
    .leftJoin('opt_outs', 'opt_outs.phone', 'leads.phone')
    .select(['campaigns.status', 'campaigns.end_at', 'opt_outs.phone as opted_out'])
    .select(
      sql<
        boolean | null
      >`leads.replied_at > coalesce(leads.call_requested_at, '-infinity') and leads.replied_at > (
        select max(ended_at) from calls where lead_id = leads.id and attempt is not null)`.as('replied'),
    )
    .where('leads.id', '=', leadId)
    .where('campaigns.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  if (lead.opted_out !== null) return { outcome: 'opted_out', detail: 'The contact opted out.' };
  if (lead.status === 'stopped') return { outcome: 'stopped', detail: 'The campaign was stopped.' };
  if (isPastEnd(lead, now)) return { outcome: 'ended', detail: "The campaign's set end has passed." };
  return lead.replied ? { outcome: 'replied', detail: 'The person called or wrote back.' } : null;
}
