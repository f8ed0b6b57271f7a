import type { Selectable } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type GateCounts, type LeadRows, lockLead, type Workspace } from '#db/queries/gate.ts';
import { insertOneOffCall } from '#db/queries/one-off-calls.ts';
import type { SingleCallsTable } from '#db/schema/single-calls.ts';
import type { Actor } from '#domain/access.ts';
import type { GateRule, Hold, LeadFacts } from '#domain/gate.ts';
import { isHolidayCalendar } from '#domain/holidays.ts';
import { attemptId } from '#domain/ids.ts';
import type { LeadOutcome } from '#domain/lead.ts';
import type { CallOverrides, OneOffCallSettings } from '#domain/one-off-call.ts';
import { parsePhone } from '#domain/phone.ts';
import { type CampaignSettings, DEFAULT_SETTINGS } from '#domain/settings.ts';
import { spendOf } from '#domain/spend.ts';
import { zonesForPhone } from '#domain/zones/zones-for-phone.ts';
import type { DialRequest } from '#providers/ports.ts';
import { pauseBySystem } from '../campaigns/transitions.ts';
import { finishLead, holdLead } from '../leads/steps.ts';
import type { WhenNotPlaced } from './record.ts';

/**
 * Whom a call is for. Both kinds pass one gate, and are dialled, looked up, recorded and concluded in one way. Whatever
 * the gate and the dial treat differently is in this file.
 */
export type CallSubject = LeadAttempt | OneOffCall;

/** An attempt to reach a lead of a campaign. */
export interface LeadAttempt {
  kind: 'lead';
  campaignId: string;
  leadId: string;
  attempt: number;
  /** The number of the line that the campaign granted it. */
  line: number;
}

/** A call that somebody asks for over the API, without a campaign. */
export interface OneOffCall {
  kind: 'one_off';
  callId: string;
  /** E.164. */
  phone: string;
  agentId: string;
  phoneNumberId: string;
  variables: Record<string, string>;
  overrides: CallOverrides;
  /** The person's consent, in the words of whoever asks; null when they say nothing of it. */
  consent: string | null;
  actor: Actor;
  /** The rules that have permitted it before; those of the workspace when left out. */
  rules?: OneOffCallSettings;
}

/** How a subject is judged, and what its call's row is made of; read under the gate's locks. */
export type Terms = {
  callId: string;
  campaignId: string | null;
  leadId: string | null;
  attempt: number;
  phone: string;
  agentId: string;
  phoneNumberId: string;
  settings: CampaignSettings;
  /** Null for a one-off call, which stores its rules itself. */
  settingsVersion: number | null;
  zones: readonly string[];
} & (
  | { kind: 'lead'; subject: LeadAttempt; rows: LeadRows }
  | { kind: 'one_off'; subject: OneOffCall; rules: OneOffCallSettings }
);

/** The call's id. An attempt has the same one however often it comes to the gate. */
export function callIdOf(subject: CallSubject): string {
  return subject.kind === 'lead' ? attemptId(subject.leadId, subject.attempt) : subject.callId;
}

export async function phoneOf(db: Db, subject: CallSubject): Promise<string> {
  if (subject.kind === 'one_off') return subject.phone;
  const { phone } = await db
    .selectFrom('leads')
    .select('phone')
    .where('id', '=', subject.leadId)
    .executeTakeFirstOrThrow();
  return phone;
}

/** Locks campaign and lead of an attempt; null for a one-off call. The contact must be locked already. */
export async function lockLeadOf(tx: Tx, subject: CallSubject): Promise<LeadRows | null> {
  return subject.kind === 'lead' ? await lockLead(tx, subject) : null;
}

export function termsOf(subject: CallSubject, rows: LeadRows | null, workspace: Workspace): Terms {
  if (subject.kind === 'one_off') return termsOfOneOff(subject, subject.rules ?? workspace.oneOffCalls);
  if (rows === null) throw new Error('The lead of an attempt is not locked.');
  return termsOfLead(subject, rows);
}

function termsOfLead(subject: LeadAttempt, rows: LeadRows): Terms {
  const { campaign, lead, settings, version } = rows;
  const callId = callIdOf(subject);
  return {
    kind: 'lead',
    subject,
    rows,
    callId,
    campaignId: campaign.id,
    leadId: lead.id,
    attempt: subject.attempt,
    phone: lead.phone,
    agentId: campaign.agent_id,
    phoneNumberId: pickPhoneNumber(campaign.phone_number_ids, callId),
    settings,
    settingsVersion: version,
    zones: lead.zones,
  };
}

/** Judged as a lead of a campaign that has the workspace's rules for one-off calls. */
function termsOfOneOff(subject: OneOffCall, workspaceRules: OneOffCallSettings): Terms {
  const { callId, phone, agentId, phoneNumberId } = subject;
  const rules = withHolidays(workspaceRules, phone);
  return {
    kind: 'one_off',
    subject,
    rules,
    callId,
    campaignId: null,
    leadId: null,
    attempt: 1,
    phone,
    agentId,
    phoneNumberId,
    settings: { ...DEFAULT_SETTINGS, ...rules },
    settingsVersion: null,
    zones: zonesForPhone(phone),
  };
}

/** A number names its country and no region: its national holidays are kept, unless the workspace names others. */
function withHolidays(settings: OneOffCallSettings, phone: string): OneOffCallSettings {
  const { window, nationalHolidays } = settings;
  const parsed = parsePhone(phone);
  const country = parsed.ok ? parsed.country : null;
  if (!nationalHolidays || window.holidays !== undefined || country === null) return settings;
  return isHolidayCalendar(country) ? { ...settings, window: { ...window, holidays: country } } : settings;
}

/** Spreads a campaign's calls over its numbers; the same attempt always has the same one. */
function pickPhoneNumber(ids: readonly string[], id: string): string {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  const picked = ids[hash % ids.length];
  if (picked === undefined) throw new Error('The campaign has no phone number to call from.');
  return picked;
}

/** Null for a one-off call. */
export function leadFactsOf(terms: Terms, counts: GateCounts): LeadFacts | null {
  if (terms.kind === 'one_off') return null;
  const { campaign, lead } = terms.rows;
  const { replied, attemptsUsed, campaignLinesInUse } = counts;
  return {
    campaignStatus: campaign.status,
    startsAt: campaign.start_at,
    campaignEndAt: campaign.end_at,
    leadState: lead.state,
    replied,
    attemptsUsed,
    attemptsAllowed: lead.attempts_allowed,
    spend: spendOf(counts.spend, terms.settings),
    campaignLinesInUse,
    nextPaceAt: campaign.next_pace_at,
  };
}

/** These pass by themselves within seconds. */
export const PASSING_RULES: ReadonlySet<GateRule> = new Set(['pace', 'campaign_lines', 'workspace_lines']);

/** While a rule passes, a lead comes again every few seconds: its other holds are logged. */
export function isLogged({ kind }: CallSubject, { rule }: Hold): boolean {
  return kind === 'one_off' || !PASSING_RULES.has(rule);
}

/** What the decision on a one-off call says beside the gate's facts. */
export function factsBeside(subject: CallSubject, holds: readonly Hold[]): Record<string, unknown> {
  if (subject.kind === 'lead') return {};
  return { consent: consentOf(subject), holds: holds.map(({ rule }) => rule) };
}

/** The changes that come with a call that may be placed: its row and the decision are written. */
export async function followGo(
  tx: Tx,
  terms: Terms,
  { decisionId, startedAt, now }: { decisionId: number; startedAt: Date; now: Date },
): Promise<void> {
  if (terms.kind === 'one_off') {
    const { callId, variables, overrides, consent, actor } = terms.subject;
    await insertOneOffCall(tx, {
      call_id: callId,
      settings: toJson(terms.rules),
      variables: toJson(variables),
      overrides: toJson(overrides),
      consent,
      actor: actor.id,
    });
    await auditOneOffCall(tx, terms.subject, { action: 'call.requested', decisionId });
    return;
  }
  await tx
    .updateTable('leads')
    .set({ state: 'calling', hold_rule: null, hold_detail: null, line_waits: 0, updated_at: startedAt })
    .where('id', '=', terms.subject.leadId)
    .execute();
  await takePace(tx, terms.subject, { terms, now });
}

/** The changes that come with a second permission for the same attempt. */
export async function followGoAgain(tx: Tx, terms: Terms, now: Date): Promise<void> {
  if (terms.kind === 'lead') await takePace(tx, terms.subject, { terms, now });
}

/** The next dial is due one interval after this decision was written, not after it was begun. */
async function takePace(
  tx: Tx,
  { campaignId }: LeadAttempt,
  { terms, now }: { terms: Terms; now: Date },
): Promise<void> {
  await tx
    .updateTable('campaigns')
    .set({ next_pace_at: new Date(now.getTime() + 1_000 / terms.settings.callsPerSecond) })
    .where('id', '=', campaignId)
    .execute();
}

/** The changes that come with a hold. `decisionId` is null for one that is not logged. */
export async function followHold(
  tx: Tx,
  subject: CallSubject,
  { hold, decisionId, now }: { hold: Hold; decisionId: number | null; now: Date },
): Promise<void> {
  if (subject.kind === 'one_off') {
    await auditOneOffCall(tx, subject, { action: 'call.refused', decisionId });
    return;
  }
  const { campaignId, leadId } = subject;
  const { verdict, rule, detail } = hold;
  if (decisionId !== null) {
    await appendEvent(tx, { type: 'lead.held', campaignId, leadId, data: { decisionId, verdict, rule } });
  }
  if (verdict === 'never') {
    await finishLead(tx, subject, { outcome: outcomeOf(rule), detail, now });
    return;
  }
  if (hold.pausesCampaign) await pauseBySystem(tx, { campaignId, cause: 'spend_limit', reason: detail, now });
  if (rule === 'pace') {
    // It keeps its line: its turn to dial comes within a second, or it is put off by `putOffForLine`.
    await holdLead(tx, leadId, { state: 'queued', rule, detail, until: hold.until, now });
    return;
  }
  // A pause holds no longer than it lasts, and money comes back when a call is charged: the lead keeps its place.
  const until = findsPause(hold) || rule === 'spend_limit' ? null : hold.until;
  await holdLead(tx, leadId, { state: 'backing_off', rule, detail, until, now });
}

/** Whether the campaign is paused, or pauses by this hold. */
export function findsPause(hold: Hold): boolean {
  return hold.rule === 'campaign_running' || (hold.verdict === 'wait' && hold.pausesCampaign === true);
}

function outcomeOf(rule: GateRule): LeadOutcome {
  if (rule === 'opt_out') return 'opted_out';
  if (rule === 'replied') return 'replied';
  if (rule === 'attempts') return 'attempts_spent';
  if (rule === 'campaign_end') return 'ended';
  return rule === 'campaign_running' ? 'stopped' : 'refused';
}

async function auditOneOffCall(
  tx: Tx,
  subject: OneOffCall,
  { action, decisionId }: { action: 'call.requested' | 'call.refused'; decisionId: number | null },
): Promise<void> {
  const { callId, agentId, phoneNumberId, actor } = subject;
  const data = { agentId, phoneNumberId, decisionId, consent: consentOf(subject) };
  await appendAudit(tx, { actor, action, subject: callId, data });
}

function consentOf({ consent }: OneOffCall): 'requested' | 'stated' {
  return consent === null ? 'requested' : 'stated';
}

/** How a call is dialled. */
export interface DialTerms extends Pick<DialRequest, 'ringSeconds' | 'maxCallSeconds' | 'overrides'> {
  voicemail: CampaignSettings['voicemail'];
  /** The agent's variables, with those that every call has. */
  variables(common: Record<string, string>): DialRequest['variables'];
  whenNotPlaced?: WhenNotPlaced;
}

export function dialTermsOf(terms: Terms): DialTerms {
  if (terms.kind === 'lead') return dialTermsOfLead(terms.rows);
  return dialTermsOfOneOff({ ...terms.subject, settings: terms.rules });
}

function dialTermsOfLead({ campaign, lead, settings }: LeadRows): DialTerms {
  const { ringSeconds, maxCallSeconds, voicemail } = settings;
  const subject = { campaignId: campaign.id, leadId: lead.id };
  return {
    ringSeconds,
    maxCallSeconds,
    voicemail,
    variables: (common) => ({
      ...lead.variables,
      campaign: campaign.name,
      ...(lead.name === null ? {} : { name: lead.name }),
      ...(lead.email === null ? {} : { email: lead.email }),
      ...common,
    }),
    // A refusal will repeat, so it ends the lead, unless the configuration is at fault.
    async whenNotPlaced(tx, { refusal, failure: detail }, now) {
      if (refusal === undefined || refusal === 'configuration') return;
      await finishLead(tx, subject, { outcome: 'refused', detail, now });
    },
  };
}

/** Whoever asks for a one-off call may replace any variable but the product's own. */
export function dialTermsOfOneOff({
  settings,
  variables,
  overrides,
}: Pick<Selectable<SingleCallsTable>, 'settings' | 'variables' | 'overrides'>): DialTerms {
  const { ringSeconds, maxCallSeconds, voicemail } = settings;
  return {
    ringSeconds,
    maxCallSeconds,
    voicemail,
    overrides,
    variables: (common) => ({ ...common, ...variables }),
  };
}
