import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAgentVersions } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { plural } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/states.tsx';

/** Named versions that had a talk here, each with a link to compare it with the agent. */
export function Versions({ agentId }: { agentId: string }) {
  const query = useQuery({
    queryKey: keys.agentVersions(agentId),
    queryFn: ({ signal }) => listAgentVersions(agentId, { signal }),
  });
  return (
    <Card title="Versions talked to">
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">
              None yet. Change something for a talk and give it a name: it can be compared with the agent as
              it is.
            </p>
          ) : (
            <ul className="divide-y">
              {items.map(({ label, sessions, newestAt }) => (
                <li key={label} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2">
                  <span className="font-medium wrap-anywhere">{label}</span>
                  <span className="text-muted">
                    {plural(sessions, 'talk')}, the last <Time iso={newestAt} relative />
                  </span>
                  <Link
                    to="/agents/compare"
                    search={{ left: agentId, right: `${agentId}:${label}` }}
                    className="ml-auto text-accent underline"
                  >
                    Compare<span className="sr-only"> {label} with the agent as it is</span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
