import { useQuery } from '@tanstack/react-query';
import { listLiveCalls, readWorkspaceMetrics } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCents, formatCount, formatRate, NONE } from '../../format/numbers.ts';
import { answerRate, reachShares } from '../../format/reach.ts';
import { useMe } from '../../session/session.tsx';
import { Card, Figure } from '../../ui/card.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { ShareBar } from '../../ui/share-bar.tsx';
import { Loaded, Skeleton } from '../../ui/states.tsx';

/** Today's calls, in the workspace's zone. */
function useToday() {
  const { timeZone } = useMe();
  const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
  return useQuery({
    queryKey: keys.workspaceMetrics({ today }),
    queryFn: () => readWorkspaceMetrics({ $from: today, to: today }),
    // Across midnight yesterday's figures stay until today's arrive.
    placeholderData: (before) => before,
  });
}

/** The figures above the wall. Their places exist before they are fetched. */
export function TodayFigures() {
  const { data } = useToday();
  const optOuts = data?.byDisposition.find(({ disposition }) => disposition === 'opted_out')?.calls ?? 0;
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      <LinesFigure />
      <Figure
        label="Calls today"
        value={data === undefined ? NONE : formatCount(data.calls.total)}
        detail={data === undefined ? '' : `${formatCount(data.calls.answered)} answered`}
      />
      <Figure
        label="Answer rate today"
        value={data === undefined ? NONE : formatRate(answerRate(data.calls))}
        detail="of calls that were placed"
      />
      <Figure
        label="Conversions today"
        value={data === undefined ? NONE : formatCount(data.conversions)}
        detail={data === undefined ? '' : `${formatRate(data.conversionRate)} of answered`}
      />
      <Figure
        label="Opt-outs in calls today"
        value={data === undefined ? NONE : formatCount(optOuts)}
        detail={data === undefined ? '' : `${formatCents(data.costCents)} spent`}
        className="max-lg:col-span-2"
      />
    </div>
  );
}

function LinesFigure() {
  const { lines } = useMe();
  const { data } = useQuery({ queryKey: keys.liveCalls, queryFn: () => listLiveCalls() });
  // Only dials occupy lines; a talk in the browser has none.
  const inUse = data?.items.filter(({ kind, attempt }) => kind === 'phone' && attempt !== null).length ?? 0;
  const talking = data?.items.filter(({ status }) => status === 'in_progress').length ?? 0;
  return (
    <div className="relative">
      <Figure
        label="Lines in use"
        value={
          <>
            {formatCount(inUse)}
            <span className="text-base font-normal text-muted"> of {formatCount(lines)}</span>
          </>
        }
        detail={`${formatCount(talking)} talking`}
        className="h-full"
      />
      <ProgressBar
        label="Lines in use"
        value={inUse}
        of={lines}
        text={`${inUse} of ${lines}`}
        className="absolute inset-x-4 bottom-1 h-1"
      />
    </div>
  );
}

export function ReachToday() {
  const today = useToday();
  return (
    <Card title="Reach today">
      <Loaded query={today} loading={<Skeleton className="h-28" />}>
        {({ calls }) => (
          <ShareBar
            label="Reach today"
            shares={reachShares(calls)}
            className="[&_ul]:grid-cols-1 sm:[&_ul]:grid-cols-2 lg:[&_ul]:grid-cols-1"
          />
        )}
      </Loaded>
    </Card>
  );
}
