import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import type { CallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import {
  insertDecision,
  type LeadRows,
  lockWorkspace,
  readGateCounts,
  type Workspace,
} from '#db/queries/gate.ts';
import { lockContact } from '#db/queries/locks.ts';
import { localDate } from '#domain/day.ts';
import { type GateFacts, type GateVerdict, type Hold, holdsOf, RULES_VERSION } from '#domain/gate.ts';
import { holidaysAround } from '#domain/holidays.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { isOpen, nextOpening } from '#domain/window.ts';
import { spendAt } from '../campaigns/spend.ts';
import type { Context } from '../context.ts';
import {
  type CallSubject,
  callIdOf,
  factsBeside,
  followGo,
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
  | { kind: 'go'; call: CallRow; terms: Terms }
  | { kind: 'met'; call: CallRow }
  /** `verdict` is the first of all `holds`. */
  | { kind: 'held'; verdict: Hold; holds: Hold[]; settings: CampaignSettings };

/**
 * Intent and permission in one transaction, with the contact locked: either the call's row exists after it, with the
 * decision that allows it, or the answer is why not. Running it again for the same attempt meets the same row.
 */
export async function passGate(
  context: Pick<Context, 'db' | 'now' | 'timeouts'>,
  subject: CallSubject,
): Promise<GateResult> {
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
    const { terms, facts, holds, now, workspace } = await judge(tx, context, subject, rows);
    const [hold] = holds;
    if (hold !== undefined) {
      const decisionId = isLogged(subject, hold) ? await logDecision(tx, terms, { facts, holds }) : null;
      await followHold(tx, subject, { hold, decisionId, now });
      return { kind: 'held' as const, verdict: hold, holds, settings: terms.settings };
    }
    const decisionId = await logDecision(tx, terms, { facts, holds });
    const call = await insertIntent(tx, terms, {
      decisionId,
      now,
      deadlineAt: new Date(now.getTime() + longestCallMs(context, terms.settings)),
      reservedCents: facts.lead?.spend.expectedCents ?? null,
      day: localDate(now, workspace.timeZone),
    });
    await followGo(tx, terms, { decisionId, startedAt: now, now: await context.now() });
    return { kind: 'go' as const, call, terms };
  });
}

/** Reads the facts with everything locked, the workspace last, and judges them. Writes nothing. */
export async function judge(
  tx: Tx,
  context: Pick<Context, 'now' | 'timeouts'>,
  subject: CallSubject,
  rows: LeadRows | null,
) {
  const workspace = await lockWorkspace(tx);
  const terms = termsOf(subject, rows, workspace);
  const now = await context.now();
  const facts = await readFacts(tx, context, terms, { lead: rows?.lead ?? null, workspace, now });
  return { terms, facts, holds: holdsOf(facts, terms.settings), now, workspace };
}

async function readFacts(
  tx: Tx,
  context: Pick<Context, 'timeouts'>,
  terms: Terms,
  { lead, workspace, now }: { lead: LeadRows['lead'] | null; workspace: Workspace; now: Date },
): Promise<GateFacts> {
  const opening = windowOf(terms.settings, terms.zones, now);
  const open = isOpen({ ...opening, at: now });
  const spendOf = spendAt(context, { campaignId: terms.campaignId, settings: terms.settings, now });
  const counts = await readGateCounts(tx, { phone: terms.phone, lead, spendOf, now });
  return {
    now,
    optedOut: counts.optedOut,
    window: {
      open,
      nextOpeningAt: open ? now : nextOpening({ ...opening, from: now }),
      zones: opening.zones,
    },
    contact: counts.contact,
    workspaceLines: { inUse: counts.workspaceLinesInUse, limit: workspace.lines },
    lead: leadFactsOf(terms, counts),
  };
}

/** The window's arguments for whoever is in these zones, with the holidays around this instant. */
export function windowOf(settings: Pick<CampaignSettings, 'window'>, ownZones: readonly string[], now: Date) {
  const { window } = settings;
  const zones = window.timeZone === 'lead' ? ownZones : [window.timeZone];
  return { window, zones, holidays: holidaysAround(window.holidays, now) };
}

/** Logs why a call may or may not be placed. Returns the decision's id. */
async function logDecision(
  tx: Tx,
  terms: Terms,
  { facts, holds }: { facts: GateFacts; holds: readonly Hold[] },
): Promise<number> {
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

/** Writes the intent: from now on the call counts as one that may be under way. */
async function insertIntent(
  tx: Tx,
  terms: Terms,
  {
    decisionId,
    now,
    deadlineAt,
    reservedCents,
    day,
  }: { decisionId: number; now: Date; deadlineAt: Date; reservedCents: number | null; day: string },
): Promise<CallRow> {
  const { callId, campaignId, leadId, attempt } = terms;
  const call = await tx
    .insertInto('calls')
    .values({
      id: callId,
      campaign_id: campaignId,
      lead_id: leadId,
      attempt,
      phone: terms.phone,
      agent_id: terms.agentId,
      phone_number_id: terms.phoneNumberId,
      started_at: now,
      deadline_at: deadlineAt,
      reserved_cents: reservedCents,
      settings_version: terms.settingsVersion,
      decision_id: decisionId,
      day,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await appendEvent(tx, { type: 'call.started', campaignId, leadId, callId, data: { attempt, decisionId } });
  return call;
}
