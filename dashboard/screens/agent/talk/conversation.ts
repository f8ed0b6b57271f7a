import audioConcatProcessor from '@elevenlabs/client/worklets/audioConcatProcessor.js?url';
import rawAudioProcessor from '@elevenlabs/client/worklets/rawAudioProcessor.js?url';
import type { StartedSession } from '../../../client/generated.ts';

export type TalkMode = 'text' | 'voice';

/** Callbacks of a running conversation. */
export interface TalkListener {
  onLine: (line: { role: 'user' | 'agent'; text: string; eventId: number | null }) => void;
  /** The part of an interrupted sentence that the agent really said. */
  onCorrection: (eventId: number | null, text: string) => void;
  onSpeaking: (isSpeaking: boolean) => void;
  /** Once, whoever ended it. */
  onEnd: (why: string) => void;
  onProblem: (message: string) => void;
}

export interface Conversation {
  conversationId: string;
  say: (text: string) => void;
  /** Gives the agent context that is not part of the conversation. */
  inform: (text: string) => void;
  setMuted: (muted: boolean) => void;
  /** @param volume 0 to 1 */
  setVolume: (volume: number) => void;
  end: () => Promise<void>;
}

/**
 * Joins a session through the provider's browser client, which is loaded only for this.
 *
 * @throws Error of the client when the connection fails
 */
export async function joinSession(
  session: StartedSession,
  mode: TalkMode,
  listener: TalkListener,
): Promise<Conversation> {
  const client = await import('@elevenlabs/client');
  const conversation = await client.Conversation.startSession({
    ...joinedBy(session),
    textOnly: mode === 'text',
    overrides: session.overrides as NonNullable<
      Parameters<typeof client.Conversation.startSession>[0]['overrides']
    >,
    dynamicVariables: session.dynamicVariables,
    // The page's policy forbids scripts created at run time, so these are files of our own.
    workletPaths: { rawAudioProcessor, audioConcatProcessor },
    onMessage: ({ role, message, event_id }) =>
      listener.onLine({ role, text: message, eventId: event_id ?? null }),
    onAgentResponseCorrection: ({ corrected_agent_response, event_id }) =>
      listener.onCorrection(event_id ?? null, corrected_agent_response),
    onModeChange: ({ mode: now }) => listener.onSpeaking(now === 'speaking'),
    onDisconnect: (details) => listener.onEnd(endText(details)),
    onError: (message) => listener.onProblem(message),
  });
  return {
    conversationId: conversation.getId(),
    say: (text) => conversation.sendUserMessage(text),
    inform: (text) => conversation.sendContextualUpdate(text),
    setMuted: (muted) => conversation.setMicMuted(muted),
    setVolume: (volume) => conversation.setVolume({ volume }),
    end: () => conversation.endSession(),
  };
}

function joinedBy({ signedUrl, token }: StartedSession) {
  if (token !== undefined) return { conversationToken: token, connectionType: 'webrtc' as const };
  if (signedUrl === undefined) throw new Error('The session names no way to join it.');
  return { signedUrl, connectionType: 'websocket' as const };
}

type Ending = { reason: 'user' } | { reason: 'agent' } | { reason: 'error'; message: string };

function endText(details: Ending): string {
  switch (details.reason) {
    case 'user':
      return 'You ended it.';
    case 'agent':
      return 'The agent ended it.';
    case 'error':
      return `The connection broke: ${details.message}`;
  }
}
