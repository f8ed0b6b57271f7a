import { useQuery } from '@tanstack/react-query';
import { Check, CircleDashed, Minus, TrendingDown, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type NumberHealth, readNumberHealth } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCount, formatRate } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded, Skeleton } from '../../ui/states.tsx';

/** Numbers shown at first; the others on request. */
const MAX_SHOWN = 4;

/** Each of our numbers today, the worst first. */
export function Numbers() {
  const numbers = useQuery({ queryKey: keys.numberHealth, queryFn: () => readNumberHealth() });
  const [all, setAll] = useState(false);
  const count = numbers.data?.items.length ?? 0;
  return (
    <Card
      title="Numbers today"
      actions={
        count > MAX_SHOWN && (
          <Button variant="quiet" size="small" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show the worst' : `Show all ${formatCount(count)}`}
          </Button>
        )
      }
    >
      <Loaded query={numbers} loading={<Skeleton className="h-89" />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">
              There are none: import a number of your carrier at the voice provider, and campaigns call from
              it.
            </p>
          ) : (
            <ul aria-label="Our numbers" className="grid grid-cols-[minmax(0,1fr)] divide-y">
              {items.slice(0, all ? undefined : MAX_SHOWN).map((number, place) => (
                // Places are fixed and their content changes, so that nothing moves.
                // biome-ignore lint/suspicious/noArrayIndexKey: see above.
                <NumberRow key={place} number={number} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

/** Constant height: rows change places, and nothing below may move. */
function NumberRow({ number }: { number: NumberHealth }) {
  const { phoneNumberId, phoneNumber, label, listed, today, before, warnings } = number;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-1 py-2.5 first:pt-0 last:pb-0">
      <div className="flex h-5 items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-medium">
          {phoneNumber === null ? phoneNumberId : formatPhone(phoneNumber)}
        </span>
        {/* Constant width, so that the text starts at the same place. */}
        <span className="w-22 shrink-0">
          <StateBadge number={number} />
        </span>
      </div>
      <p className="flex h-4 gap-3 text-xs text-muted">
        {label !== null && <span className="truncate">{label}</span>}
        {listed === false && <Warning text="No longer at the provider" />}
        {warnings.map(({ warning, detail }) => (
          <Warning key={warning} text="Texts go elsewhere" detail={detail} />
        ))}
      </p>
      <dl className="grid grid-cols-[3rem_minmax(0,1fr)_5.5rem] gap-2 text-xs">
        <Short name="Calls" value={formatCount(today.calls)} />
        <Short
          name="Answered"
          value={
            <>
              {formatRate(today.answerRate)}
              <span className="font-normal text-muted">{weekBefore(before.answerRate)}</span>
            </>
          }
        />
        <Short name="Failed" value={formatCount(today.failed)} />
      </dl>
    </li>
  );
}

function weekBefore(rate: number | null): string {
  return rate === null ? ', no week before' : `, week before ${formatRate(rate)}`;
}

function Short({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-muted">{name}</dt>
      <dd className="truncate font-medium">{value}</dd>
    </div>
  );
}

function Warning({ text, detail }: { text: string; detail?: string }) {
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5 text-warn" title={detail}>
      <TriangleAlert aria-hidden className="size-3.5" />
      {text}
      {detail !== undefined && <span className="sr-only">. {detail}</span>}
    </span>
  );
}

interface State {
  tone: Tone;
  icon: ReactNode;
  text: string;
  why: string;
}

const FEW_CALLS: State = {
  tone: 'muted',
  icon: <CircleDashed />,
  text: 'Few calls',
  why: 'Too few of its calls of today are over to say how it does.',
};

const STATES: Record<NumberHealth['state'], State> = {
  healthy: { tone: 'good', icon: <Check />, text: 'Healthy', why: 'Nothing speaks against it.' },
  falling: {
    tone: 'warn',
    icon: <TrendingDown />,
    text: 'Falling',
    why: 'Under half as many answer as in the days before, or as answer other numbers: carriers may mark it as spam.',
  },
  failing: { tone: 'bad', icon: <X />, text: 'Failing', why: 'Over a fifth of its calls of today failed.' },
  unused: { tone: 'muted', icon: <Minus />, text: 'Unused', why: 'No calls today or in the 7 days before.' },
};

function StateBadge({ number: { state, judged } }: { number: NumberHealth }) {
  const { tone, icon, text, why } = state === 'healthy' && !judged ? FEW_CALLS : STATES[state];
  return (
    <span title={why}>
      <Badge tone={tone} icon={icon}>
        {text}
        <span className="sr-only">: {why}</span>
      </Badge>
    </span>
  );
}
