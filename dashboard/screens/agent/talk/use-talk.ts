import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { readMessage, type SessionStart, startSession } from '../../../client/generated.ts';
import { useLiveEvents } from '../../../live/provider.tsx';
import type { LiveEvent } from '../../../live/stream.ts';
import { type Conversation, joinSession, type TalkListener, type TalkMode } from './conversation.ts';
import { askForMicrophone, voiceConnection } from './microphone.ts';
import { NO_TALK, type TalkAction, type TalkState, talkReducer } from './state.ts';
import { createTurns } from './turns.ts';

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
  const [turns] = useState(() => createTurns(dispatch));
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
      const { tell, isLatest } = turns.next();
      tell({ type: 'start', mode, leadId: wanted.leadId ?? null, label: wanted.label ?? null });
      begin(agentId, mode, wanted, tell)
        .then((joined) => {
          if (isLatest()) conversation.current = joined;
          if (gone.current || !isLatest()) void joined.end();
        })
        .catch((problem: unknown) => tell({ type: 'failed', problem }));
    },
    [agentId, turns],
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
      turns.next().tell({ type: 'reset' });
    },
  };
}

/** The microphone first: nothing is started at the provider for a talk that cannot be heard. */
async function begin(
  agentId: string,
  mode: TalkMode,
  wanted: SessionStart,
  tell: (action: TalkAction) => void,
): Promise<Conversation> {
  if (mode === 'voice') await askForMicrophone();
  const how = mode === 'voice' ? voiceConnection() : 'websocket';
  const session = await startSession(agentId, { ...wanted, how });
  tell({ type: 'session', session });
  const joined = await joinSession(session, mode, listenerOf(tell));
  tell({ type: 'joined', conversationId: joined.conversationId, at: new Date().toISOString() });
  return joined;
}

function listenerOf(tell: (action: TalkAction) => void): TalkListener {
  return {
    onLine: (line) => tell({ type: 'line', ...line }),
    onCorrection: (eventId, text) => tell({ type: 'correction', eventId, text }),
    onSpeaking: (speaking) => tell({ type: 'speaking', speaking }),
    onEnd: (why) => tell({ type: 'ended', why }),
    onProblem: (message) => tell({ type: 'problem', problem: new Error(message) }),
  };
}

/** A text that the session's lead sends meanwhile is passed on to the agent, as it is in a call. */
function useTextsOf({ phase, leadId, conversationId }: TalkState, inform: (text: string) => void): void {
  const talk = useRef(conversationId);
  talk.current = conversationId;
  const listen = useCallback(
    (event: LiveEvent) => {
      const isTheirs = event.type === 'message.received' && leadId !== null && event.leadId === leadId;
      if (phase !== 'live' || !isTheirs || event.messageId === null) return;
      // Once it was read, another talk may be under way, with somebody else.
      const tell = (text: string) => {
        if (talk.current === conversationId) inform(text);
      };
      readMessage(event.messageId).then(
        ({ body }) => tell(`The person has just sent a text message: "${body}"`),
        () => tell('The person has just sent a text message, which cannot be read now.'),
      );
    },
    [phase, leadId, conversationId, inform],
  );
  useLiveEvents(listen);
}
