import type { CallDetail } from '../../client/generated.ts';
import { Elapsed } from '../../format/elapsed.tsx';
import { formatCents, formatSeconds, NONE } from '../../format/numbers.ts';
import { Figure } from '../../ui/card.tsx';

/** Each figure has a fixed place from the start. */
export function CallFigures({ call }: { call: CallDetail }) {
  const { quality } = call;
  const since = call.status === 'ended' ? null : (call.answeredAt ?? call.startedAt);
  return (
    <div className="grid grid-cols-2 gap-2 sm:grid-cols-3 xl:grid-cols-6">
      <Figure
        label="Talk time"
        value={since === null ? formatSeconds(call.talkSeconds) : <Elapsed since={since} />}
        detail={since !== null && call.answeredAt === null ? 'since it was begun' : undefined}
      />
      <Figure label="Score" value={call.score ?? NONE} detail="of 100" />
      <Figure label="Cost" value={formatCents(call.costCents)} />
      <Figure label="Attempt" value={call.attempt ?? NONE} detail={attemptDetail(call)} />
      <Figure
        label="First word after"
        value={formatMs(quality?.firstAudioMs ?? null)}
        detail={quality === null ? undefined : `then ${formatMs(quality.responseMs)} per answer`}
      />
      <Figure
        label="Turns"
        value={quality === null ? NONE : quality.userTurns + quality.agentTurns}
        detail={quality === null ? undefined : `${quality.interruptions} interrupted`}
      />
    </div>
  );
}

function attemptDetail({ direction, kind, attempt }: CallDetail): string | undefined {
  if (kind === 'browser') return 'in the browser';
  if (direction === 'inbound') return 'came in';
  return attempt === null ? 'not dialled here' : undefined;
}

function formatMs(ms: number | null): string {
  return ms === null ? NONE : `${(ms / 1_000).toFixed(1)} s`;
}
