import { NONE } from './numbers.ts';
import { formatFullTime, formatRelative, formatTime, formatTimeIn } from './times.ts';

interface TimeProps {
  iso: string | null;
  /** As "in 3 hours" instead of the clock. */
  relative?: boolean;
  /** The lead's zone, whose clock is shown as well. */
  zone?: string | null | undefined;
}

/** An instant in the viewer's zone, and in the lead's if known. */
export function Time({ iso, relative = false, zone }: TimeProps) {
  if (iso === null) return <span className="text-muted">{NONE}</span>;
  const theirs = zone ? formatTimeIn(iso, zone) : null;
  return (
    <span className="whitespace-nowrap">
      <time dateTime={iso} title={formatFullTime(iso)}>
        {relative ? formatRelative(iso) : formatTime(iso)}
      </time>
      {theirs !== null && (
        <span className="text-muted" title={zone ?? undefined}>
          {' '}
          · {theirs} there
        </span>
      )}
    </span>
  );
}
