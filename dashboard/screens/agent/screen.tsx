import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ArrowLeft, Scale } from 'lucide-react';
import { useEffect } from 'react';
import { readAgent } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem } from '../../client/problem.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded, Skeleton } from '../../ui/states.tsx';
import { Details } from './details.tsx';
import { TalkCard } from './talk/talk-card.tsx';
import { Versions } from './versions.tsx';

export function AgentScreen() {
  const { agentId } = useParams({ from: '/agents/$agentId' });
  const query = useQuery({
    queryKey: keys.agent(agentId),
    queryFn: ({ signal }) => readAgent(agentId, { signal }),
  });
  const name = query.data?.name ?? 'Agent';
  const isMissing = query.error instanceof ApiProblem && query.error.status === 404;
  return (
    <Page
      title={name}
      name={name}
      subtitle={<span className="font-mono text-xs wrap-anywhere">{agentId}</span>}
      actions={
        <>
          <Link to="/agents" className={buttonStyle({ variant: 'quiet' })}>
            <ArrowLeft aria-hidden />
            All agents
          </Link>
          <Link to="/agents/compare" search={{ left: agentId }} className={buttonStyle()}>
            <Scale aria-hidden />
            Compare
          </Link>
        </>
      }
    >
      {isMissing ? (
        <Empty title="There is no such agent">
          It may have been removed at the voice provider, or belong to another account.
        </Empty>
      ) : (
        <Loaded query={query} loading={<Loading />}>
          {(agent) => (
            <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_minmax(0,36rem)]">
              <div className="order-last grid min-w-0 gap-5 xl:order-none">
                <Details agent={agent} />
                <Versions agentId={agent.agentId} />
              </div>
              <div className="min-w-0 xl:self-stretch">
                <TalkCard key={agent.agentId} agent={agent} />
                <GoToTalk />
              </div>
            </div>
          )}
        </Loaded>
      )}
    </Page>
  );
}

/** The link is rendered before its target exists. */
function GoToTalk() {
  useEffect(() => {
    if (window.location.hash === '#talk') document.getElementById('talk')?.scrollIntoView();
  }, []);
  return null;
}

function Loading() {
  return (
    <div role="status" className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_minmax(0,36rem)]">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-96" />
      <Skeleton className="h-80" />
    </div>
  );
}
