import { inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { backoffMs } from '#domain/backoff.ts';
import type { CallSource } from '#domain/call.ts';
import type { DialAnswer } from '#providers/ports.ts';
import { pauseBySystem } from '../campaigns/transitions.ts';
import type { Context } from '../context.ts';
import { finishLead, holdLead } from '../leads/steps.ts';
import { reached } from '../workflows.ts';
import { endNotPlaced, lockCall } from './end-call.ts';
import { type AttemptRef, type Call, type GateResult, type Held, PASSING_RULES, passGate } from './gate.ts';
import { tellHistory } from './history.ts';
import { createPacer } from './pacer.ts';
import type { PlacedCall, Placement } from './placement.ts';
import { ABSENT_EVERYWHERE, reconcile } from './reconcile.ts';
import { recordAbsence, recordPlaced } from './record.ts';

/** Waits shorter than this are sat out inside the activity. */
const SHORT_WAIT_MS = 10_000;
const LONGEST_STAY_MS = 30_000;
const HEARTBEAT_MS = 2_000;

/** After an attempt that was not placed: the first delay, the limit, and above which the line is given back. */
const NOT_PLACED_BACKOFF = { firstMs: 1_000, limitMs: 300_000 };
const LINE_KEPT_BELOW_MS = 20_000;

type Passed = Exclude<GateResult, { kind: 'held' }>;

export function createDialling(context: Context) {
  const pacer = createPacer();
  return {
    /** Gate and dial. May be run again at any point: an attempt is dialled by one run only, and once. */
    async placeCall(ref: AttemptRef): Promise<Placement> {
      const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        const passed = await waitAtGate(context, ref, pacer);
        if (passed.kind === 'held') return await hold(context, ref, passed.verdict);
        if (passed.kind === 'go') return await dial(context, ref, passed);
        return await takeUp(context, ref, passed.call);
      } finally {
        clearInterval(beating);
      }
    },
  };
}

/** Comes to the gate again while what holds the call passes within seconds. */
async function waitAtGate(
  context: Context,
  ref: AttemptRef,
  pacer: ReturnType<typeof createPacer>,
): Promise<GateResult> {
  const leaveAtMs = Date.now() + LONGEST_STAY_MS;
  for (;;) {
    const result = await passGate(context, ref);
    if (result.kind !== 'held' || result.verdict.verdict !== 'wait') return result;
    const { rule, until } = result.verdict;
    if (!PASSING_RULES.has(rule)) return result;
    const intervalMs = 1_000 / result.settings.callsPerSecond;
    const turnMs =
      rule === 'pace' ? pacer.reserve(ref.campaignId, until.getTime(), intervalMs) : until.getTime();
    const waitMs = Math.max(5, turnMs - (await context.now()).getTime());
    if (waitMs > SHORT_WAIT_MS || Date.now() + waitMs > leaveAtMs) {
      return { ...result, verdict: { ...result.verdict, until: new Date(turnMs) } };
    }
    await context.sleep(waitMs);
  }
}

/** The gate said wait or never. The line goes back, unless the wait is one that passes. */
async function hold(context: Context, ref: AttemptRef, verdict: Held): Promise<Placement> {
  const { campaignId, leadId, line } = ref;
  const { rule } = verdict;
  if (verdict.verdict === 'never') {
    await reached(context.workflows.lineFreed(campaignId, { leadId, line, next: 'finished' }));
    return { kind: 'never', rule };
  }
  const lineKept = PASSING_RULES.has(rule);
  const paused = rule === 'campaign_running';
  if (!lineKept) {
    const next = paused ? 'requeue' : 'backing_off';
    await reached(context.workflows.lineFreed(campaignId, { leadId, line, next, paused }));
  }
  // A paused campaign grants the line again when it goes on: the lead waits for that, not for a time.
  const until = paused ? await context.now() : verdict.until;
  return { kind: 'wait', rule, until: until.toISOString(), lineKept };
}

async function dial(context: Context, ref: AttemptRef, { call, rows }: Passed): Promise<Placement> {
  await context.checkpoint?.('intent_committed');
  const { dialTimeoutMs } = context.timeouts;
  const { lead, campaign, settings } = rows;
  const history = await tellHistory(context.db, lead.phone, await context.now());
  const now = await context.now();
  // A process that slept through its own deadline must not dial: someone else may have looked for this call
  // by now, found nothing, and moved on.
  if (now.getTime() - call.started_at.getTime() > dialTimeoutMs) return await settle(context, ref, call);
  const answer = await context.voice.dial({
    attemptId: call.id,
    agentId: call.agent_id,
    phoneNumberId: call.phone_number_id ?? '',
    to: lead.phone,
    ringSeconds: settings.ringSeconds,
    maxCallSeconds: settings.maxCallSeconds,
    variables: {
      ...lead.variables,
      campaign: campaign.name,
      ...(lead.name === null ? {} : { name: lead.name }),
      ...(lead.email === null ? {} : { email: lead.email }),
      voicemail_action: settings.voicemail,
      ...(history === '' ? {} : { history }),
    },
    timeoutMs: dialTimeoutMs,
  });
  await context.checkpoint?.('dial_answered');
  return await recordAnswer(context, ref, call, answer);
}

async function recordAnswer(
  context: Context,
  ref: AttemptRef,
  call: Call,
  answer: DialAnswer,
): Promise<Placement> {
  switch (answer.kind) {
    case 'placed': {
      const after = await recordPlaced(context, call, answer);
      await context.checkpoint?.('answer_recorded');
      return awaitEnd(context, after);
    }
    case 'refused':
      return await recordRefusal(context, ref, call, answer);
    case 'deferred':
      return await retryLater(context, ref, call, {
        failure: answer.message,
        source: null,
        atLeastMs: answer.retryAfterMs ?? 0,
      });
    case 'ambiguous':
      return await settle(context, ref, call);
  }
}

/** An earlier run of this attempt got so far: go on from its row, and never dial it again. */
async function takeUp(context: Context, ref: AttemptRef, call: Call): Promise<Placement> {
  if (call.reach === 'not_placed') return await afterNotPlaced(context, ref, 0);
  if (call.status === 'ended' || call.conversation_id !== null) return awaitEnd(context, call);
  return await settle(context, ref, call);
}

/** The dial may or may not have been made: find out. What stays uncertain is waited for like a placed call. */
async function settle(context: Context, ref: AttemptRef, call: Call): Promise<Placement> {
  const finding = await reconcile(context, call);
  if (finding === 'absent') {
    return await retryLater(context, ref, call, { ...ABSENT_EVERYWHERE, atLeastMs: 0 });
  }
  const after = await context.db
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', call.id)
    .executeTakeFirstOrThrow();
  return awaitEnd(context, after);
}

/** What a workflow must know to wait for the end of a call. */
export function awaitEnd(context: Context, call: Call): PlacedCall {
  return {
    kind: 'placed',
    callId: call.id,
    pollAfterMs: context.timeouts.pollAfterMs,
    deadlineAt: call.deadline_at.toISOString(),
    ended: call.status === 'ended',
  };
}

async function retryLater(
  context: Context,
  ref: AttemptRef,
  call: Call,
  { atLeastMs, ...absence }: { failure: string; source: CallSource | null; atLeastMs: number },
): Promise<Placement> {
  const after = await recordAbsence(context, call, absence);
  if (after.reach !== 'not_placed') return awaitEnd(context, after);
  return await afterNotPlaced(context, ref, atLeastMs);
}

/** When the next attempt may follow: later with every one in a row that was not placed. */
async function afterNotPlaced(context: Context, ref: AttemptRef, atLeastMs: number): Promise<Placement> {
  const now = await context.now();
  const recent = await context.db
    .selectFrom('calls')
    .select('reach')
    .where('lead_id', '=', ref.leadId)
    .where('attempt', 'is not', null)
    .orderBy('attempt', 'desc')
    .limit(12)
    .execute();
  const placedBefore = recent.findIndex(({ reach }) => reach !== 'not_placed');
  const failures = placedBefore === -1 ? recent.length : placedBefore;
  const delayMs = Math.max(atLeastMs, backoffMs(failures, { ...NOT_PLACED_BACKOFF, chance: Math.random() }));
  const until = new Date(now.getTime() + delayMs);
  const lineKept = delayMs < LINE_KEPT_BELOW_MS;
  await inTransaction(context.db, async (tx) => {
    const state = lineKept ? 'queued' : 'backing_off';
    await holdLead(tx, ref.leadId, {
      state,
      rule: 'retry',
      detail: 'The last attempt was not placed.',
      until,
      now,
    });
    if (lineKept) return;
    const { campaignId, leadId } = ref;
    const data = { until: until.toISOString(), kind: 'retry' };
    await appendEvent(tx, { type: 'lead.backing_off', campaignId, leadId, data });
  });
  if (!lineKept) {
    await reached(
      context.workflows.lineFreed(ref.campaignId, {
        leadId: ref.leadId,
        line: ref.line,
        next: 'backing_off',
      }),
    );
  }
  return { kind: 'not_placed', retryAt: until.toISOString(), lineKept, finished: false };
}

/** A refusal is certain and will repeat: it ends the lead, or, when the configuration is at fault, pauses the campaign. */
async function recordRefusal(
  context: Context,
  ref: AttemptRef,
  call: Call,
  refusal: Extract<DialAnswer, { kind: 'refused' }>,
): Promise<Placement> {
  const now = await context.now();
  const ours = refusal.cause === 'configuration';
  await inTransaction(context.db, async (tx) => {
    const current = await lockCall(tx, call);
    await endNotPlaced(tx, current, { now, failure: refusal.message, source: null });
    if (!ours) await finishLead(tx, ref, { outcome: 'refused', detail: refusal.message, now });
  });
  if (ours) await pauseForFault(context, ref, refusal.message);
  const { campaignId, leadId, line } = ref;
  const next = ours ? 'requeue' : 'finished';
  await reached(context.workflows.lineFreed(campaignId, { leadId, line, next, paused: ours }));
  return { kind: 'not_placed', retryAt: now.toISOString(), lineKept: false, finished: !ours };
}

async function pauseForFault(
  context: Context,
  { campaignId, leadId }: AttemptRef,
  reason: string,
): Promise<void> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    await pauseBySystem(tx, { campaignId, reason, now });
    await holdLead(tx, leadId, {
      state: 'queued',
      rule: 'campaign_running',
      detail: reason,
      until: now,
      now,
    });
  });
}
