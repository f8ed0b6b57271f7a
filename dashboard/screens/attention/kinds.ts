import type { Attention, AttentionKind } from '../../client/generated.ts';
import { entriesOf } from '../../format/words.ts';
import type { Tone } from '../../ui/badge.tsx';

interface KindText {
  title: string;
  tone: Tone;
  urgency: string;
  happened: string;
  means: string;
  todo: string;
}

/** The most severe first: harm to people, then stopped work, then missed data. */
export const KIND_TEXTS: Record<AttentionKind, KindText> = {
  unknown_call: {
    title: 'Calls that could not be accounted for',
    tone: 'bad',
    urgency: 'People affected',
    happened: 'A call was asked for, and neither provider could say clearly what became of it.',
    means:
      'The person may have been called. Nobody is dialled again for this attempt, so that nobody is called twice.',
    todo: 'Compare the call with the provider’s own list and settle what came of it: its lead goes on from there. When its report comes late, this settles by itself.',
  },
  unended_call: {
    title: 'Calls that should be over',
    tone: 'bad',
    urgency: 'People affected',
    happened:
      'A call was to end, because its person opted out or its limit had passed, and it could not be ended.',
    means: 'It may still be under way. It keeps its line and its person until a provider reports its end.',
    todo: 'Open the call and end it there, or at the provider. When no provider can be asked, settle what came of it. When its end is reported, this settles by itself.',
  },
  campaign_fault: {
    title: 'Campaigns that paused by themselves',
    tone: 'bad',
    urgency: 'Nothing is dialled',
    happened: 'The campaign met something that it cannot solve, such as an agent or a number that is gone.',
    means: 'It dials nobody. Calls under way have finished, and no lead has lost an attempt by it.',
    todo: 'Open the campaign, mend what the reason names, and resume it.',
  },
  spend_limit_reached: {
    title: 'Campaigns that reached their spend limit',
    tone: 'warn',
    urgency: 'Nothing is dialled',
    happened:
      'What the campaign has spent, and reserved for calls that are not charged yet, leaves no room for another call.',
    means: 'It has paused itself and dials nobody. Calls under way go on, and every lead keeps its place.',
    todo: 'Open the campaign. Raise its spend limit and resume it, or stop it.',
  },
  unknown_message: {
    title: 'Texts that may or may not have been sent',
    tone: 'bad',
    urgency: 'People affected',
    happened: 'The carrier did not answer while a text was handed over, and could not tell of it afterwards.',
    means: 'The person may have the text. It is not sent again by itself.',
    todo: 'Look into the conversation: when the person has answered, it came. Otherwise look for it in the carrier’s log before you write again.',
  },
  disabled_webhook: {
    title: 'Outbound webhooks that were switched off',
    tone: 'warn',
    urgency: 'Another system is behind',
    happened: 'The receiver has refused or not answered for too long, and nothing more is sent to it.',
    means: 'Whatever listens there does not hear of calls and conversions.',
    todo: 'Mend the receiver, enable the webhook again, and replay the time that it missed.',
  },
  failing_sweep: {
    title: 'Repairs that do not succeed',
    tone: 'warn',
    urgency: 'To look into',
    happened: 'The regular check for what a crash left unfinished has failed several times in a row.',
    means: 'What the reason names stays unfinished. Everything else is still checked.',
    todo: 'See to what the reason names: Temporal, its workers, or the database. It settles by itself once the check succeeds.',
  },
  failed_reply: {
    title: 'Texts that were left without an answer',
    tone: 'warn',
    urgency: 'Somebody waits',
    happened: 'Somebody wrote, and the automatic answer could not be composed.',
    means: 'The person has no answer.',
    todo: 'Open the conversation and answer by hand.',
  },
  failed_follow_up: {
    title: 'Follow-ups that did not happen',
    tone: 'warn',
    urgency: 'Somebody waits',
    happened: 'A text, mail or webhook that a rule of the campaign asks for could not be carried out.',
    means: 'What the call promised has not come.',
    todo: 'Open the lead, and do by hand what was to follow. The reason says whether the rule needs mending.',
  },
  unmatched_webhook: {
    title: 'Reports that belong to no call',
    tone: 'info',
    urgency: 'To look into',
    happened: 'The voice provider reported of a conversation that no call here belongs to.',
    means: 'Somebody may use the same account for something else, or a call is missing from the list.',
    todo: 'Fetch the conversations under “Unattributed”. What is found there can be given to its lead.',
  },
};

/** The most severe kind first, and the newest items first within each. */
export function byKind(items: readonly Attention[]): { kind: AttentionKind; items: Attention[] }[] {
  return entriesOf(KIND_TEXTS)
    .map(([kind]) => ({ kind, items: items.filter((item) => item.kind === kind) }))
    .filter((group) => group.items.length > 0);
}
