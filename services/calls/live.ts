import type { Call } from '#db/queries/calls.ts';
import type { LiveCommand, LiveCommandAnswer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { wrongState } from '../errors.ts';
import { noteContext } from './context-events.ts';

/** What of a call is needed to reach it while it lasts. */
type LiveCall = Pick<Call, 'id' | 'campaign_id' | 'lead_id' | 'conversation_id' | 'status'>;

/** As `LiveCommandAnswer`; `not_connected`: the provider has not named the conversation yet. */
export type LiveAnswer = LiveCommandAnswer | 'not_connected';

/** Sends a command into a call. @throws ProviderError */
export async function commandCall(
  { voice }: Pick<Context, 'voice'>,
  call: LiveCall,
  command: LiveCommand,
): Promise<LiveAnswer> {
  if (call.status === 'ended') return 'gone';
  if (call.conversation_id === null) return 'not_connected';
  return await voice.command(call.conversation_id, command);
}

/**
 * Lets the agent of a call under way know something, without being heard by the person. What was said stays out
 * of the log; that something was is in it, with the text that it was about. Of a text, so is that it did not get
 * there. @throws ProviderError
 */
export async function sendContext(
  context: Pick<Context, 'db' | 'voice'>,
  call: LiveCall,
  text: string,
  messageId: string | null = null,
): Promise<LiveAnswer> {
  const answer = await commandCall(context, call, { kind: 'context', text });
  if (answer === 'done' || messageId !== null) {
    await noteContext(context.db, call, { messageId, answer, characters: text.length });
  }
  return answer;
}

/** Turns an answer other than success into the 409 that says why. @throws ServiceError */
export function assertDone(answer: LiveAnswer): asserts answer is 'done' {
  switch (answer) {
    case 'done':
      return;
    case 'gone':
      throw wrongState('The call is over.');
    case 'not_connected':
      throw wrongState('The call is still being placed; ask again when somebody answers.');
    case 'unavailable':
      throw wrongState(UNAVAILABLE);
  }
}

export const UNAVAILABLE =
  'unavailable: the voice provider does not let this account into calls under way. It needs real-time ' +
  "monitoring, in the account's plan and in the agent's settings.";
