import type { Reach } from '#domain/call.ts';
import { type Fields, field, fieldsOf, listOf, secondsOf, textOf } from './fields.ts';

/** What the provider calls the result of the telephone call; other spellings are its carriers'. */
const reachByCallResult: Record<string, Reach> = {
  answered: 'answered',
  voicemail: 'voicemail',
  busy: 'busy',
  no_answer: 'no_answer',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'failed',
};

/** The reach that `metadata.phone_call.call_result` names, or null when it is missing or unknown to us. */
export function reachOfCallResult(conversation: Fields): Reach | null {
  const phoneCall = fieldsOf(field(fieldsOf(field(conversation, 'metadata')), 'phone_call'));
  const result = textOf(field(phoneCall, 'call_result'));
  return result !== null && Object.hasOwn(reachByCallResult, result)
    ? (reachByCallResult[result] ?? null)
    : null;
}

/**
 * How far an ended call got.
 *
 * Signs of voicemail come before the call result: for the telephone line a machine that picks up has answered.
 * The call result comes before the conversation's own status: a conversation that `failed` after the phone was
 * picked up did reach someone. Without a call result the transcript decides, then the words of the termination.
 * Null when the payload (a list's row, a drifted answer) carries nothing to decide by.
 */
export function reachOfEndedCall(
  conversation: Fields,
  words: { failed: boolean; terminationReason: string | null; failure: string | null },
): Reach | null {
  if (showsVoicemail(conversation, words.terminationReason)) return 'voicemail';
  const byCallResult = reachOfCallResult(conversation);
  if (byCallResult !== null) return byCallResult;
  const turns = listOf(field(conversation, 'transcript')).map(fieldsOf);
  if (turns.some((turn) => field(turn, 'role') === 'user' && isSpeech(field(turn, 'message'))))
    return 'answered';
  const byWords = reachOfWords(`${words.terminationReason ?? ''} ${words.failure ?? ''}`);
  if (byWords !== null) return byWords;
  if (words.failed) return 'failed';
  // An agent starts to speak when the line is picked up, so that its words alone show an answer.
  if (turns.some((turn) => isSpeech(field(turn, 'message')))) return 'answered';
  const metadata = fieldsOf(field(conversation, 'metadata'));
  const talkSeconds = secondsOf(field(metadata, 'call_duration_secs'));
  if (talkSeconds === null) return null;
  return talkSeconds > 0 ? 'answered' : 'no_answer';
}

/**
 * The agent's voicemail tool was used. It shows in three places, of which any may be missing: the termination
 * reason ("voicemail_detection tool was called."), the features used, the tool's call in the transcript.
 */
function showsVoicemail(conversation: Fields, terminationReason: string | null): boolean {
  if (terminationReason !== null && /voice[\s_-]?mail|answering machine/i.test(terminationReason))
    return true;
  const metadata = fieldsOf(field(conversation, 'metadata'));
  const feature = fieldsOf(field(fieldsOf(field(metadata, 'features_usage')), 'voicemail_detection'));
  if (field(feature, 'used') === true) return true;
  return listOf(field(conversation, 'transcript')).map(fieldsOf).some(callsVoicemailTool);
}

function callsVoicemailTool(turn: Fields): boolean {
  const failedCalls = new Set(
    listOf(field(turn, 'tool_results'))
      .map(fieldsOf)
      .filter((result) => field(result, 'is_error') === true)
      .map((result) => field(result, 'request_id')),
  );
  return listOf(field(turn, 'tool_calls'))
    .map(fieldsOf)
    .some(
      (call) =>
        field(call, 'tool_name') === 'voicemail_detection' &&
        field(call, 'tool_has_been_called') !== false &&
        !failedCalls.has(field(call, 'request_id') ?? call),
    );
}

/** The recogniser writes "..." for a turn without sound: only letters and digits are speech. */
function isSpeech(message: unknown): boolean {
  return typeof message === 'string' && /[\p{L}\p{N}]/u.test(message);
}

function reachOfWords(words: string): Reach | null {
  if (/\bno[\s_-]?answer\b|\bnot answered\b|\bunanswered\b|\bdid not answer\b/i.test(words))
    return 'no_answer';
  // "system busy" is the provider's own overload, not the person's line.
  if (/(?<!system[\s_-])busy\b/i.test(words)) return 'busy';
  return null;
}
