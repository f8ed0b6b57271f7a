import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { readNextAttempt } from '#db/queries/calls.ts';
import { changeCampaign, findCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type LeadRows, lockLead } from '#db/queries/gate.ts';
import { changeLead, findLead, type Lead } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { Actor } from '#domain/access.ts';
import type { Hold } from '#domain/gate.ts';
import { attemptsLimit } from '#domain/retry.ts';
import { judge } from '../calls/gate.ts';
import { heldError } from '../calls/held-error.ts';
import { PASSING_RULES } from '../calls/subject.ts';
import { announceChange, noteChange } from '../campaigns/changes.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';

/** What a request for a call has changed. */
export interface CallRequested {
  lead: Lead;
  /** It will be one call more than the settings allow. */
  beyondLimit: boolean;
  /** The lead was finished, and is called again. */
  reopened: boolean;
  /** Its campaign had ended, and is at work again. */
  campaignReopened: boolean;
}

/**
 * Somebody wants a lead called now, in whatever state it is. The gate judges it as it would be: what the request lifts
 * (an end, spent attempts, a reply, a later time) does not hold it, everything else does, and then nothing is changed.
 * Otherwise the lead is due at once and gets the campaign's next line; the gate judges the dial as any other.
 *
 * @throws ServiceError `not-found`; `wrong-state` with every rule that holds the call, and until when
 */
export async function callNow(
  context: Pick<Context, 'db' | 'now' | 'clock' | 'timeouts' | 'workflows' | 'logger'>,
  { actor, leadId }: { actor: Actor; leadId: string },
): Promise<CallRequested> {
  const found = await findLead(context.db, leadId);
  if (found === null) throw notFound('lead');
  const requested = await inTransaction(context.db, (tx) => request(tx, context, found, actor));
  await notify(context, requested);
  return requested;
}

async function request(
  tx: Tx,
  context: Pick<Context, 'now' | 'clock' | 'timeouts'>,
  { id: leadId, campaign_id: campaignId, phone }: Lead,
  actor: Actor,
): Promise<CallRequested> {
  await lockContact(tx, phone);
  const rows = await lockLead(tx, { campaignId, leadId });
  const attempt = await readNextAttempt(tx, leadId);
  const subject = { kind: 'lead', campaignId, leadId, attempt, line: 0 } as const;
  const { facts, holds, now } = await judge(context, tx, {
    subject,
    rows: asIfRequested(rows, await context.now()),
  });
  const refusals = refusalsOf(rows, holds, now);
  if (refusals.length > 0) throw heldError(refusals, now);
  const { campaign, lead, settings } = rows;
  const used = facts.lead?.attemptsUsed ?? 0;
  const beyondLimit = used >= attemptsLimit(settings.maxAttempts, lead.attempts_allowed);
  const reopened = lead.state === 'finished';
  const after = await changeLead(tx, leadId, {
    // Those who wait for their first call have no place before the others.
    ...(lead.state === 'waiting' || reopened ? { state: 'backing_off' } : {}),
    outcome: null,
    outcome_detail: null,
    finished_at: null,
    ...(beyondLimit ? { attempts_allowed: used + 1 } : {}),
    not_before: now,
    hold_rule: null,
    hold_detail: null,
    promised: true,
    call_requested_at: now,
    updated_at: now,
  });
  const data = { beyondLimit, reopened };
  await appendEvent(tx, { type: 'lead.call_requested', campaignId, leadId, data });
  await appendAudit(tx, { actor, action: 'lead.call_requested', subject: leadId, data });
  const campaignReopened = campaign.status === 'completed';
  if (campaignReopened) await reopenCampaign(tx, campaignId, now);
  await noteChange(tx, campaignId);
  return { lead: after, beyondLimit, reopened, campaignReopened };
}

/** The rows as the gate will find them. */
function asIfRequested({ campaign, lead, ...settings }: LeadRows, now: Date): LeadRows {
  return {
    ...settings,
    campaign: { ...campaign, status: campaign.status === 'completed' ? 'running' : campaign.status },
    lead: {
      ...lead,
      state: 'queued',
      attempts_allowed: Number.MAX_SAFE_INTEGER,
      call_requested_at: now,
    },
  };
}

/** A campaign's ends that only a person can lift have no time; a line comes within seconds. */
function refusalsOf({ campaign, lead }: LeadRows, holds: readonly Hold[], now: Date): Hold[] {
  const refusals = holds
    .filter(({ rule }) => !PASSING_RULES.has(rule))
    .map((hold): Hold => (hold.verdict === 'wait' && needsPerson(hold) ? withoutTime(hold, campaign) : hold));
  if (campaign.archived_at !== null) {
    refusals.unshift({
      verdict: 'never',
      rule: 'campaign_running',
      detail: 'The campaign is archived: add the person to another one.',
    });
  }
  if (lead.state === 'calling' && !refusals.some(({ rule }) => rule === 'contact_live')) {
    refusals.push({
      verdict: 'wait',
      rule: 'contact_live',
      detail: 'The last call to this lead is being concluded.',
      until: new Date(now.getTime() + CONCLUDED_WITHIN_MS),
    });
  }
  return refusals;
}

const CONCLUDED_WITHIN_MS = 10_000;

function needsPerson(hold: Extract<Hold, { verdict: 'wait' }>): boolean {
  return hold.pausesCampaign === true || hold.rule === 'campaign_running';
}

function withoutTime({ rule, detail }: Hold, { status, pause_reason }: LeadRows['campaign']): Hold {
  const isPause = rule === 'campaign_running' && status === 'paused';
  const paused = pause_reason === null ? 'Resume it first.' : `${pause_reason} Resume it first.`;
  return { verdict: 'never', rule, detail: isPause ? `${detail} ${paused}` : detail };
}

async function reopenCampaign(tx: Tx, campaignId: string, now: Date): Promise<void> {
  const campaign = await findCampaign(tx, campaignId);
  if (campaign === null) throw notFound('campaign');
  await changeCampaign(tx, campaign, { status: 'running', finished_at: null, now });
  await appendEvent(tx, { type: 'campaign.reopened', campaignId });
}

/** Its campaign gives it a line, and starts its workflow if it has none. The sweep tells it where this could not. */
async function notify(
  context: Pick<Context, 'db' | 'workflows' | 'logger'>,
  { lead, reopened }: CallRequested,
): Promise<void> {
  // One whose workflow is of an earlier version sleeps until the time that it knows.
  if (!reopened && lead.state === 'backing_off') await context.workflows.callNow(lead.id, lead.not_before);
  await announceChange(context, lead.campaign_id);
}
