import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCcw, Scale } from 'lucide-react';
import { type SyntheticEvent, useCallback, useEffect, useRef, useState } from 'react';
import {
  type AgentDetail,
  type EventType,
  type StartedSession,
  tieSession,
  updateSession,
} from '../../../client/generated.ts';
import { keys } from '../../../client/keys.ts';
import { messageOf } from '../../../client/problem.ts';
import { queryClient } from '../../../client/query-client.ts';
import { useLiveEvents } from '../../../live/provider.tsx';
import type { LiveEvent } from '../../../live/stream.ts';
import { Button, buttonStyle } from '../../../ui/button.tsx';
import { Field, Textarea } from '../../../ui/field.tsx';
import { toastDone } from '../../../ui/toast.tsx';
import { Rating } from './rating.tsx';
import type { Talk } from './use-talk.ts';

interface AftermathProps {
  agent: AgentDetail;
  talk: Talk;
  session: StartedSession;
}

/** After a talk: its stored call, its rating, and what was really said. */
export function Aftermath({ agent, talk, session }: AftermathProps) {
  const { agentId } = agent;
  const { label } = talk.state;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus({ preventScroll: true }), []);
  return (
    <div ref={place} tabIndex={-1} className="mt-4 grid gap-4 border-t pt-4 outline-none">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <StoredCall talk={talk} session={session} agentId={agentId} />
        <div className="flex flex-wrap gap-2">
          {label !== null && (
            <Link
              to="/agents/compare"
              search={{ left: agentId, right: `${agentId}:${label}` }}
              className={buttonStyle()}
            >
              <Scale aria-hidden />
              Compare versions
            </Link>
          )}
          <Button variant="primary" icon={<RotateCcw />} onClick={talk.reset}>
            Talk again
          </Button>
        </div>
      </div>
      <Judgement talk={talk} session={session} />
    </div>
  );
}

/** Links the conversation to the session, and shows the call as soon as it is stored. */
function StoredCall({ talk, session, agentId }: Omit<AftermathProps, 'agent'> & { agentId: string }) {
  const { conversationId } = talk.state;
  const tied = useQuery({
    queryKey: keys.tiedSession(session.sessionId, conversationId),
    queryFn: async () => {
      const answer = await tieSession(session.sessionId, { conversationId: conversationId ?? '' });
      await queryClient.invalidateQueries({ queryKey: keys.agentVersions(agentId) });
      return answer;
    },
    enabled: conversationId !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { refetch } = tied;
  const callId = tied.data?.callId ?? null;
  // The provider lists a conversation some time after its end.
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  const listen = useCallback(
    (event: LiveEvent) => {
      if (callId !== null || !STORING.has(event.type)) return;
      // The event may concern any call; a busy workspace has many a second.
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        void refetch();
      }, ASK_AFTER_MS);
    },
    [callId, refetch],
  );
  useLiveEvents(listen);
  if (callId !== null) {
    return (
      <Link to="/calls/$callId" params={{ callId }} className={buttonStyle()}>
        Open the call it became
      </Link>
    );
  }
  if (tied.error) {
    return (
      <p role="alert" className="text-bad">
        The talk could not be kept: {messageOf(tied.error)}{' '}
        <Button size="small" onClick={() => void refetch()}>
          Try again
        </Button>
      </p>
    );
  }
  return (
    <p role="status" className="text-muted">
      {conversationId === null ? 'There was no conversation to keep.' : 'The provider is asked for the call…'}
    </p>
  );
}

const ASK_AFTER_MS = 1_000;
const STORING = new Set<EventType>(['conversation.stored', 'call.ended', 'call.updated', 'call.attributed']);

function Judgement({ talk, session }: Omit<AftermathProps, 'agent'>) {
  const [rating, setRating] = useState<number | null>(null);
  const [spoken, setSpoken] = useState(() =>
    talk.state.lines
      .filter(({ role }) => role === 'user')
      .map(({ text }) => text)
      .join('\n'),
  );
  const isVoice = talk.state.mode === 'voice';
  const save = useMutation({
    mutationFn: () => updateSession(session.sessionId, { rating, ...(isVoice && { spoken: turns(spoken) }) }),
    onSuccess: async () => {
      toastDone('Kept', 'It counts when two versions are compared.');
      await queryClient.invalidateQueries({ queryKey: ['comparison'] });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="grid gap-4" onSubmit={submit}>
      <Rating rating={rating} onRate={setRating} />
      {isVoice && (
        <Field
          label="What you really said"
          hint="One turn a line. It began with what was understood; put right what was misheard, and the share of misheard words is measured."
        >
          {(control) => (
            <Textarea
              {...control}
              rows={4}
              value={spoken}
              onChange={(event) => setSpoken(event.target.value)}
            />
          )}
        </Field>
      )}
      {save.error && (
        <p role="alert" className="text-bad">
          {messageOf(save.error)}
        </p>
      )}
      <Button
        type="submit"
        busy={save.isPending}
        disabled={rating === null && !isVoice}
        className="justify-self-start"
      >
        Keep the judgement
      </Button>
    </form>
  );
}

function turns(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 500);
}
