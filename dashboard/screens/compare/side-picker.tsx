import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { listAgents, listAgentVersions } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { messageOf } from '../../client/problem.ts';
import { plural } from '../../format/numbers.ts';
import { Field, NativeSelect } from '../../ui/field.tsx';
import { type ChosenSide, writeSide } from './side.ts';

const SIDES = { left: 'Left', right: 'Right' } as const;

export function SidePicker({ name, side }: { name: 'left' | 'right'; side: ChosenSide | null }) {
  const search = useSearch({ from: '/agents/compare' });
  const navigate = useNavigate({ from: '/agents/compare' });
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => listAgents({ signal }) });
  const choose = (next: ChosenSide | null) => {
    const { [name]: _old, [`${name}Call`]: _call, ...rest } = search as Record<string, string>;
    void navigate({ search: { ...rest, ...(next && { [name]: writeSide(next) }) } });
  };
  const known = agents.data?.items ?? [];
  const isKnown = side === null || known.some(({ agentId }) => agentId === side.agentId);
  return (
    <fieldset className="grid min-w-0 gap-3 sm:grid-cols-2">
      <legend className="sr-only">{SIDES[name]} side</legend>
      <Field
        label={`${SIDES[name]}: agent`}
        error={agents.error ? messageOf(agents.error) : undefined}
        className="min-w-0"
      >
        {(control) => (
          <NativeSelect
            {...control}
            value={side?.agentId ?? ''}
            onChange={({ target: { value } }) =>
              choose(value === '' ? null : { agentId: value, label: null })
            }
          >
            <option value="">Choose an agent</option>
            {!isKnown && <option value={side.agentId}>{side.agentId}</option>}
            {known.map((agent) => (
              <option key={agent.agentId} value={agent.agentId}>
                {agent.name}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
      <Version name={name} side={side} onChoose={choose} />
    </fieldset>
  );
}

function Version({
  name,
  side,
  onChoose,
}: {
  name: 'left' | 'right';
  side: ChosenSide | null;
  onChoose: (side: ChosenSide) => void;
}) {
  const agentId = side?.agentId ?? '';
  const { data } = useQuery({
    queryKey: keys.agentVersions(agentId),
    queryFn: ({ signal }) => listAgentVersions(agentId, { signal }),
    enabled: agentId !== '',
  });
  const versions = data?.items ?? [];
  const label = side?.label ?? null;
  const isKnown = label === null || versions.some((version) => version.label === label);
  return (
    <Field label={`${SIDES[name]}: version`} className="min-w-0">
      {(control) => (
        <NativeSelect
          {...control}
          disabled={side === null}
          value={label ?? ''}
          onChange={({ target: { value } }) => onChoose({ agentId, label: value === '' ? null : value })}
        >
          <option value="">As it is</option>
          {!isKnown && <option value={label}>{label}</option>}
          {versions.map((version) => (
            <option key={version.label} value={version.label}>
              {version.label} ({plural(version.sessions, 'talk')})
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}
