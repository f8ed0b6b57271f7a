import { useEffect, useState } from 'react';
import { cn } from '../ui/cn.ts';
import { useStreamStatus } from './provider.tsx';
import type { StreamStatus } from './stream.ts';

/** Beyond this age the badge shows how old the data are. */
const STALE_MS = 20_000;

/** Shows whether the data are live, and otherwise their age. */
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
      {/* Screen readers would read out a change every second. */}
      {age !== '' && <span aria-hidden>{age}</span>}
    </span>
  );
}

interface Description {
  tone: string;
  label: string;
  /** The age of the data when it is worth showing. */
  age?: string;
  hint: string;
}

function describe({ state, lastMessageAt, retryAt }: StreamStatus, now: number): Description {
  const age = lastMessageAt === null ? null : now - lastMessageAt;
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

/** The current time, updated every second while `on`. */
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
