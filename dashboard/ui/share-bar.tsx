import { formatCount, formatRate } from '../format/numbers.ts';
import { cn } from './cn.ts';

export interface Share {
  label: string;
  count: number;
  /** A colour class, such as `bg-chart-1`. */
  colour: string;
}

/** The parts of a whole: a bar, and a legend with figures. Changes move nothing. */
export function ShareBar({
  label,
  shares,
  className,
}: {
  label: string;
  shares: readonly Share[];
  className?: string;
}) {
  const whole = shares.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className={cn('grid gap-3', className)}>
      <div aria-hidden className="flex h-2.5 gap-px overflow-hidden rounded-full bg-raised">
        {shares.map(({ label: name, count, colour }) => (
          <span key={name} className={colour} style={{ width: share(count, whole) }} />
        ))}
      </div>
      <ul
        aria-label={label}
        className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-3 gap-y-1.5"
      >
        {shares.map(({ label: name, count, colour }) => (
          <li key={name} className="flex items-center gap-1.5">
            <span aria-hidden className={cn('size-2.5 shrink-0 rounded-sm', colour)} />
            <span className="min-w-0 flex-1 truncate text-muted">{name}</span>
            <span className="font-medium">{formatCount(count)}</span>
            <span className="w-10 text-right text-xs text-muted">
              {formatRate(whole === 0 ? null : count / whole)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function share(count: number, whole: number): string {
  return whole === 0 ? '0%' : `${(100 * count) / whole}%`;
}
