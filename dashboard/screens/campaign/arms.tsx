import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAgents, type Metrics } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCents, formatCount, formatRate, formatSeconds } from '../../format/numbers.ts';
import { Card } from '../../ui/card.tsx';
import { type FigureColumn, FiguresTable } from './figures-table.tsx';

type Arm = Metrics['byArm'][number];

const COLUMNS: readonly FigureColumn<Arm>[] = [
  ['Calls', ({ calls }) => formatCount(calls)],
  ['Answered', ({ answered }) => formatCount(answered)],
  ['Conversions', ({ conversions }) => formatCount(conversions)],
  ['Rate', ({ conversionRate }) => formatRate(conversionRate)],
  ['Average talk', ({ averageTalkSeconds }) => formatSeconds(averageTalkSeconds)],
  ['Cost', ({ costCents }) => formatCents(costCents)],
];

export function Arms({ arms }: { arms: readonly Arm[] }) {
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const names = new Map(agents.data?.items.map(({ agentId, name }) => [agentId, name]));
  return (
    <Card title="By agent">
      {arms.length === 0 ? (
        <p className="text-muted">No call was made yet.</p>
      ) : (
        <FiguresTable
          label="Figures by agent"
          of="Agent"
          rows={arms}
          idOf={({ agentId }) => agentId}
          nameOf={({ agentId }) => (
            <Link to="/agents/$agentId" params={{ agentId }} className="hover:text-accent hover:underline">
              {names.get(agentId) ?? agentId}
            </Link>
          )}
          columns={COLUMNS}
        />
      )}
    </Card>
  );
}
