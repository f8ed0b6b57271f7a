import { useQuery } from '@tanstack/react-query';
import { listAgents } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { Card } from '../../ui/card.tsx';
import { Field, NativeSelect } from '../../ui/field.tsx';
import { Loaded } from '../../ui/states.tsx';
import { AgentFacts } from './agent-facts.tsx';

export function AgentChoice({
  agentId,
  onChange,
  error,
}: {
  agentId: string | null;
  onChange: (agentId: string) => void;
  error: string | undefined;
}) {
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  return (
    <Card title="Agent">
      <Loaded query={agents}>
        {({ items }) => (
          <div className="grid gap-4">
            <Field label="Who calls" error={error}>
              {(control) => (
                <NativeSelect
                  {...control}
                  value={agentId ?? ''}
                  onChange={(event) => onChange(event.target.value)}
                >
                  {items.map((agent) => (
                    <option key={agent.agentId} value={agent.agentId}>
                      {agent.name}
                    </option>
                  ))}
                  {agentId !== null && !items.some((agent) => agent.agentId === agentId) && (
                    <option value={agentId}>{agentId} (not found)</option>
                  )}
                </NativeSelect>
              )}
            </Field>
            {agentId !== null && <AgentFacts agentId={agentId} />}
          </div>
        )}
      </Loaded>
    </Card>
  );
}
