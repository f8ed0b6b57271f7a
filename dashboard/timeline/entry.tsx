import type { ReactNode } from 'react';
import { formatSeconds } from '../format/numbers.ts';
import { Time } from '../format/time.tsx';
import type { Tone } from '../ui/badge.tsx';
import { cn } from '../ui/cn.ts';
import type { EventText } from './event-text.tsx';

const TONES: Record<Tone, string> = {
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  info: 'text-info',
  accent: 'text-accent',
  muted: 'text-muted',
};

/** One entry of a timeline: what, when in the viewer's and the lead's zone, and details. */
export function TimelineEntry({
  event: { icon: Icon, tone, title },
  at,
  zone,
  since,
  children,
}: {
  event: EventText;
  at: string;
  zone?: string | null | undefined;
  /** The start, from which the offset is shown. */
  since?: string;
  children?: ReactNode;
}) {
  return (
    <li className="relative grid grid-cols-[1.75rem_minmax(0,1fr)] gap-x-3 pb-4 before:absolute before:top-7 before:bottom-0 before:left-3.5 before:w-px before:bg-line last:pb-0 last:before:hidden">
      <span
        aria-hidden
        className={cn(
          'grid size-7 place-items-center rounded-full border bg-panel [&_svg]:size-3.5',
          TONES[tone],
        )}
      >
        <Icon />
      </span>
      <div className="min-w-0 pt-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-medium">{title}</span>
          <span className="text-xs text-muted">
            {since !== undefined && <span className="mr-2 font-mono">{offsetOf(at, since)}</span>}
            <Time iso={at} zone={zone} />
          </span>
        </div>
        {children}
      </div>
    </li>
  );
}

/** As +0:07; empty before the start. */
function offsetOf(at: string, since: string): string {
  const seconds = (Date.parse(at) - Date.parse(since)) / 1_000;
  return seconds < 0 ? '' : `+${formatSeconds(seconds)}`;
}
