import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type AgentDetail, readAgent } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatSeconds } from '../../format/numbers.ts';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { Warning } from './warning.tsx';

/** Helps to choose the right agent. */
export function AgentFacts({ agentId }: { agentId: string }) {
  const agent = useQuery({ queryKey: keys.agent(agentId), queryFn: () => readAgent(agentId) });
  return (
    <Loaded query={agent} loading={<Skeleton className="h-44" />}>
      {(detail) => <Facts agent={detail} />}
    </Loaded>
  );
}

function Facts({ agent }: { agent: AgentDetail }) {
  const { firstMessage, language, maxCallSeconds, dataCollection, criteria } = agent;
  return (
    <div className="grid gap-3">
      <blockquote className="rounded-md border-l-2 border-accent bg-raised px-3 py-2">
        {firstMessage === null || firstMessage === '' ? (
          <span className="text-muted">The person speaks first.</span>
        ) : (
          firstMessage
        )}
      </blockquote>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Fact name="Language">{language}</Fact>
        <Fact name="Longest call">{maxCallSeconds === null ? null : formatSeconds(maxCallSeconds)}</Fact>
        <Fact name="Collects">{dataCollection.map(({ id }) => id).join(', ')}</Fact>
        <Fact name="Judged by">{criteria.map(({ id, name }) => name ?? id).join(', ')}</Fact>
      </dl>
      {warningsOf(agent).map((warning) => (
        <Warning key={warning}>{warning}</Warning>
      ))}
    </div>
  );
}

function warningsOf({ criteria, concurrencyLimit }: AgentDetail): string[] {
  return [
    ...(criteria.length === 0
      ? ['The agent has no criteria of success: choose another rule for a conversion than its own judgement.']
      : []),
    ...(concurrencyLimit !== null && concurrencyLimit > 0
      ? [`The agent talks to at most ${concurrencyLimit} people at once, whatever lines the campaign has.`]
      : []),
  ];
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="wrap-anywhere">{children || '–'}</dd>
    </>
  );
}
