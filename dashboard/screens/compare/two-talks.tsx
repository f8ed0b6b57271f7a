import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type CallDetail, type ComparedSide, type Comparison, readCall } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatSeconds } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { Field, NativeSelect } from '../../ui/field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useAgentName } from './use-agent-name.ts';

/** One talk of each side, with its transcript and recording. */
export function TwoTalks({ comparison: { left, right } }: { comparison: Comparison }) {
  return (
    <Card title="Two talks">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 md:grid-cols-2">
        <OneTalk name="leftCall" side={left} />
        <OneTalk name="rightCall" side={right} />
      </div>
    </Card>
  );
}

function OneTalk({ name, side }: { name: 'leftCall' | 'rightCall'; side: ComparedSide }) {
  const search = useSearch({ from: '/agents/compare' });
  const navigate = useNavigate({ from: '/agents/compare' });
  const nameOf = useAgentName();
  const { talks, agentId, label } = side;
  const chosen = talks.find(({ callId }) => callId === search[name]) ?? talks[0];
  const whose = label === null ? nameOf(agentId) : `${nameOf(agentId)}, ${label}`;
  if (chosen === undefined) return <Empty title="No talk in this time">{whose}</Empty>;
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3">
      <Field label={`A talk of ${whose}`} hint="The newest 20 can be chosen.">
        {(control) => (
          <NativeSelect
            {...control}
            value={chosen.callId}
            onChange={({ target: { value } }) =>
              void navigate({ search: { ...search, [name]: value }, resetScroll: false })
            }
          >
            {talks.map((talk) => (
              <option key={talk.callId} value={talk.callId}>
                {talkText(talk)}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
      <Transcript callId={chosen.callId} whose={whose} />
    </div>
  );
}

function talkText({ startedAt, talkSeconds, rating }: ComparedSide['talks'][number]): string {
  const length = `${formatTime(startedAt)}, ${formatSeconds(talkSeconds)}`;
  return rating === null ? length : `${length}, rated ${rating}`;
}

function Transcript({ callId, whose }: { callId: string; whose: string }) {
  const query = useQuery({
    queryKey: keys.call(callId),
    queryFn: ({ signal }) => readCall(callId, { signal }),
  });
  return (
    <Loaded query={query}>
      {(call) => (
        <>
          <div className="flex h-9 items-center gap-3">
            {call.hasAudio === true ? (
              // biome-ignore lint/a11y/useMediaCaption: the transcript is shown below.
              <audio
                controls
                preload="none"
                aria-label={`Recording of ${whose}`}
                src={`/api/calls/${encodeURIComponent(callId)}/audio`}
                className="h-9 min-w-0 flex-1"
              />
            ) : (
              <span className="flex-1 text-muted">There is no recording.</span>
            )}
            <Link to="/calls/$callId" params={{ callId }} className="shrink-0 text-accent underline">
              Open the call
            </Link>
          </div>
          {call.summary !== null && <p className="text-muted wrap-anywhere">{call.summary}</p>}
          <Turns call={call} whose={whose} />
        </>
      )}
    </Loaded>
  );
}

function Turns({ call: { transcript }, whose }: { call: CallDetail; whose: string }) {
  if (transcript === null || transcript.length === 0) return <Empty title="Nothing was written down" />;
  return (
    <ol
      aria-label={`Transcript of ${whose}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
      tabIndex={0}
      className="grid max-h-[32rem] content-start gap-2 overflow-y-auto rounded-md border bg-ground p-3"
    >
      {transcript.map(({ role, text, atSeconds, interrupted = false }, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: turns keep their places and have no id.
          key={index}
          className={cn(
            'max-w-[88%] rounded-lg px-3 py-2',
            role === 'agent' ? 'justify-self-start border bg-panel' : 'justify-self-end bg-accent/14',
          )}
        >
          <span className="block text-xs font-medium text-muted">
            {role === 'agent' ? 'Agent' : 'Person'}
            {atSeconds !== null && ` · ${formatSeconds(atSeconds)}`}
          </span>
          <span className="whitespace-pre-wrap wrap-anywhere">{text}</span>
          {interrupted && <span className="ml-1 text-xs text-muted">(interrupted)</span>}
        </li>
      ))}
    </ol>
  );
}
