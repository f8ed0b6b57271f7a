import { heartbeat, sleep } from '@temporalio/activity';
import { inTransaction } from '#db/client.ts';
import { raiseAttention } from '#db/queries/attention.ts';
import { appendEvent } from '#db/queries/events.ts';
import { backoffMs } from '#domain/backoff.ts';
import type { CallSource } from '#domain/call.ts';
import type { DialAnswer } from '#providers/ports.ts';
import type { ActivityDeps } from '../context.ts';
import { finishLead, holdLead } from '../leads/steps.ts';
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

export function createDialling(deps: ActivityDeps) {
  const pacer = createPacer();
  return {
    /** Gate and dial. May be run again at any point: an attempt is dialled by one run only, and once. */
    async placeCall(ref: AttemptRef): Promise<Placement> {
      const beating = setInterval(() => heartbeat(), HEARTBEAT_MS);
      try {
        const passed = await waitAtGate(deps, ref, pacer);
        if (passed.kind === 'held') return await hold(deps, ref, passed.verdict);
        if (passed.kind === 'go') return await dial(deps, ref, passed);
        return await takeUp(deps, ref, passed.call);
      } finally {
        clearInterval(beating);
      }
    },
  };
}

/** Comes to the gate again while what holds the call passes within seconds. */
async function waitAtGate(
  deps: ActivityDeps,
  ref: AttemptRef,
  pacer: ReturnType<typeof createPacer>,
): Promise<GateResult> {
  const leaveAtMs = Date.now() + LONGEST_STAY_MS;
  for (;;) {
    const result = await passGate(deps, ref);
    if (result.kind !== 'held' || result.verdict.verdict !== 'wait') return result;
    const { rule, until } = result.verdict;
    if (!PASSING_RULES.has(rule)) return result;
    const intervalMs = 1_000 / result.settings.callsPerSecond;
    const turnMs =
      rule === 'pace' ? pacer.reserve(ref.campaignId, until.getTime(), intervalMs) : until.getTime();
    const waitMs = Math.max(5, turnMs - (await deps.now()).getTime());
    if (waitMs > SHORT_WAIT_MS || Date.now() + waitMs > leaveAtMs) {
      return { ...result, verdict: { ...result.verdict, until: new Date(turnMs) } };
    }
    await sleep(waitMs);
  }
}

/** The gate said wait or never. The line goes back, unless the wait is one that passes. */
async function hold(deps: ActivityDeps, ref: AttemptRef, verdict: Held): Promise<Placement> {
  const { campaignId, leadId, line } = ref;
  const { rule } = verdict;
  if (verdict.verdict === 'never') {
    await deps.signals.lineFreed(campaignId, { leadId, line, next: 'finished' });
    return { kind: 'never', rule };
  }
  const lineKept = PASSING_RULES.has(rule);
  const paused = rule === 'campaign_running';
  if (!lineKept) {
    const next = paused ? 'requeue' : 'backing_off';
    await deps.signals.lineFreed(campaignId, { leadId, line, next, paused });
  }
  // A paused campaign grants the line again when it goes on: the lead waits for that, not for a time.
  const until = paused ? await deps.now() : verdict.until;
  return { kind: 'wait', rule, until: until.toISOString(), lineKept };
}

async function dial(deps: ActivityDeps, ref: AttemptRef, { call, rows }: Passed): Promise<Placement> {
  await deps.checkpoint?.('intent_committed');
  const { dialTimeoutMs } = deps.patience;
  const { lead, campaign, settings } = rows;
  const history = await tellHistory(deps.db, lead.phone, await deps.now());
  const now = await deps.now();
  // A process that slept through its own deadline must not dial: someone else may have looked for this call
  // by now, found nothing, and moved on.
  if (now.getTime() - call.started_at.getTime() > dialTimeoutMs) return await settle(deps, ref, call);
  const answer = await deps.voice.dial({
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
  await deps.checkpoint?.('dial_answered');
  return await recordAnswer(deps, ref, call, answer);
}

async function recordAnswer(
  deps: ActivityDeps,
  ref: AttemptRef,
  call: Call,
  answer: DialAnswer,
): Promise<Placement> {
  switch (answer.kind) {
    case 'placed': {
      const after = await recordPlaced(deps, call, answer);
      await deps.checkpoint?.('answer_recorded');
      return awaitEnd(deps, after);
    }
    case 'refused':
      return await recordRefusal(deps, ref, call, answer);
    case 'deferred':
      return await retryLater(deps, ref, call, {
        failure: answer.message,
        source: null,
        atLeastMs: answer.retryAfterMs ?? 0,
      });
    case 'ambiguous':
      return await settle(deps, ref, call);
  }
}

/** An earlier run of this attempt got so far: go on from its row, and never dial it again. */
async function takeUp(deps: ActivityDeps, ref: AttemptRef, call: Call): Promise<Placement> {
  if (call.reach === 'not_placed') return await afterNotPlaced(deps, ref, 0);
  if (call.status === 'ended' || call.conversation_id !== null) return awaitEnd(deps, call);
  return await settle(deps, ref, call);
}

/** The dial may or may not have been made: find out. What stays uncertain is waited for like a placed call. */
async function settle(deps: ActivityDeps, ref: AttemptRef, call: Call): Promise<Placement> {
  const finding = await reconcile(deps, call);
  if (finding === 'absent') {
    return await retryLater(deps, ref, call, { ...ABSENT_EVERYWHERE, atLeastMs: 0 });
  }
  const after = await deps.db
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', call.id)
    .executeTakeFirstOrThrow();
  return awaitEnd(deps, after);
}

/** What a workflow must know to wait for the end of a call. */
export function awaitEnd(deps: ActivityDeps, call: Call): PlacedCall {
  return {
    kind: 'placed',
    callId: call.id,
    pollAfterMs: deps.patience.pollAfterMs,
    deadlineAt: call.deadline_at.toISOString(),
    ended: call.status === 'ended',
  };
}

async function retryLater(
  deps: ActivityDeps,
  ref: AttemptRef,
  call: Call,
  { atLeastMs, ...absence }: { failure: string; source: CallSource | null; atLeastMs: number },
): Promise<Placement> {
  const after = await recordAbsence(deps, call, absence);
  if (after.reach !== 'not_placed') return awaitEnd(deps, after);
  return await afterNotPlaced(deps, ref, atLeastMs);
}

/** When the next attempt may follow: later with every one in a row that was not placed. */
async function afterNotPlaced(deps: ActivityDeps, ref: AttemptRef, atLeastMs: number): Promise<Placement> {
  const now = await deps.now();
  const recent = await deps.db
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
  await inTransaction(deps.db, async (tx) => {
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
    await deps.signals.lineFreed(ref.campaignId, {
      leadId: ref.leadId,
      line: ref.line,
      next: 'backing_off',
    });
  }
  return { kind: 'not_placed', retryAt: until.toISOString(), lineKept, finished: false };
}

/** A refusal is certain and will repeat: it ends the lead, or, when the configuration is at fault, pauses the campaign. */
async function recordRefusal(
  deps: ActivityDeps,
  ref: AttemptRef,
  call: Call,
  refusal: Extract<DialAnswer, { kind: 'refused' }>,
): Promise<Placement> {
  const now = await deps.now();
  const ours = refusal.cause === 'configuration';
  await inTransaction(deps.db, async (tx) => {
    const current = await lockCall(tx, call);
    await endNotPlaced(tx, current, { now, failure: refusal.message, source: null });
    if (!ours) await finishLead(tx, ref, { outcome: 'refused', detail: refusal.message, now });
  });
  if (ours) await pauseForFault(deps, ref, refusal.message);
  const { campaignId, leadId, line } = ref;
  const next = ours ? 'requeue' : 'finished';
  await deps.signals.lineFreed(campaignId, { leadId, line, next, paused: ours });
  return { kind: 'not_placed', retryAt: now.toISOString(), lineKept: false, finished: !ours };
}

async function pauseForFault(
  deps: ActivityDeps,
  { campaignId, leadId }: AttemptRef,
  reason: string,
): Promise<void> {
  const now = await deps.now();
  await inTransaction(deps.db, async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('campaigns')
      .set({ status: 'paused', paused_at: now, pause_reason: reason, updated_at: now })
      .where('id', '=', campaignId)
      .where('status', '=', 'running')
      .executeTakeFirst();
    await holdLead(tx, leadId, {
      state: 'queued',
      rule: 'campaign_running',
      detail: reason,
      until: now,
      now,
    });
    if (numUpdatedRows === 0n) return;
    await appendEvent(tx, { type: 'campaign.paused', campaignId, data: { cause: 'configuration' } });
    await raiseAttention(tx, { kind: 'campaign_fault', subject: campaignId, campaignId, detail: reason });
  });
}
