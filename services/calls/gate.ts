import type { Selectable } from 'kysely';
import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type GateRows, lockGateRows, readGateCounts } from '#db/queries/gate.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import { localDate } from '#domain/day.ts';
import { decide, type GateFacts, type GateRule, type GateVerdict, RULES_VERSION } from '#domain/gate.ts';
import { holidaysAround } from '#domain/holidays.ts';
import { attemptId } from '#domain/ids.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { isOpen, nextOpening } from '#domain/window.ts';
import type { Context } from '../context.ts';
import { finishLead, holdLead } from '../leads/steps.ts';

export interface AttemptRef {
  campaignId: string;
  leadId: string;
  attempt: number;
  /** The number of the line it is placed on. */
  line: number;
}

export type Call = Selectable<CallsTable>;

/** The attempt's row, made by this gate (`go`) or an earlier run of it (`met`), or why there is none. */
export type GateResult =
  | { kind: 'go' | 'met'; call: Call; rows: GateRows }
  | { kind: 'held'; verdict: Held; settings: CampaignSettings };

export type Held = Exclude<GateVerdict, { verdict: 'go' }>;

/** These pass by themselves within seconds: the lead keeps its line meanwhile, and they are not logged each time. */
export const PASSING_RULES: ReadonlySet<GateRule> = new Set(['pace', 'campaign_lines', 'workspace_lines']);

/**
 * Intent and permission in one transaction, with the contact held: either the attempt's row exists after it,
 * with the decision that allows it, or the answer is why not. Running it again meets the same row.
 */
export async function passGate(context: Context, ref: AttemptRef): Promise<GateResult> {
  const id = attemptId(ref.leadId, ref.attempt);
  const { phone } = await context.db
    .selectFrom('leads')
    .select('phone')
    .where('id', '=', ref.leadId)
    .executeTakeFirstOrThrow();
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    const rows = await lockGateRows(tx, ref.campaignId, ref.leadId);
    const met = await tx.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst();
    if (met) return { kind: 'met' as const, call: met, rows };
    const now = await context.now();
    const facts = await gateFacts(tx, rows, now);
    const verdict = decide(facts, rows.settings);
    if (verdict.verdict !== 'go') {
      const logged = PASSING_RULES.has(verdict.rule)
        ? null
        : await logDecision(tx, ref, rows, verdict, facts);
      await recordHold(tx, ref, verdict, logged, now);
      return { kind: 'held' as const, verdict, settings: rows.settings };
    }
    const decisionId = await logDecision(tx, ref, rows, verdict, facts);
    const deadlineAt = new Date(now.getTime() + longestCallMs(context, rows.settings));
    const call = await insertCall(tx, ref, rows, { now, deadlineAt, decisionId });
    await keepPace(tx, rows, await context.now());
    return { kind: 'go' as const, call, rows };
  });
}

async function gateFacts(tx: Tx, rows: GateRows, now: Date): Promise<GateFacts> {
  const { campaign, lead, settings } = rows;
  const opening = windowOf(settings, lead.zones, now);
  const open = isOpen({ ...opening, at: now });
  return {
    now,
    campaignStatus: campaign.status,
    leadState: lead.state,
    window: {
      open,
      nextOpeningAt: open ? now : nextOpening({ ...opening, from: now }),
      zones: opening.zones,
    },
    nextPaceAt: campaign.next_pace_at,
    ...(await readGateCounts(tx, rows, now)),
  };
}

/** The window's arguments for a lead, with the holidays around this instant. */
export function windowOf(settings: CampaignSettings, leadZones: readonly string[], now: Date) {
  const { window } = settings;
  const zones = window.timeZone === 'lead' ? leadZones : [window.timeZone];
  return { window, zones, holidays: holidaysAround(window.holidays, now) };
}

/** Puts the verdict on the lead's row. A pause holds no longer than it lasts, so the lead stays in the queue. */
async function recordHold(
  tx: Tx,
  ref: AttemptRef,
  verdict: Held,
  decisionId: number | null,
  now: Date,
): Promise<void> {
  if (decisionId !== null) {
    const { campaignId, leadId } = ref;
    const data = { decisionId, verdict: verdict.verdict, rule: verdict.rule };
    await appendEvent(tx, { type: 'lead.held', campaignId, leadId, data });
  }
  if (verdict.verdict === 'never') {
    await finishLead(tx, ref, { outcome: outcomeOf(verdict.rule), detail: verdict.detail, now });
    return;
  }
  const { rule, detail, until } = verdict;
  const queued = PASSING_RULES.has(rule) || rule === 'campaign_running';
  await holdLead(tx, ref.leadId, { state: queued ? 'queued' : 'backing_off', rule, detail, until, now });
}

function outcomeOf(rule: GateRule): LeadOutcome {
  if (rule === 'opt_out') return 'opted_out';
  if (rule === 'replied') return 'replied';
  if (rule === 'attempts') return 'attempts_spent';
  return rule === 'campaign_running' ? 'stopped' : 'refused';
}

/** Logs why an attempt may or may not be placed. */
async function logDecision(
  tx: Tx,
  ref: AttemptRef,
  rows: Pick<GateRows, 'lead' | 'version' | 'settings'>,
  verdict: GateVerdict,
  facts: GateFacts,
): Promise<number> {
  const { now, window, contact, ...counts } = facts;
  const { id } = await tx
    .insertInto('decisions')
    .values({
      attempt_id: attemptId(ref.leadId, ref.attempt),
      campaign_id: ref.campaignId,
      lead_id: ref.leadId,
      phone: rows.lead.phone,
      verdict: verdict.verdict,
      rule: verdict.verdict === 'go' ? null : verdict.rule,
      detail: verdict.verdict === 'go' ? null : verdict.detail,
      until: verdict.verdict === 'wait' ? verdict.until : null,
      rules_version: RULES_VERSION,
      settings_version: rows.version,
      facts: toJson({
        ...counts,
        now,
        zones: window.zones,
        window: rows.settings.window,
        recentCalls: contact.recentCalls.length,
      }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Ring, talk and a margin: longer than this no call lasts. */
export function longestCallMs(
  { timeouts }: Context,
  settings: Pick<CampaignSettings, 'ringSeconds' | 'maxCallSeconds'>,
): number {
  return (settings.ringSeconds + settings.maxCallSeconds) * 1_000 + timeouts.callMarginMs;
}

async function insertCall(
  tx: Tx,
  ref: AttemptRef,
  { campaign, lead, version }: GateRows,
  { now, deadlineAt, decisionId }: { now: Date; deadlineAt: Date; decisionId: number },
): Promise<Call> {
  const { time_zone } = await tx.selectFrom('workspace').select('time_zone').executeTakeFirstOrThrow();
  const id = attemptId(ref.leadId, ref.attempt);
  const call = await tx
    .insertInto('calls')
    .values({
      id,
      campaign_id: ref.campaignId,
      lead_id: ref.leadId,
      attempt: ref.attempt,
      phone: lead.phone,
      agent_id: campaign.agent_id,
      phone_number_id: pickPhoneNumber(campaign.phone_number_ids, id),
      started_at: now,
      deadline_at: deadlineAt,
      settings_version: version,
      decision_id: decisionId,
      day: localDate(now, time_zone),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('leads')
    .set({ state: 'calling', hold_rule: null, hold_detail: null, updated_at: now })
    .where('id', '=', lead.id)
    .execute();
  await appendEvent(tx, {
    type: 'call.started',
    campaignId: ref.campaignId,
    leadId: ref.leadId,
    callId: id,
    data: { attempt: ref.attempt, decisionId },
  });
  return call;
}

/** The next dial is due one interval after this decision was written, not after it was begun. */
async function keepPace(tx: Tx, { campaign, settings }: GateRows, now: Date): Promise<void> {
  await tx
    .updateTable('campaigns')
    .set({ next_pace_at: new Date(now.getTime() + 1_000 / settings.callsPerSecond) })
    .where('id', '=', campaign.id)
    .execute();
}

/** Spreads a campaign's calls over its numbers; the same attempt always has the same one. */
function pickPhoneNumber(ids: readonly string[], id: string): string {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  const picked = ids[hash % ids.length];
  if (picked === undefined) throw new Error('The campaign has no phone number to call from.');
  return picked;
}
