import type { ProviderVerdict } from '#domain/call.ts';
import type { CallPlan } from './people.ts';

/** The agent's analysis of a conversation. */
export interface Judgement {
  /** The system tool that ended the call, with its reason; null when the other party hung up. */
  tool: { name: 'end_call' | 'voicemail_detection' | 'transfer_to_number'; reason: string } | null;
  verdict: ProviderVerdict;
  title: string;
  summary: string;
  /** By data-collection id; null when the subject did not come up. Times are UTC, ISO 8601. */
  collected: {
    interested: boolean | null;
    meeting_time: string | null;
    callback_at: string | null;
    opt_out: boolean;
    wrong_person: boolean;
  };
  /** By criterion id. */
  criteria: { meeting_booked: ProviderVerdict; introduced_itself: ProviderVerdict };
  terminationReason: string;
}

/** What every simulated agent collects, with JSON types. */
export const DATA_COLLECTION: Readonly<Record<keyof Judgement['collected'], 'boolean' | 'string'>> = {
  interested: 'boolean',
  meeting_time: 'string',
  callback_at: 'string',
  opt_out: 'boolean',
  wrong_person: 'boolean',
};

export interface JudgementContext {
  /** The person's first name, or a substitute. */
  person: string;
  meetingAt: Date;
  callbackAt: Date;
}

const TIME_FORMAT = new Intl.DateTimeFormat('en-US', {
  weekday: 'long',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
});

/** A time as an agent would say it. */
export function spokenTime(at: Date): string {
  return TIME_FORMAT.format(at);
}

/** The provider's verdict once the call is settled. */
export function verdictOf(plan: CallPlan): ProviderVerdict {
  if (plan.cut) return 'unknown';
  switch (plan.profile) {
    case 'converts':
      return plan.reach === 'answered' ? 'success' : 'unknown';
    case 'qualifies':
    case 'long_call':
    case 'asks_callback':
    case 'no_answer':
    case 'busy':
    case 'fails':
      return 'unknown';
    case 'not_interested':
    case 'opts_out':
    case 'wrong_person':
    case 'hangs_up':
    case 'voicemail':
    case 'screening':
      return plan.reach === 'no_answer' ? 'unknown' : 'failure';
  }
}

/** For calls that were picked up. */
export function judge(plan: CallPlan, context: JudgementContext): Judgement {
  const verdict = verdictOf(plan);
  return {
    verdict,
    title: titleOf(plan),
    summary: summaryOf(plan, context),
    collected: collectedIn(plan, context),
    criteria: {
      meeting_booked: verdict === 'success' ? 'success' : 'failure',
      introduced_itself: plan.profile === 'voicemail' ? 'unknown' : 'success',
    },
    ...endingOf(plan),
  };
}

function endingOf(plan: CallPlan): Pick<Judgement, 'tool' | 'terminationReason'> {
  if (plan.cut) return { tool: null, terminationReason: 'Conversation reached its maximum duration' };
  switch (plan.profile) {
    case 'wrong_person':
    case 'hangs_up':
      return { tool: null, terminationReason: 'Call ended by remote party' };
    case 'voicemail':
    case 'screening':
      return {
        tool: { name: 'voicemail_detection', reason: 'A machine answered.' },
        terminationReason: 'voicemail_detection tool was called.',
      };
    default:
      return {
        tool: { name: 'end_call', reason: 'The conversation was over.' },
        terminationReason: 'end_call tool was called.',
      };
  }
}

function collectedIn(plan: CallPlan, { meetingAt, callbackAt }: JudgementContext): Judgement['collected'] {
  const nothing = {
    interested: null,
    meeting_time: null,
    callback_at: null,
    opt_out: false,
    wrong_person: false,
  };
  if (plan.cut) return { ...nothing, interested: plan.profile === 'long_call' ? true : null };
  switch (plan.profile) {
    case 'converts':
      return { ...nothing, interested: true, meeting_time: meetingAt.toISOString() };
    case 'qualifies':
    case 'long_call':
      return { ...nothing, interested: true };
    case 'asks_callback':
      return { ...nothing, callback_at: callbackAt.toISOString() };
    case 'not_interested':
      return { ...nothing, interested: false };
    case 'opts_out':
      return { ...nothing, interested: false, opt_out: true };
    case 'wrong_person':
      return { ...nothing, wrong_person: true };
    default:
      return nothing;
  }
}

function titleOf(plan: CallPlan): string {
  if (plan.cut) return 'Longest duration reached';
  switch (plan.profile) {
    case 'converts':
      return 'Meeting booked';
    case 'qualifies':
    case 'long_call':
      return 'Interested, not yet booked';
    case 'asks_callback':
      return 'Callback requested';
    case 'not_interested':
      return 'Not interested';
    case 'opts_out':
      return 'Asked not to be called';
    case 'wrong_person':
      return 'Wrong person';
    case 'hangs_up':
      return 'Hung up';
    case 'voicemail':
    case 'screening':
      return 'No person reached';
    case 'no_answer':
    case 'busy':
    case 'fails':
      return 'Not connected';
  }
}

function summaryOf(plan: CallPlan, { person, meetingAt, callbackAt }: JudgementContext): string {
  if (plan.cut) return `${person} was still talking when the call reached its longest duration.`;
  switch (plan.profile) {
    case 'converts':
      return `${person} agreed to a meeting on ${spokenTime(meetingAt)}.`;
    case 'qualifies':
    case 'long_call':
      return `${person} is interested and asked for written details first.`;
    case 'asks_callback':
      return `${person} had no time and asked to be called at ${spokenTime(callbackAt)}.`;
    case 'not_interested':
      return `${person} declined the offer.`;
    case 'opts_out':
      return `${person} asked not to be called again.`;
    case 'wrong_person':
      return `The number does not belong to ${person}.`;
    case 'hangs_up':
      return `${person} hung up within seconds.`;
    case 'voicemail':
      return 'A mailbox answered; no message was left.';
    case 'screening':
      return 'A screening service answered and took a message; no person was reached.';
    case 'no_answer':
    case 'busy':
    case 'fails':
      return 'Nobody picked up.';
  }
}
