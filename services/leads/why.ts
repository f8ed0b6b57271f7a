import { findCampaign } from '#db/queries/campaigns.ts';
import { findLead, type LeadBlocks, readLeadBlocks } from '#db/queries/leads.ts';
import { callingHours } from '#domain/calling-hours.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import { END_PASSED, type HoldRule, isTooLateToDial } from '#domain/gate.ts';
import type { LeadState } from '#domain/lead.ts';
import { attemptsLimit } from '#domain/retry.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { affordsCall, type Spend, spendText } from '#domain/spend.ts';
import { readSpend } from '../campaigns/spend.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';

export interface Block {
  rule: HoldRule;
  detail: string;
  /** Null when no time ends it. */
  until: Date | null;
}

export interface WhyFacts {
  now: Date;
  campaign: { status: CampaignStatus; startAt: Date | null; endAt: Date | null; pauseReason: string | null };
  settings: Pick<CampaignSettings, 'maxAttempts' | 'spendLimitCents' | 'window' | 'ringMarginSeconds'>;
  lead: {
    state: LeadState;
    zones: readonly string[];
    notBefore: Date;
    holdRule: HoldRule | null;
    holdDetail: string | null;
    attemptsUsed: number;
    /** As the gate reads it. */
    attemptsAllowed: number | null;
    outcome: string | null;
    outcomeDetail: string | null;
  };
  optedOut: boolean;
  spend: Spend;
  /** The gate's last answer, when it was to wait. */
  lastWait: Block | null;
  /** The limit that its call under way has outlasted; null when there is none. */
  overdueSince: Date | null;
}

export interface Why {
  state: LeadState;
  /** When the next attempt can come at the earliest; null when none is in sight. */
  nextAttemptAt: Date | null;
  /** What ends the lead for good comes first, then what a person must lift, then what time lifts. */
  blockedBy: Block[];
}

/** Why a lead is not being called now, and when it can be. @throws ServiceError `not-found` */
export async function readWhy(
  context: Pick<Context, 'db' | 'now' | 'timeouts'>,
  { leadId }: { leadId: string },
): Promise<Why> {
  const { db, now } = context;
  const lead = await findLead(db, leadId);
  const campaign = lead === null ? null : await findCampaign(db, lead.campaign_id);
  if (lead === null || campaign === null) throw notFound('lead');
  const at = await now();
  const { settings } = campaign;
  const [{ optedOut, lastDecision, overdueSince }, spend] = await Promise.all([
    readLeadBlocks(db, lead),
    readSpend(db, context, { campaignId: campaign.id, settings, now: at }),
  ]);
  return explainLead({
    now: at,
    campaign: {
      status: campaign.status,
      startAt: campaign.start_at,
      endAt: campaign.end_at,
      pauseReason: campaign.pause_reason,
    },
    settings,
    lead: {
      state: lead.state,
      zones: lead.zones,
      notBefore: lead.not_before,
      holdRule: lead.hold_rule,
      holdDetail: lead.hold_detail,
      attemptsUsed: lead.attempts_used,
      attemptsAllowed: lead.attempts_allowed,
      outcome: lead.outcome,
      outcomeDetail: lead.outcome_detail,
    },
    optedOut,
    spend,
    lastWait: waitOf(lastDecision),
    overdueSince,
  });
}

function waitOf(decision: LeadBlocks['lastDecision']): Block | null {
  if (decision === null || decision.verdict !== 'wait') return null;
  const { rule, detail, until } = decision;
  return rule === null || until === null ? null : { rule, detail: detail ?? '', until };
}

/** Why a lead is not being called at this moment, in the gate's own rules. */
export function explainLead(facts: WhyFacts): Why {
  const { lead } = facts;
  if (lead.state === 'calling') {
    return { state: lead.state, nextAttemptAt: null, blockedBy: overdueBlocks(facts) };
  }
  if (lead.state === 'finished') {
    const detail = lead.outcomeDetail ?? `The lead is finished: ${lead.outcome ?? 'done'}.`;
    return {
      state: lead.state,
      nextAttemptAt: null,
      blockedBy: [{ rule: 'lead_open', detail, until: null }],
    };
  }
  const final = finalBlocks(facts);
  const campaign = campaignBlock(facts);
  const timed = timedBlocks(facts);
  const blockedBy = [...final, ...(campaign === null ? [] : [campaign]), ...timed];
  const inSight = final.length === 0 && (campaign === null || campaign.until !== null);
  return { state: lead.state, nextAttemptAt: inSight ? earliest(facts, blockedBy) : null, blockedBy };
}

/** A call within its limit holds nothing that anybody would ask about. */
function overdueBlocks({ overdueSince }: WhyFacts): Block[] {
  if (overdueSince === null) return [];
  const detail = `Its call has outlasted its limit, which was ${overdueSince.toISOString()}: its end is waited for.`;
  return [{ rule: 'contact_live', detail, until: null }];
}

function finalBlocks({ now, campaign, optedOut, lead, settings }: WhyFacts): Block[] {
  const blocks: Block[] = [];
  if (isTooLateToDial(campaign.endAt, now, settings)) {
    blocks.push({ rule: 'campaign_end', detail: END_PASSED, until: null });
  }
  if (optedOut) blocks.push({ rule: 'opt_out', detail: 'The contact opted out.', until: null });
  if (lead.attemptsUsed >= attemptsLimit(settings.maxAttempts, lead.attemptsAllowed)) {
    blocks.push({ rule: 'attempts', detail: `All ${settings.maxAttempts} attempts are spent.`, until: null });
  }
  return blocks;
}

function campaignBlock({ campaign, now }: WhyFacts): Block | null {
  const { status, startAt, pauseReason } = campaign;
  const block = (detail: string, until: Date | null = null): Block => ({
    rule: 'campaign_running',
    detail,
    until,
  });
  switch (status) {
    case 'running':
      return null;
    case 'scheduled':
      return block('The campaign has not started yet.', startAt !== null && startAt > now ? startAt : null);
    case 'draft':
      return block('The campaign is a draft: start it.');
    case 'paused':
      return block(
        pauseReason === null ? 'The campaign is paused.' : `The campaign is paused: ${pauseReason}`,
      );
    case 'completed':
    case 'stopped':
      return block(`The campaign is ${status}.`);
  }
}

function timedBlocks(facts: WhyFacts): Block[] {
  const { now, lead, settings, spend, lastWait } = facts;
  const blocks: Block[] = [];
  if (settings.spendLimitCents !== null && affordsCall(spend, settings.spendLimitCents) !== 'yes') {
    blocks.push({ rule: 'spend_limit', detail: spendText(spend, settings.spendLimitCents), until: null });
  }
  const hours = callingHours(settings, lead.zones, now);
  if (!hours.open) {
    const zones = lead.zones.length === 0 ? 'no zone is known' : lead.zones.join(', ');
    blocks.push({ rule: 'window', detail: `Outside the calling window (${zones}).`, until: hours.opensAt });
  }
  const add = (block: Block) => {
    if (!blocks.some(({ rule }) => rule === block.rule)) blocks.push(block);
  };
  if (lead.notBefore > now && lead.holdRule !== null) {
    add({ rule: lead.holdRule, detail: lead.holdDetail ?? 'Held.', until: lead.notBefore });
  }
  if (lastWait?.until != null && lastWait.until > now) add(lastWait);
  if (lead.state === 'queued' && blocks.length === 0) {
    blocks.push({ rule: 'campaign_lines', detail: 'Waiting for a line of the campaign.', until: null });
  }
  return blocks;
}

/**
 * The first opening of the window once time has lifted what it can; null when it never opens, opens only after the
 * campaign's end, or money is spent.
 */
function earliest(facts: WhyFacts, blocks: readonly Block[]): Date | null {
  if (blocks.some(({ rule, until }) => until === null && (rule === 'spend_limit' || rule === 'window')))
    return null;
  const times = [facts.now, facts.lead.notBefore, ...blocks.flatMap(({ until }) => until ?? [])];
  const from = new Date(Math.max(...times.map((at) => at.getTime())));
  const opening = callingHours(facts.settings, facts.lead.zones, from).opensAt;
  const isTooLate = opening !== null && isTooLateToDial(facts.campaign.endAt, opening, facts.settings);
  return isTooLate ? null : opening;
}
