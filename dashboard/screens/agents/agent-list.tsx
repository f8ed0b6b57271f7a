import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Bot, MessageCircle, Scale } from 'lucide-react';
import { type Agent, listAgents } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { SearchBox } from './search-box.tsx';

/** Every agent, with links to a talk and to a comparison. */
export function AgentList() {
  const { q = '' } = useSearch({ from: '/agents' });
  const query = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => listAgents({ signal }) });
  return (
    <div className="grid gap-4">
      <SearchBox label="Find an agent" />
      <Loaded query={query}>
        {({ items }) => {
          const wanted = q.toLowerCase();
          const found = items.filter(({ name, agentId }) =>
            `${name} ${agentId}`.toLowerCase().includes(wanted),
          );
          if (items.length === 0) {
            return (
              <Empty title="There are no agents yet">
                Make one at the voice provider. It appears here, ready to be talked to and to be launched.
              </Empty>
            );
          }
          if (found.length === 0) return <Empty title="No agent of that name" />;
          return (
            <ul aria-label="Agents" className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
              {found.map((agent) => (
                <AgentCard key={agent.agentId} agent={agent} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </div>
  );
}

function AgentCard({ agent: { agentId, name } }: { agent: Agent }) {
  return (
    <li className="relative grid gap-3 rounded-lg border bg-panel p-4 hover:border-line-strong/60">
      <div className="flex min-w-0 items-center gap-3">
        <span
          aria-hidden
          className="grid size-10 shrink-0 place-items-center rounded-full bg-accent/10 text-accent"
        >
          <Bot className="size-5" />
        </span>
        <div className="min-w-0">
          <Link
            to="/agents/$agentId"
            params={{ agentId }}
            // The whole card is a link; the buttons lie above it.
            className="block truncate font-semibold after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {name}
          </Link>
          <div className="truncate font-mono text-xs text-muted">{agentId}</div>
        </div>
      </div>
      <div className="z-10 flex flex-wrap gap-2 justify-self-start">
        <Link
          to="/agents/$agentId"
          params={{ agentId }}
          hash="talk"
          aria-label={`Talk to ${name}`}
          className={buttonStyle({ size: 'small' })}
        >
          <MessageCircle aria-hidden />
          Talk
        </Link>
        <Link
          to="/agents/compare"
          search={{ left: agentId }}
          aria-label={`Compare ${name} with another`}
          className={buttonStyle({ size: 'small', variant: 'quiet' })}
        >
          <Scale aria-hidden />
          Compare
        </Link>
      </div>
    </li>
  );
}
