import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type CallDetail, readCall, readLead } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem } from '../../client/problem.ts';
import { partyOf } from '../../live-call/party.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Failure, Skeleton } from '../../ui/states.tsx';
import { CallActions } from './actions.tsx';
import { Analysis } from './analysis.tsx';
import { CallTimelineCard } from './call-timeline.tsx';
import { CallFigures } from './figures.tsx';
import { CallSubtitle } from './header.tsx';
import { Outcome } from './outcome.tsx';
import { Recording } from './recording.tsx';

export function CallScreen() {
  const { callId } = useParams({ from: '/calls/$callId' });
  const call = useQuery({ queryKey: keys.call(callId), queryFn: () => readCall(callId) });
  if (call.data !== undefined) return <Detail key={callId} call={call.data} />;
  return (
    <Page title="Call" name="Call">
      {call.error ? <NotShown error={call.error} onRetry={() => void call.refetch()} /> : <Loading />}
    </Page>
  );
}

function NotShown({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty
        title="There is no such call"
        action={
          <Link to="/calls" className={buttonStyle()}>
            All calls
          </Link>
        }
      >
        The address may be mistyped.
      </Empty>
    );
  }
  return <Failure error={error} onRetry={onRetry} />;
}

function Loading() {
  return (
    <div role="status" className="grid gap-4">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-20" />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Skeleton className="h-120" />
        <Skeleton className="h-120" />
      </div>
    </div>
  );
}

function Detail({ call }: { call: CallDetail }) {
  const lead = useQuery({
    queryKey: keys.lead(call.leadId ?? ''),
    queryFn: () => readLead(call.leadId ?? ''),
    enabled: call.leadId !== null,
  });
  const zone = lead.data?.zones[0];
  const who = partyOf(call);
  return (
    <Page
      title={who}
      name={`Call with ${who}`}
      subtitle={<CallSubtitle call={call} zone={zone} />}
      actions={<CallActions call={call} />}
    >
      <CallFigures call={call} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-5">
          <Recording call={call} />
          <CallTimelineCard call={call} zone={zone} />
        </div>
        <div className="grid min-w-0 gap-5">
          <Outcome call={call} />
          <Analysis call={call} />
        </div>
      </div>
    </Page>
  );
}
