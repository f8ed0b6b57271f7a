import { useEffect, useState } from 'react';
import { cn } from '../ui/cn.ts';
import { useStreamStatus } from './provider.tsx';
import type { StreamStatus } from './stream.ts';

/** From this age on what is shown may be behind, and the badge says how old it is. */
const STALE_MS = 20_000;

/** Says whether what is shown is live, and how old it is when it is not. */
export function LiveBadge() {
  const status = useStreamStatus();
  const now = useSeconds(status.state !== 'live');
  const { tone, label, age = '', hint } = describe(status, now);
  return (
    <span
      role="status"
      title={hint}
      data-stream={status.state}
      className={cn(
        'inline-flex h-6 items-center gap-1.5 rounded-full border px-2 text-xs font-medium whitespace-nowrap',
        tone,
      )}
    >
      <span
        aria-hidden
        className={cn('size-1.5 rounded-full bg-current', status.state === 'live' && 'animate-breathe')}
      />
      {label}
      {/* Told anew every second, it would be read out every second. */}
      {age !== '' && <span aria-hidden>{age}</span>}
    </span>
  );
}

interface Description {
  tone: string;
  label: string;
  /** How old what is shown is, where that is worth saying. */
  age?: string;
  hint: string;
}

function describe({ state, heardAt, retryAt }: StreamStatus, now: number): Description {
  const age = heardAt === null ? null : now - heardAt;
  const old = age !== null && age > STALE_MS ? `· ${ageText(age)} old` : '';
  switch (state) {
    case 'live':
      return {
        tone: 'text-good border-good/30 bg-good/8',
        label: 'Live',
        hint: 'Changes appear as they happen.',
      };
    case 'connecting':
      return {
        tone: 'text-muted border-line',
        label: 'Connecting',
        age: old,
        hint: 'Asking the server for the live stream.',
      };
    case 'lost': {
      const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
      return {
        tone: 'text-bad border-bad/40 bg-bad/8',
        label: 'Offline',
        age: old,
        hint: `The server is not reached; what is shown may be behind. Trying again in ${seconds} s.`,
      };
    }
    case 'resting':
      return {
        tone: 'text-muted border-line',
        label: 'Resting',
        age: old,
        hint: 'The page was hidden; it catches up at once.',
      };
    case 'ended':
      return { tone: 'text-bad border-bad/40 bg-bad/8', label: 'Signed out', hint: 'The session has ended.' };
  }
}

function ageText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The time, told anew every second while `on`. */
function useSeconds(on: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
