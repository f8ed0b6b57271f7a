import type { ReactNode } from 'react';
import { cn } from './cn.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'accent' | 'muted';

const TONES: Record<Tone, string> = {
  good: 'text-good border-good/35 bg-good/8',
  warn: 'text-warn border-warn/40 bg-warn/10',
  bad: 'text-bad border-bad/35 bg-bad/8',
  info: 'text-info border-info/35 bg-info/8',
  accent: 'text-accent border-accent/35 bg-accent/8',
  muted: 'text-muted border-line bg-raised',
};

/** A status in words; icon and colour only repeat it. */
export function Badge({
  tone = 'muted',
  icon,
  children,
  className,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1 rounded-full border px-2 py-px text-xs font-medium whitespace-nowrap [&_svg]:size-3',
        TONES[tone],
        className,
      )}
    >
      {icon !== undefined && (
        <span aria-hidden className="contents">
          {icon}
        </span>
      )}
      {children}
    </span>
  );
}
