import type { CampaignProgress, HoldRule, LeadState } from '../../client/generated.ts';
import { ruleText } from '../../format/rules.ts';

/** The leads tab's filter for a number, as in its URL. */
export interface LeadsOf {
  state?: LeadState;
  hold?: string;
  outcome?: string;
}

export interface FunnelStep {
  id: string;
  label: string;
  /** Its meaning in one sentence. */
  hint: string;
  /** Leads that leave here; at both ends, all or the remaining ones. */
  leads: number;
  /** Leads remaining after it. */
  left: number;
  shows: LeadsOf;
  kind: 'total' | 'minus' | 'rest';
}

const CAPPED = ['contact_gap', 'contact_day', 'contact_week', 'contact_live'] as const satisfies HoldRule[];
const RETRY = ['retry', 'callback'] as const satisfies HoldRule[];
/** A pause holds everything; it is shown above the funnel and is not a step. */
const NO_STEP = new Set<HoldRule>([...CAPPED, ...RETRY, 'window', 'campaign_running']);

function heldBy({ holds }: Pick<CampaignProgress, 'holds'>, rules: readonly HoldRule[]): number {
  return holds.reduce((sum, { reason, leads }) => sum + (rules.includes(reason) ? leads : 0), 0);
}

/** Leads that nothing holds: dialled as soon as a line and the pace permit. */
export function callableNow(progress: Pick<CampaignProgress, 'holds' | 'leads'>): number {
  const { waiting, queued, backingOff } = progress.leads;
  const held = progress.holds.reduce(
    (sum, { reason, leads }) => (reason === 'campaign_running' ? sum : sum + leads),
    0,
  );
  // The counts are read one after the other and may differ by a moment.
  return Math.max(0, waiting - queued + backingOff - held);
}

type Taken = Omit<FunnelStep, 'left' | 'kind'>;

/** From all leads to those that can be dialled now, with the leads that each step removes. */
export function funnelSteps(progress: CampaignProgress): FunnelStep[] {
  const { leads } = progress;
  let left = leads.total;
  const steps = [...settledSteps(progress), ...heldSteps(progress)].map((step): FunnelStep => {
    left = Math.max(0, left - step.leads);
    return { ...step, left, kind: 'minus' };
  });
  const callable = callableNow(progress);
  return [
    {
      id: 'total',
      label: 'All leads',
      hint: 'Everybody on the list.',
      leads: leads.total,
      left: leads.total,
      shows: {},
      kind: 'total',
    },
    ...steps,
    {
      id: 'callable',
      label: progress.status === 'running' ? 'Can be dialled now' : 'Could be dialled now',
      hint:
        progress.status === 'running' ? 'Nothing holds them.' : 'Nothing holds them but the campaign itself.',
      leads: callable,
      left: callable,
      shows: { hold: 'none' },
      kind: 'rest',
    },
  ];
}

/** Finished leads, and leads in a call. */
function settledSteps({ leads, outcomes }: CampaignProgress): Taken[] {
  const optedOut = outcomes.find(({ outcome }) => outcome === 'opted_out')?.leads ?? 0;
  const others = outcomes.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'opted_out');
  return [
    {
      id: 'opted-out',
      label: 'Opted out',
      hint: 'They asked not to be called.',
      leads: optedOut,
      shows: { outcome: 'opted_out' },
    },
    {
      id: 'finished',
      label: 'Finished',
      hint: 'Reached, or not to be tried again.',
      leads: Math.max(0, leads.finished - optedOut),
      shows: others.length === 0 ? { state: 'finished' } : { outcome: others.join(',') },
    },
    {
      id: 'calling',
      label: 'In a call',
      hint: 'Being called at this moment.',
      leads: leads.calling,
      shows: { state: 'calling' },
    },
  ];
}

/** Leads that must wait, in the order of the rules. */
function heldSteps(progress: CampaignProgress): Taken[] {
  return [
    {
      id: 'window',
      label: 'Outside calling hours',
      hint: 'It is not a lawful or allowed hour where they are.',
      leads: heldBy(progress, ['window']),
      shows: { hold: 'window' },
    },
    {
      id: 'capped',
      label: 'Capped',
      hint: 'Called so often already, by any campaign, that they must be left in peace for now.',
      leads: heldBy(progress, CAPPED),
      shows: { hold: CAPPED.join(',') },
    },
    {
      id: 'retry',
      label: 'Waiting to retry',
      hint: 'Not reached yet, or asked for a callback: the next attempt has its time.',
      leads: heldBy(progress, RETRY),
      shows: { hold: RETRY.join(',') },
    },
    ...otherHolds(progress),
    {
      id: 'line',
      label: 'No line free',
      hint: 'Their turn has come, and they wait for a line or the pace.',
      leads: progress.leads.queued,
      shows: { state: 'queued' },
    },
  ];
}

function otherHolds({ holds }: CampaignProgress): Taken[] {
  return holds
    .filter(({ reason }) => !NO_STEP.has(reason))
    .map(({ reason, leads }) => ({
      id: reason,
      label: ruleText(reason),
      hint: 'Held by this rule.',
      leads,
      shows: { hold: reason },
    }));
}

/** Why nothing is being dialled, in one sentence; null while something is. */
export function whyNothing(progress: CampaignProgress): string | null {
  const { status, lines } = progress;
  if (lines.inUse > 0) return null;
  switch (status) {
    case 'draft':
      return 'The campaign has not been started.';
    case 'scheduled':
      return 'The campaign waits for its set start.';
    case 'paused':
      return 'The campaign is paused.';
    case 'completed':
      return 'The campaign is completed.';
    case 'stopping':
    case 'stopped':
      return 'The campaign was stopped.';
    case 'running':
      return whyRunning(progress);
  }
}

function whyRunning(progress: CampaignProgress): string {
  const { leads, holds, live } = progress;
  if (callableNow(progress) + leads.queued > 0) {
    return live
      ? 'Leads are due, and are dialled as lines and pace allow.'
      : "Leads are due, and the campaign's workflow does not answer: Temporal or the worker may be away.";
  }
  if (leads.calling > 0) return 'The last calls are over, and what came of them is being settled.';
  const open = leads.waiting + leads.backingOff;
  const [most] = [...holds].sort((a, b) => b.leads - a.leads);
  if (open === 0 || most === undefined) return 'Every lead is finished.';
  const who = most.leads >= open ? 'All' : 'Most';
  return `${who} of those who are left wait: ${ruleText(most.reason).toLowerCase()}.`;
}
