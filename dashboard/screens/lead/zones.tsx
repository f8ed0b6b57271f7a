import { useEffect, useState } from 'react';
import type { Lead } from '../../client/generated.ts';
import { formatTimeIn } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';

const MINUTE_MS = 60_000;

/** The local time in every zone that the lead may be in. */
export function Zones({ lead: { zones, timeZone } }: { lead: Lead }) {
  const now = useMinute();
  return (
    <Card title="Local time">
      {zones.length === 0 ? (
        <p className="text-muted">The number tells no zone, so no call is lawful at any hour.</p>
      ) : (
        <>
          <dl className="grid max-h-60 gap-1 overflow-y-auto">
            {zones.map((zone) => (
              <div key={zone} className="flex justify-between gap-3">
                <dt className="min-w-0 truncate text-muted">{zone.replaceAll('_', ' ')}</dt>
                <dd className="font-medium whitespace-nowrap">{formatTimeIn(now, zone) ?? 'unknown zone'}</dd>
              </div>
            ))}
          </dl>
          <p className="mt-2 text-xs text-muted">
            {timeZone !== null
              ? 'As given with the lead.'
              : zones.length > 1
                ? 'Any of them may be theirs: a call is lawful while it is in all.'
                : 'By the number and the address.'}
          </p>
        </>
      )}
    </Card>
  );
}

/** The current minute as ISO. */
function useMinute(): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      timer = setTimeout(
        () => {
          setNow(new Date().toISOString());
          wait();
        },
        MINUTE_MS - (Date.now() % MINUTE_MS),
      );
    };
    wait();
    return () => clearTimeout(timer);
  }, []);
  return now;
}
