import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { readMessage, type SessionStart, startSession } from '../../../client/generated.ts';
import { useLiveEvents } from '../../../live/provider.tsx';
import type { LiveEvent } from '../../../live/stream.ts';
import { type Conversation, joinSession, type TalkListener, type TalkMode } from './conversation.ts';
import { askForMicrophone, voiceConnection } from './microphone.ts';
import { createRuns } from './runs.ts';
import { NO_TALK, type TalkAction, type TalkState, talkReducer } from './state.ts';

export interface Talk {
  state: TalkState;
  start: (mode: TalkMode, wanted: SessionStart) => void;
  say: (text: string) => void;
  inform: (text: string) => void;
  setMuted: (muted: boolean) => void;
  setVolume: (volume: number) => void;
  end: () => void;
  /** Prepares for another talk. */
  reset: () => void;
}

/** A talk in this browser, which ends when the screen is left. */
export function useTalk(agentId: string): Talk {
  const [state, dispatch] = useReducer(talkReducer, NO_TALK);
  const [runs] = useState(() => createRuns(dispatch));
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
      const { send, isLatest } = runs.next();
      send({ type: 'start', mode, leadId: wanted.leadId ?? null, label: wanted.label ?? null });
      begin(agentId, mode, wanted, send)
        .then((joined) => {
          if (isLatest()) conversation.current = joined;
          if (gone.current || !isLatest()) void joined.end();
        })
        .catch((problem: unknown) => send({ type: 'failed', problem }));
    },
    [agentId, runs],
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
      runs.next().send({ type: 'reset' });
    },
  };
}

/** Asks for the microphone first, so that nothing is started at the provider without it. */
async function begin(
  agentId: string,
  mode: TalkMode,
  wanted: SessionStart,
  send: (action: TalkAction) => void,
): Promise<Conversation> {
  if (mode === 'voice') await askForMicrophone();
  const how = mode === 'voice' ? voiceConnection() : 'websocket';
  const session = await startSession(agentId, { ...wanted, how });
  send({ type: 'session', session });
  const joined = await joinSession(session, mode, listenerOf(send));
  send({ type: 'joined', conversationId: joined.conversationId, at: new Date().toISOString() });
  return joined;
}

function listenerOf(send: (action: TalkAction) => void): TalkListener {
  return {
    onLine: (line) => send({ type: 'line', ...line }),
    onCorrection: (eventId, text) => send({ type: 'correction', eventId, text }),
    onSpeaking: (speaking) => send({ type: 'speaking', speaking }),
    onEnd: (why) => send({ type: 'ended', why }),
    onProblem: (message) => send({ type: 'problem', problem: new Error(message) }),
  };
}

/** A text that the lead sends during the talk is passed to the agent, as in a call. */
function useTextsOf({ phase, leadId, conversationId }: TalkState, inform: (text: string) => void): void {
  const talk = useRef(conversationId);
  talk.current = conversationId;
  const listen = useCallback(
    (event: LiveEvent) => {
      const isTheirs = event.type === 'message.received' && leadId !== null && event.leadId === leadId;
      if (phase !== 'live' || !isTheirs || event.messageId === null) return;
      // Another talk, with another lead, may have begun meanwhile.
      const informAgent = (text: string) => {
        if (talk.current === conversationId) inform(text);
      };
      readMessage(event.messageId).then(
        ({ body }) => informAgent(`The person has just sent a text message: "${body}"`),
        () => informAgent('The person has just sent a text message, which cannot be read now.'),
      );
    },
    [phase, leadId, conversationId, inform],
  );
  useLiveEvents(listen);
}
