import { useCallback, useEffect, useReducer, useRef } from 'react';
import { readMessage, type SessionStart, startSession } from '../../../client/generated.ts';
import { useLiveEvents } from '../../../live/provider.tsx';
import type { LiveEvent } from '../../../live/stream.ts';
import { type Conversation, joinSession, type TalkListener, type TalkMode } from './conversation.ts';
import { askForMicrophone, voiceConnection } from './microphone.ts';
import { NO_TALK, type TalkAction, type TalkState, talkReducer } from './state.ts';

export interface Talk {
  state: TalkState;
  start: (mode: TalkMode, wanted: SessionStart) => void;
  say: (text: string) => void;
  inform: (text: string) => void;
  setMuted: (muted: boolean) => void;
  setVolume: (volume: number) => void;
  end: () => void;
  /** Makes room for another. */
  reset: () => void;
}

/** A talk with an agent in this browser. It ends with the screen. */
export function useTalk(agentId: string): Talk {
  const [state, dispatch] = useReducer(talkReducer, NO_TALK);
  const conversation = useRef<Conversation | null>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      void conversation.current?.end();
    };
  }, []);

  const start = useCallback(
    (mode: TalkMode, wanted: SessionStart) => {
      dispatch({ type: 'start', mode, leadId: wanted.leadId ?? null, label: wanted.label ?? null });
      begin(agentId, mode, wanted, dispatch)
        .then((joined) => {
          conversation.current = joined;
          if (gone.current) void joined.end();
        })
        .catch((problem: unknown) => dispatch({ type: 'failed', problem }));
    },
    [agentId],
  );
  const inform = useCallback((text: string) => {
    conversation.current?.inform(text);
    dispatch({ type: 'line', role: 'notice', text, eventId: null });
  }, []);
  useTextsOf(state, inform);

  return {
    state,
    start,
    inform,
    say: (text) => {
      conversation.current?.say(text);
      dispatch({ type: 'line', role: 'user', text, eventId: null });
    },
    setMuted: (muted) => {
      conversation.current?.setMuted(muted);
      dispatch({ type: 'muted', muted });
    },
    setVolume: (volume) => {
      conversation.current?.setVolume(volume);
      dispatch({ type: 'volume', volume });
    },
    end: () => void conversation.current?.end(),
    reset: () => {
      conversation.current = null;
      dispatch({ type: 'reset' });
    },
  };
}

/** The microphone first: nothing is started at the provider for a talk that cannot be heard. */
async function begin(
  agentId: string,
  mode: TalkMode,
  wanted: SessionStart,
  dispatch: (action: TalkAction) => void,
): Promise<Conversation> {
  if (mode === 'voice') await askForMicrophone();
  const how = mode === 'voice' ? voiceConnection() : 'websocket';
  const session = await startSession(agentId, { ...wanted, how });
  dispatch({ type: 'session', session });
  const joined = await joinSession(session, mode, listenerOf(dispatch));
  dispatch({ type: 'joined', conversationId: joined.conversationId, at: new Date().toISOString() });
  return joined;
}

function listenerOf(dispatch: (action: TalkAction) => void): TalkListener {
  return {
    onLine: (line) => dispatch({ type: 'line', ...line }),
    onCorrection: (eventId, text) => dispatch({ type: 'correction', eventId, text }),
    onSpeaking: (speaking) => dispatch({ type: 'speaking', speaking }),
    onEnd: (why) => dispatch({ type: 'ended', why }),
    onProblem: (message) => dispatch({ type: 'problem', problem: new Error(message) }),
  };
}

/** A text that the session's lead sends meanwhile is passed on to the agent, as it is in a call. */
function useTextsOf({ phase, leadId }: TalkState, inform: (text: string) => void): void {
  const listen = useCallback(
    (event: LiveEvent) => {
      const isTheirs = event.type === 'message.received' && leadId !== null && event.leadId === leadId;
      if (phase !== 'live' || !isTheirs || event.messageId === null) return;
      readMessage(event.messageId).then(
        ({ body }) => inform(`The person has just sent a text message: "${body}"`),
        () => inform('The person has just sent a text message, which cannot be read now.'),
      );
    },
    [phase, leadId, inform],
  );
  useLiveEvents(listen);
}
