import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAgents, type Metrics } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCents, formatCount, formatRate, formatSeconds } from '../../format/numbers.ts';
import { Card } from '../../ui/card.tsx';

type Arm = Metrics['byArm'][number];

const COLUMNS: readonly [name: string, value: (arm: Arm) => string][] = [
  ['Calls', ({ calls }) => formatCount(calls)],
  ['Answered', ({ answered }) => formatCount(answered)],
  ['Conversions', ({ conversions }) => formatCount(conversions)],
  ['Rate', ({ conversionRate }) => formatRate(conversionRate)],
  ['Average talk', ({ averageTalkSeconds }) => formatSeconds(averageTalkSeconds)],
  ['Cost', ({ costCents }) => formatCents(costCents)],
];

/** The same figures for each agent that made calls. */
export function Arms({ arms }: { arms: readonly Arm[] }) {
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const names = new Map(agents.data?.items.map(({ agentId, name }) => [agentId, name]));
  return (
    <Card title="By agent">
      {arms.length === 0 ? (
        <p className="text-muted">No call was made yet.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is to be reached by the keyboard.
        <section aria-label="Figures by agent" tabIndex={0} className="overflow-x-auto">
          <table className="w-full min-w-140">
            <thead className="text-xs text-muted">
              <tr>
                <th scope="col" className="pb-2 text-left font-medium">
                  Agent
                </th>
                {COLUMNS.map(([name]) => (
                  <th key={name} scope="col" className="pb-2 text-right font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y border-t">
              {arms.map((arm) => (
                <tr key={arm.agentId}>
                  <th scope="row" className="py-2 text-left font-medium">
                    <Link
                      to="/agents/$agentId"
                      params={{ agentId: arm.agentId }}
                      className="hover:text-accent hover:underline"
                    >
                      {names.get(arm.agentId) ?? arm.agentId}
                    </Link>
                  </th>
                  {COLUMNS.map(([name, value]) => (
                    <td key={name} className="py-2 text-right">
                      {value(arm)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Card>
  );
}
