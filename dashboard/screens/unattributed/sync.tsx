import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { type ConversationSync, readSync, syncConversations } from '../../client/generated.ts';
import { requestWith } from '../../client/setup.ts';
import { plural } from '../../format/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { toastDone, toastFailed } from '../../ui/toast.tsx';

/** The server waits for the synchronisation, and twice when another one is just ending. */
const IDLE_TIMEOUT_MS = 90_000;

/** Fetches the provider's conversations that are missing here, and reports the result. */
export function SyncButton() {
  const client = useQueryClient();
  const syncing = useMutation({
    // A long synchronisation continues after the answer; asking again returns its report.
    mutationFn: (under: string | null) =>
      under === null ? syncConversations({}, { fetch: requestWith(IDLE_TIMEOUT_MS) }) : readSync(under),
    onSuccess: (run) => {
      toastDone(run.finished ? 'The conversations are fetched' : 'Fetching goes on', resultOf(run));
      void client.invalidateQueries({ queryKey: ['calls'] });
    },
    onError: (error) => toastFailed('The conversations were not fetched', error),
  });
  const run = syncing.data;
  const under = run !== undefined && !run.finished ? run.runId : null;
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
      {run !== undefined && (
        <span role="status" className="text-xs text-muted">
          {resultOf(run)}
        </span>
      )}
      <Button icon={<RefreshCw />} busy={syncing.isPending} onClick={() => syncing.mutate(under)}>
        {syncing.isPending ? 'Fetching…' : under === null ? 'Fetch conversations' : 'Look how far it is'}
      </Button>
    </div>
  );
}

function resultOf({ seen, stored, attributed, unattributed, failed, finished }: ConversationSync): string {
  const parts = [
    `${plural(seen, 'conversation')} seen`,
    `${stored} new or changed`,
    `${attributed} with a lead`,
    `${unattributed} without`,
    ...(failed === 0 ? [] : [`${failed} could not be read`]),
  ];
  return `${parts.join(', ')}${finished ? '.' : ' so far.'}`;
}
