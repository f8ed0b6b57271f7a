import { inTransaction } from '#db/client.ts';
import type { CallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { changeLead, lockLead } from '#db/queries/leads.ts';
import { backoffMs } from '#domain/backoff.ts';
import type { Hold } from '#domain/gate.ts';
import { pauseBySystem } from '../campaigns/transitions.ts';
import type { Context } from '../context.ts';
import { requireReady } from '../errors.ts';
import { holdLead } from '../leads/steps.ts';
import { reached } from '../workflows.ts';
import { type DialPreparation, dial, type PlacedCall, placedCall, prepareDial, resume } from './dial.ts';
import { type GateResult, passGate, passGateAgain } from './gate.ts';
import type { Absence } from './record.ts';
import { dialTermsOf, findsPause, type LeadAttempt, PASSING_RULES } from './subject.ts';

/** What a lead's workflow learns from placing a call. Times are ISO. */
export type Placement =
  | PlacedCall
  /** Held by a rule. Without `lineKept` the line was given back, and is asked for again at `until`. */
  | { kind: 'wait'; rule: string; until: string; lineKept: boolean }
  /** The lead is finished without this call. */
  | { kind: 'never'; rule: string }
  /** Certainly not placed: the next attempt may follow at `retryAt`. */
  | { kind: 'not_placed'; retryAt: string; lineKept: boolean; finished: boolean };

/** For its turn to dial, and no longer, a lead waits at the gate. */
const LONGEST_TURN_MS = 1_500;

/** Without a line, a lead is due again after this; each time in a row a little later. */
const NO_LINE_BACKOFF = { firstMs: 1_000, limitMs: 30_000 };

/** After an attempt that was not placed: the first delay, the limit, and above which the line is given back. */
const NOT_PLACED_BACKOFF = { firstMs: 1_000, limitMs: 300_000 };
const LINE_KEPT_BELOW_MS = 20_000;

/** When the next dial of each campaign is due in this process, in ms since the epoch. */
export type Turns = Map<string, number>;

/** Gate and dial. May be run again at any point: an attempt is dialled by one run only, and once. */
export async function placeLeadCall(
  context: Context,
  { turns, ...ref }: Omit<LeadAttempt, 'kind'> & { turns: Turns },
): Promise<Placement> {
  const attempt: LeadAttempt = { kind: 'lead', ...ref };
  const prepared = await prepareLeadDial(context, attempt);
  const passed = await passInTurn(context, attempt, turns);
  if (passed.kind === 'held') return await afterHold(context, attempt, passed.verdict);
  const { call, absence, hold } =
    passed.kind === 'go'
      ? await dial(
          context,
          { ...passed, terms: dialTermsOf(passed.terms) },
          { prepared, again: () => passAgain(context, attempt, passed.call) },
        )
      : await resume(context, passed.call);
  if (hold !== undefined) return await afterLateHold(context, attempt, hold);
  return absence === null ? placedCall(context, call) : await afterAbsence(context, attempt, absence);
}

async function prepareLeadDial(context: Context, { leadId }: LeadAttempt): Promise<DialPreparation> {
  const { phone, agentId } = await context.db
    .selectFrom('leads')
    .innerJoin('campaigns', 'campaigns.id', 'leads.campaign_id')
    .select(['leads.phone', 'campaigns.agent_id as agentId'])
    .where('leads.id', '=', leadId)
    .executeTakeFirstOrThrow();
  return await prepareDial(context, { phone, agentId });
}

async function passAgain(context: Context, attempt: LeadAttempt, call: CallRow) {
  const result = await passGateAgain(context, call, { subject: attempt });
  return result.kind === 'go' ? { ...result, terms: dialTermsOf(result.terms) } : result;
}

/** The attempt's row has ended, so that the next attempt is the one that waits. */
async function afterLateHold(context: Context, attempt: LeadAttempt, hold: Hold): Promise<Placement> {
  const held = await afterHold(context, attempt, hold);
  if (held.kind !== 'wait') return held;
  return { kind: 'not_placed', retryAt: held.until, lineKept: held.lineKept, finished: false };
}

/** Comes to the gate again when it is its turn to dial, if that is soon. */
async function passInTurn(context: Context, attempt: LeadAttempt, turns: Turns): Promise<GateResult> {
  const leaveAtMs = (await context.now()).getTime() + LONGEST_TURN_MS;
  for (;;) {
    requireReady(context);
    const result = await passGate(context, attempt);
    if (result.kind !== 'held' || result.verdict.verdict !== 'wait') return result;
    const { rule, until } = result.verdict;
    if (rule !== 'pace') return result;
    const intervalMs = 1_000 / result.settings.callsPerSecond;
    const turnMs = takeTurn(turns, attempt, { until, intervalMs, leaveAtMs });
    if (turnMs === null) return result;
    await context.sleep(Math.max(5, turnMs - (await context.now()).getTime()));
  }
}

/**
 * The gate keeps a campaign's pace. This process's dials only take turns on their way to it, one interval apart, so
 * that they do not all come at once.
 */
function takeTurn(
  turns: Turns,
  { campaignId }: LeadAttempt,
  { until, intervalMs, leaveAtMs }: { until: Date; intervalMs: number; leaveAtMs: number },
): number | null {
  const turnMs = Math.max(until.getTime(), turns.get(campaignId) ?? 0);
  if (turnMs > leaveAtMs) return null;
  turns.set(campaignId, turnMs + intervalMs);
  return turnMs;
}

/** The line goes back: who has to wait does so in the database. */
async function afterHold(context: Context, attempt: LeadAttempt, hold: Hold): Promise<Placement> {
  const { campaignId, leadId, line } = attempt;
  const { rule } = hold;
  if (hold.verdict === 'never') {
    await reached(context.workflows.lineFreed(campaignId, { leadId, line, next: 'finished' }));
    return { kind: 'never', rule };
  }
  const paused = findsPause(hold);
  const until = PASSING_RULES.has(rule) ? await putOffForLine(context, attempt, hold) : hold.until;
  const dueAt = (paused ? await context.now() : until).toISOString();
  const next = paused ? 'requeue' : 'backing_off';
  await reached(context.workflows.lineFreed(campaignId, { leadId, line, next, paused, dueAt }));
  return { kind: 'wait', rule, until: dueAt, lineKept: false };
}

/** Too many are on their way to the gate: this one is due again soon, and later every time. Returns when. */
async function putOffForLine(context: Context, { leadId }: LeadAttempt, hold: Hold): Promise<Date> {
  return await inTransaction(context.db, async (tx) => {
    const lead = await lockLead(tx, leadId);
    const now = await context.now();
    const nth = lead?.line_waits ?? 0;
    const delayMs = backoffMs(nth + 1, { ...NO_LINE_BACKOFF, chance: Math.random() });
    const until = new Date(now.getTime() + delayMs);
    const { rule, detail } = hold;
    await holdLead(tx, leadId, { state: 'backing_off', rule, detail, until, now });
    await changeLead(tx, leadId, { line_waits: nth + 1 });
    return until;
  });
}

/** What comes after an attempt that was not placed: the end of the lead, a paused campaign, or the next attempt. */
async function afterAbsence(context: Context, attempt: LeadAttempt, absence: Absence): Promise<Placement> {
  const { campaignId, leadId, line } = attempt;
  if (absence.refusal === undefined) return await backOff(context, attempt, absence.retryAfterMs ?? 0);
  const paused = absence.refusal === 'configuration';
  if (paused) await pauseForFault(context, attempt, absence.failure);
  const next = paused ? 'requeue' : 'finished';
  await reached(context.workflows.lineFreed(campaignId, { leadId, line, next, paused }));
  const now = await context.now();
  return { kind: 'not_placed', retryAt: now.toISOString(), lineKept: false, finished: !paused };
}

/** The next attempt follows later with every one in a row that was not placed. */
async function backOff(context: Context, attempt: LeadAttempt, atLeastMs: number): Promise<Placement> {
  const { campaignId, leadId, line } = attempt;
  const now = await context.now();
  const failures = await countNotPlaced(context, leadId);
  const delayMs = Math.max(atLeastMs, backoffMs(failures, { ...NOT_PLACED_BACKOFF, chance: Math.random() }));
  const until = new Date(now.getTime() + delayMs);
  const lineKept = delayMs < LINE_KEPT_BELOW_MS;
  await inTransaction(context.db, async (tx) => {
    const state = lineKept ? 'queued' : 'backing_off';
    const detail = 'The last attempt was not placed.';
    await holdLead(tx, leadId, { state, rule: 'retry', detail, until, now });
    if (lineKept) return;
    const data = { until: until.toISOString(), kind: 'retry' };
    await appendEvent(tx, { type: 'lead.backing_off', campaignId, leadId, data });
  });
  if (!lineKept) {
    const dueAt = until.toISOString();
    await reached(context.workflows.lineFreed(campaignId, { leadId, line, next: 'backing_off', dueAt }));
  }
  return { kind: 'not_placed', retryAt: until.toISOString(), lineKept, finished: false };
}

/** The lead's latest attempts in a row that were not placed; no more than a dozen are counted. */
async function countNotPlaced({ db }: Context, leadId: string): Promise<number> {
  const recent = await db
    .selectFrom('calls')
    .select('reach')
    .where('lead_id', '=', leadId)
    .where('attempt', 'is not', null)
    .orderBy('attempt', 'desc')
    .limit(12)
    .execute();
  const placed = recent.findIndex(({ reach }) => reach !== 'not_placed');
  return placed === -1 ? recent.length : placed;
}

async function pauseForFault(
  context: Context,
  { campaignId, leadId }: LeadAttempt,
  reason: string,
): Promise<void> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    await pauseBySystem(tx, { campaignId, cause: 'configuration', reason, now });
    const hold = { state: 'backing_off', rule: 'campaign_running', detail: reason } as const;
    await holdLead(tx, leadId, { ...hold, until: now, now });
  });
}
