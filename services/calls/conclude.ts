import { sql } from 'kysely';
import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { pendingFollowUps } from '#db/queries/follow-ups.ts';
import type { GateRows } from '#db/queries/gate.ts';
import { lockContact } from '#db/queries/locks.ts';
import { currentSettings } from '#db/queries/settings.ts';
import type { Reach } from '#domain/call.ts';
import { callbackTime } from '#domain/disposition.ts';
import { type NextStep, nextStep, type RetryKind } from '#domain/retry.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { nextOpening } from '#domain/window.ts';
import { raiseAttention } from '../attention.ts';
import type { Context } from '../context.ts';
import { planFollowUps } from '../follow-ups/plan.ts';
import { finishLead, holdLead } from '../leads/steps.ts';
import { reached } from '../workflows.ts';
import { type Call, windowOf } from './gate.ts';

export interface CallRef {
  campaignId: string;
  leadId: string;
  callId: string;
  /** The number of the line it was placed on. */
  line: number;
}

/** What follows for the lead's workflow, and what is to follow the call, by its ids. Times are ISO. */
export type Conclusion =
  | { kind: 'finished'; reach: Reach; followUps: string[] }
  | { kind: 'retry'; at: string; line: RetryKind; reach: Reach; followUps: string[] }
  /** It is not over: go on waiting. */
  | { kind: 'not_ended' };

/** Mass wake-ups at an opening hour are spread over this. */
const OPENING_SPREAD_MS = 60_000;

export function createConcluding(context: Context) {
  return {
    /**
     * Decides what comes after an ended call, once: counts the attempt, moves the lead on and gives the line
     * back. Past its deadline a call whose end nobody told of is closed as unknown and put before a person.
     */
    async concludeCall(ref: CallRef): Promise<Conclusion> {
      const concluded = await inTransaction(context.db, async (tx) => await conclude(tx, context, ref));
      if (concluded === null) return { kind: 'not_ended' };
      await context.checkpoint?.('call_concluded');
      const { call, step } = concluded;
      const { campaignId, leadId, line } = ref;
      const next = step.next === 'finish' ? 'finished' : 'backing_off';
      await reached(context.workflows.lineFreed(campaignId, { leadId, line, next }));
      const reach = call.reach ?? 'unknown';
      const followUps = await pendingFollowUps(context.db, call.id);
      if (step.next === 'finish') return { kind: 'finished', reach, followUps };
      return { kind: 'retry', at: new Date(step.at).toISOString(), line: step.kind, reach, followUps };
    },

    /** Ends a lead that waits, when its campaign was stopped or its contact opted out or came back. False when none holds. */
    async closeLead(ref: { campaignId: string; leadId: string }): Promise<{ closed: boolean }> {
      const now = await context.now();
      const closed = await inTransaction(context.db, async (tx) => {
        const { stopped, optedOut, replied } = await closingReasons(tx, ref);
        if (optedOut)
          await finishLead(tx, ref, { outcome: 'opted_out', detail: 'The contact opted out.', now });
        else if (stopped)
          await finishLead(tx, ref, { outcome: 'stopped', detail: 'The campaign was stopped.', now });
        else if (replied)
          await finishLead(tx, ref, { outcome: 'replied', detail: 'The person called or wrote back.', now });
        return stopped || optedOut || replied;
      });
      // It holds no line, but it may have been the last open lead.
      if (closed)
        await reached(
          context.workflows.lineFreed(ref.campaignId, { leadId: ref.leadId, line: 0, next: 'finished' }),
        );
      return { closed };
    },
  };
}

async function closingReasons(tx: Tx, { campaignId, leadId }: { campaignId: string; leadId: string }) {
  const lead = await tx
    .selectFrom('leads')
    .innerJoin('campaigns', 'campaigns.id', 'leads.campaign_id')
    .leftJoin('opt_outs', 'opt_outs.phone', 'leads.phone')
    .select(['campaigns.status', 'opt_outs.phone as opted_out'])
    .select(
      sql<boolean | null>`leads.replied_at > (
        select max(ended_at) from calls where lead_id = leads.id and attempt is not null)`.as('replied'),
    )
    .where('leads.id', '=', leadId)
    .where('campaigns.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return {
    stopped: lead.status === 'stopped',
    optedOut: lead.opted_out !== null,
    replied: lead.replied ?? false,
  };
}

async function conclude(
  tx: Tx,
  context: Context,
  { campaignId, leadId, callId }: Omit<CallRef, 'line'>,
): Promise<{ call: Call; step: NextStep } | null> {
  const now = await context.now();
  const { phone } = await tx
    .selectFrom('leads')
    .select('phone')
    .where('id', '=', leadId)
    .executeTakeFirstOrThrow();
  await lockContact(tx, phone);
  const lead = await tx
    .selectFrom('leads')
    .selectAll()
    .where('id', '=', leadId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  let call = await tx
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', callId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (call.next_step !== null) return { call, step: call.next_step };
  if (call.status !== 'ended') {
    if (call.deadline_at > now) return null;
    call = await giveUp(tx, call, now);
  }
  const { settings } = await currentSettings(tx, campaignId);
  const attemptsUsed = await countAttempts(tx, leadId);
  const step = await decideStep(tx, { call, settings, attemptsUsed, zones: lead.zones, now });
  await tx
    .updateTable('calls')
    .set({ concluded_at: now, next_step: toJson(step) })
    .where('id', '=', callId)
    .execute();
  await moveLead(tx, lead, { call, step, attemptsUsed, now });
  await planFollowUps(tx, { call, settings, now });
  return { call, step };
}

/** Closes a call whose end nobody told of as unknown, and puts it before a person. */
export async function giveUp(tx: Tx, call: Call, now: Date): Promise<Call> {
  const failure = 'Its end was never told.';
  await raiseAttention(tx, {
    kind: 'unknown_call',
    subject: call.id,
    campaignId: call.campaign_id,
    leadId: call.lead_id,
    detail: call.conversation_id === null ? 'It could not be found out whether it was placed.' : failure,
  });
  await appendEvent(tx, {
    type: 'call.ended',
    campaignId: call.campaign_id,
    leadId: call.lead_id,
    callId: call.id,
    data: { reach: 'unknown' },
  });
  return await tx
    .updateTable('calls')
    .set({ status: 'ended', reach: 'unknown', ended_at: now, failure: call.failure ?? failure })
    .where('id', '=', call.id)
    .returningAll()
    .executeTakeFirstOrThrow();
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
  input: {
    call: Call;
    settings: CampaignSettings;
    attemptsUsed: number;
    zones: readonly string[];
    now: Date;
  },
): Promise<NextStep> {
  const { call, settings, attemptsUsed, zones, now } = input;
  const { status } = await tx
    .selectFrom('campaigns')
    .select('status')
    .where('id', '=', call.campaign_id)
    .executeTakeFirstOrThrow();
  const details = await tx
    .selectFrom('call_details')
    .select('analysis')
    .where('call_id', '=', call.id)
    .executeTakeFirst();
  const collected = (details?.analysis?.dataCollection as Record<string, unknown> | undefined) ?? {};
  const step = nextStep(
    {
      reach: call.reach ?? 'unknown',
      disposition: call.disposition,
      converted: call.converted,
      attemptsUsed,
      endedAt: call.ended_at ?? now,
      callbackAt: callbackTime(collected),
    },
    settings,
  );
  if (step.next === 'finish') return step;
  if (status === 'stopped') return { next: 'finish', outcome: 'stopped' };
  const opening = nextOpening({ ...windowOf(settings, zones, step.at), from: step.at });
  if (opening === null || opening.getTime() === step.at.getTime()) return step;
  return { ...step, at: new Date(opening.getTime() + Math.floor(Math.random() * OPENING_SPREAD_MS)) };
}

async function moveLead(
  tx: Tx,
  lead: GateRows['lead'],
  { call, step, attemptsUsed, now }: { call: Call; step: NextStep; attemptsUsed: number; now: Date },
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
  const detail =
    step.kind === 'callback' ? 'The person asked to be called then.' : `The last call: ${call.reach}.`;
  await holdLead(tx, leadId, {
    state: 'backing_off',
    rule: step.kind,
    detail,
    until: new Date(step.at),
    now,
  });
  await appendEvent(tx, {
    type: 'lead.backing_off',
    campaignId,
    leadId,
    data: { until: step.at, kind: step.kind },
  });
}
