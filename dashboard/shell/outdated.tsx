import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { findOutdated, type Outdated, readOutdated } from '../client/outdated.ts';
import { Button } from '../ui/button.tsx';

/**
 * Reports that shown data could not be refetched, and why. One line serves the whole page, since an absent
 * server fails every part alike. It overlaps the page's margin, so that nothing moves; its text stays the
 * same during retries, so that it is read out once.
 */
export function OutdatedLine() {
  const client = useQueryClient();
  const outdated = useOutdated();
  const [busy, setBusy] = useState(false);
  const again = () => {
    setBusy(true);
    void readOutdated(client).finally(() => setBusy(false));
  };
  return (
    <div className="pointer-events-none absolute inset-x-0 top-full -mt-2 flex justify-center px-4">
      <div
        className={
          outdated === null
            ? 'sr-only'
            : 'pointer-events-auto flex h-6 max-w-full items-center gap-1 rounded-full border border-warn/40 bg-panel pl-2.5 text-xs shadow-md'
        }
      >
        <p role="status" title={outdated?.detail} className="min-w-0 truncate">
          {outdated !== null && textOf(outdated)}
        </p>
        {outdated !== null && (
          <Button size="small" variant="quiet" className="h-6 text-xs" busy={busy} onClick={again}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

function textOf({ lacks, reason }: Outdated): string {
  switch (lacks) {
    case 'news':
      return `Not up to date: ${reason}`;
    case 'more':
      return `The rest could not be read: ${reason}`;
  }
}

function useOutdated(): Outdated | null {
  const client = useQueryClient();
  const subscribe = useCallback(
    (onChange: () => void) => client.getQueryCache().subscribe(onChange),
    [client],
  );
  // A string, since it is compared with the previous one.
  const found = useSyncExternalStore(subscribe, () => JSON.stringify(findOutdated(client)));
  return JSON.parse(found) as Outdated | null;
}
