import type { Insertable } from 'kysely';
import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import type { CallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import {
  findLastDecision,
  insertDecision,
  type LeadRows,
  lockWorkspace,
  readGateCounts,
  type Workspace,
} from '#db/queries/gate.ts';
import { lockCall, lockContact } from '#db/queries/locks.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import { callingHours } from '#domain/calling-hours.ts';
import { localDate } from '#domain/day.ts';
import { type GateFacts, type GateVerdict, type Hold, holdsOf, RULES_VERSION } from '#domain/gate.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { spendAt } from '../campaigns/spend.ts';
import type { Context } from '../context.ts';
import { Elapsed, Permit } from './permit.ts';
import { endNotPlaced } from './record.ts';
import {
  type CallSubject,
  callIdOf,
  factsBeside,
  followGo,
  followGoAgain,
  followHold,
  isLogged,
  leadFactsOf,
  lockLeadOf,
  phoneOf,
  type Terms,
  termsOf,
} from './subject.ts';

/** The call's row, made by this run of the gate (`go`) or an earlier one (`met`), or why there is none. */
export type GateResult =
  | { kind: 'go'; call: CallRow; terms: Terms; permit: Permit }
  | { kind: 'met'; call: CallRow }
  /** `verdict` is the first of all `holds`. */
  | { kind: 'held'; verdict: Hold; holds: Hold[]; settings: CampaignSettings };

/** What came of passing the gate again: as before, or `held` with the row, which has ended as not placed. */
export type GateAgain =
  | Exclude<GateResult, { kind: 'held' }>
  | { kind: 'held'; verdict: Hold; call: CallRow };

type GateContext = Pick<Context, 'db' | 'clock' | 'timeouts'>;

/**
 * Intent and permission in one transaction, with the contact locked: either the call's row exists after it, with the
 * decision that allows it, or the answer is why not. Running it again for the same attempt meets the same row.
 */
export async function passGate(context: GateContext, subject: CallSubject): Promise<GateResult> {
  const phone = await phoneOf(context.db, subject);
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const rows = await lockLeadOf(tx, subject);
    const met = await tx
      .selectFrom('calls')
      .selectAll()
      .where('id', '=', callIdOf(subject))
      .executeTakeFirst();
    if (met !== undefined) return { kind: 'met' as const, call: met };
    const judgement = await judge(context, tx, { subject, rows });
    const { terms, now, holds } = judgement;
    const [hold] = holds;
    if (hold !== undefined) {
      const isNews = isLogged(subject, hold) && !(await isRepeated(tx, subject, hold, now));
      const decisionId = isNews ? await logDecision(tx, judgement) : null;
      await followHold(tx, subject, { hold, decisionId, now });
      return { kind: 'held' as const, verdict: hold, holds, settings: terms.settings };
    }
    const decisionId = await logDecision(tx, judgement);
    const call = await insertIntent(tx, terms, intentOf(context, judgement, decisionId));
    await followGo(tx, terms, { decisionId, startedAt: now, now: await context.clock(tx) });
    return { kind: 'go' as const, call, terms, permit: permitOf(judgement) };
  });
}

/** A hold that goes on is logged again after this. */
const HOLD_LOGGED_EVERY_MS = 600_000;

/** The lead's last decision was the same hold, and is logged: its row says until when it holds now. */
async function isRepeated(tx: Tx, subject: CallSubject, hold: Hold, now: Date): Promise<boolean> {
  if (subject.kind !== 'lead' || hold.verdict !== 'wait') return false;
  const last = await findLastDecision(tx, subject.leadId);
  return last?.rule === hold.rule && now.getTime() - last.decided_at.getTime() < HOLD_LOGGED_EVERY_MS;
}

/**
 * Judges an attempt whose dial has not been sent once more, by everything that the gate judges: a permission is good
 * for a moment only. With a hold its row ends as not placed. `claim` runs under the locks; where it says no, somebody
 * else is at the call, which is `met`.
 */
export async function passGateAgain(
  context: GateContext,
  { id, phone }: Pick<CallRow, 'id' | 'phone'>,
  {
    subject,
    claim = async () => true,
  }: { subject: CallSubject; claim?: (tx: Tx, call: CallRow) => Promise<boolean> },
): Promise<GateAgain> {
  return await inTransaction(context.db, async (tx): Promise<GateAgain> => {
    await lockContact(tx, phone);
    const rows = await lockLeadOf(tx, subject);
    const call = await lockCall(tx, { id, phone });
    if (isSent(call) || !(await claim(tx, call))) return { kind: 'met', call };
    const judgement = await judge(context, tx, { subject, rows, besides: id });
    const { terms, now, holds } = judgement;
    const [hold] = holds;
    if (hold !== undefined) {
      const decisionId = isLogged(subject, hold) ? await logDecision(tx, judgement) : null;
      const ended = await endNotPlaced(tx, call, { now, failure: hold.detail, source: null });
      await followHold(tx, subject, { hold, decisionId, now });
      return { kind: 'held', verdict: hold, call: ended };
    }
    const decisionId = await logDecision(tx, judgement);
    const intended = await tx
      .updateTable('calls')
      .set(intentOf(context, judgement, decisionId))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await followGoAgain(tx, terms, await context.clock(tx));
    return { kind: 'go', call: intended, terms, permit: permitOf(judgement) };
  });
}

/** Whether it is over, or its dial is known to have been sent. */
function isSent({ status, conversation_id, call_sid }: CallRow): boolean {
  return status !== 'dialling' || conversation_id !== null || call_sid !== null;
}

interface Judgement {
  terms: Terms;
  /** The database's time, read when all locks were held. */
  now: Date;
  sinceJudged: Elapsed;
  facts: GateFacts;
  /** When the hours close, or the campaign ends; null for not soon. */
  closesAt: Date | null;
  holds: Hold[];
  workspace: Workspace;
}

/**
 * Reads the facts with everything locked, the workspace last, and judges them. Writes nothing. `besides`: a row that is
 * not counted, since it is the one that is judged.
 */
export async function judge(
  { clock, timeouts }: Pick<Context, 'clock' | 'timeouts'>,
  tx: Tx,
  { subject, rows, besides = null }: { subject: CallSubject; rows: LeadRows | null; besides?: string | null },
): Promise<Judgement> {
  const workspace = await lockWorkspace(tx);
  const terms = termsOf(subject, rows, workspace);
  const { phone, campaignId, settings } = terms;
  const sinceJudged = new Elapsed();
  const now = await clock(tx);
  const spendOf = { ...spendAt({ timeouts }, { campaignId, settings, now }), besides };
  const counts = await readGateCounts(tx, { phone, lead: rows?.lead ?? null, spendOf, now, besides });
  const { open, opensAt, closesAt, zones } = callingHours(settings, terms.zones, now);
  const endAt = rows?.campaign.end_at ?? null;
  const facts: GateFacts = {
    now,
    optedOut: counts.optedOut,
    window: { open, nextOpeningAt: opensAt, zones },
    contact: counts.contact,
    workspaceLines: { inUse: counts.workspaceLinesInUse, limit: workspace.lines },
    lead: leadFactsOf(terms, counts),
  };
  const holds = holdsOf(facts, terms.settings);
  return { terms, now, sinceJudged, facts, closesAt: earlier(closesAt, endAt), holds, workspace };
}

function earlier(one: Date | null, other: Date | null): Date | null {
  return one === null || (other !== null && other < one) ? other : one;
}

function permitOf({ terms, now: judgedAt, sinceJudged, closesAt }: Judgement): Permit {
  const marginMs = terms.settings.ringMarginSeconds * 1_000;
  return new Permit({ judgedAt, sinceJudged, closesAt, marginMs });
}

/** Logs why a call may or may not be placed. Returns the decision's id. */
async function logDecision(tx: Tx, { terms, facts, holds }: Judgement): Promise<number> {
  const verdict: GateVerdict = holds[0] ?? { verdict: 'go' };
  const { now, window, contact, lead, ...counts } = facts;
  return await insertDecision(tx, {
    attempt_id: terms.callId,
    campaign_id: terms.campaignId,
    lead_id: terms.leadId,
    phone: terms.phone,
    verdict: verdict.verdict,
    rule: verdict.verdict === 'go' ? null : verdict.rule,
    detail: verdict.verdict === 'go' ? null : verdict.detail,
    until: verdict.verdict === 'wait' ? verdict.until : null,
    rules_version: RULES_VERSION,
    settings_version: terms.settingsVersion,
    facts: toJson({
      ...counts,
      ...lead,
      now,
      zones: window.zones,
      window: terms.settings.window,
      recentCalls: contact.recentCalls.length,
      ...factsBeside(terms.subject, holds),
    }),
  });
}

/** Ring, talk and a margin: no call lasts longer than this. */
export function longestCallMs(
  { timeouts }: Pick<Context, 'timeouts'>,
  settings: Pick<CampaignSettings, 'ringSeconds' | 'maxCallSeconds'>,
): number {
  return (settings.ringSeconds + settings.maxCallSeconds) * 1_000 + timeouts.callMarginMs;
}

type Intent = Pick<
  Insertable<CallsTable>,
  | 'agent_id'
  | 'phone_number_id'
  | 'started_at'
  | 'deadline_at'
  | 'reserved_cents'
  | 'settings_version'
  | 'decision_id'
  | 'day'
>;

/** What a permission writes into the call's row. */
function intentOf(
  context: Pick<Context, 'timeouts'>,
  { terms, now, facts, workspace }: Judgement,
  decisionId: number,
): Intent {
  return {
    agent_id: terms.agentId,
    phone_number_id: terms.phoneNumberId,
    started_at: now,
    deadline_at: new Date(now.getTime() + longestCallMs(context, terms.settings)),
    reserved_cents: facts.lead?.spend.expectedCents ?? null,
    settings_version: terms.settingsVersion,
    decision_id: decisionId,
    day: localDate(now, workspace.timeZone),
  };
}

/** Writes the intent: from now on the call counts as one that may be under way. */
async function insertIntent(tx: Tx, terms: Terms, intent: Intent): Promise<CallRow> {
  const { callId, campaignId, leadId, attempt, phone } = terms;
  const call = await tx
    .insertInto('calls')
    .values({ id: callId, campaign_id: campaignId, lead_id: leadId, attempt, phone, ...intent })
    .returningAll()
    .executeTakeFirstOrThrow();
  const data = { attempt, decisionId: call.decision_id };
  await appendEvent(tx, { type: 'call.started', campaignId, leadId, callId, data });
  return call;
}
