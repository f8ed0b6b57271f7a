import { useQuery } from '@tanstack/react-query';
import { listAgents } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';

/** The agent's name, or its id while unknown. */
export function useAgentName(): (agentId: string) => string {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => listAgents({ signal }) });
  return (id) => data?.items.find(({ agentId }) => agentId === id)?.name ?? id;
}
