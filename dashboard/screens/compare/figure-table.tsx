import { Equal, ThumbsDown, ThumbsUp } from 'lucide-react';
import type { ComparedSide, Comparison } from '../../client/generated.ts';
import { plural } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ENOUGH, FIGURES, type FigureRow, judge, type Verdict } from './figures.ts';
import { useAgentName } from './use-agent-name.ts';

/** The figures of both sides, each with its basis and the better side. */
export function FigureTable({ comparison: { left, right } }: { comparison: Comparison }) {
  return (
    <Card title="Figures">
      <table className="w-full table-fixed">
        <caption className="sr-only">Figures of both sides</caption>
        <thead>
          <tr className="align-top">
            <th scope="col" className="w-[34%] pr-3 pb-3 text-left text-xs font-medium text-muted">
              Figure
            </th>
            <SideHead side={left} />
            <SideHead side={right} />
          </tr>
        </thead>
        <tbody>
          {FIGURES.map((row) => (
            <Row key={row.name} row={row} left={left} right={right} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function SideHead({ side }: { side: ComparedSide }) {
  const nameOf = useAgentName();
  const { agentId, label, calls, oldestAt, newestAt } = side;
  return (
    <th scope="col" className="px-2 pb-3 text-left font-normal">
      <span className="block font-semibold wrap-anywhere">{nameOf(agentId)}</span>
      <span className="block text-xs text-muted wrap-anywhere">{label ?? 'as it is'}</span>
      <span className="mt-1 block">
        <Badge tone={calls < ENOUGH ? 'warn' : 'muted'}>{plural(calls, 'call')}</Badge>
      </span>
      <span className="mt-1 block text-xs text-muted max-sm:hidden">
        {calls === 0 ? (
          'none in this time'
        ) : (
          <>
            <Time iso={oldestAt} /> to <Time iso={newestAt} />
          </>
        )}
      </span>
    </th>
  );
}

function Row({ row, left, right }: { row: FigureRow; left: ComparedSide; right: ComparedSide }) {
  const verdict = judge(row, left, right);
  return (
    <tr className="border-t align-top">
      <th scope="row" className="py-2.5 pr-3 text-left font-medium">
        {row.name}
        <span className="block text-xs font-normal text-muted max-sm:hidden">{row.hint}</span>
        <span className="block min-h-8 text-xs font-normal text-warn sm:min-h-4">
          {verdict === 'too_few' ? `Too few ${row.unit}s to tell` : ''}
        </span>
      </th>
      <Value row={row} side={left} mark={markFor(verdict, 'left')} />
      <Value row={row} side={right} mark={markFor(verdict, 'right')} />
    </tr>
  );
}

type Mark = 'better' | 'worse' | 'same' | null;

function markFor(verdict: Verdict, side: 'left' | 'right'): Mark {
  switch (verdict) {
    case 'left':
    case 'right':
      return verdict === side ? 'better' : 'worse';
    case 'same':
      return 'same';
    case 'too_few':
    case 'none':
      return null;
  }
}

function Value({ row, side, mark }: { row: FigureRow; side: ComparedSide; mark: Mark }) {
  return (
    <td className="px-2 py-2.5">
      <span className="flex flex-wrap items-center gap-x-2">
        <span className="text-base font-semibold">{row.format(row.value(side))}</span>
        {mark !== null && <MarkBadge mark={mark} />}
      </span>
      <span className="block text-xs text-muted">{plural(row.basis(side), row.unit)}</span>
    </td>
  );
}

function MarkBadge({ mark }: { mark: NonNullable<Mark> }) {
  switch (mark) {
    case 'better':
      return (
        <Badge tone="good" icon={<ThumbsUp />}>
          Better
        </Badge>
      );
    case 'worse':
      return (
        <Badge tone="bad" icon={<ThumbsDown />}>
          Worse
        </Badge>
      );
    case 'same':
      return <Badge icon={<Equal />}>The same</Badge>;
  }
}
