import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { type ConversationSync, readSync, syncConversations } from '../../client/generated.ts';
import { requestWith } from '../../client/setup.ts';
import { plural } from '../../format/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { toastDone, toastFailed } from '../../ui/toast.tsx';

/** The walk is waited for at the server, and where another one ends just then, a second time. */
const PATIENCE_MS = 90_000;

/** Fetches what the voice provider has of conversations and we have not, and says what came of it. */
export function SyncButton() {
  const client = useQueryClient();
  const syncing = useMutation({
    // A long walk goes on after the answer; asked again, its own account is read.
    mutationFn: (under: string | null) =>
      under === null ? syncConversations({}, { fetch: requestWith(PATIENCE_MS) }) : readSync(under),
    onSuccess: (walk) => {
      toastDone(walk.finished ? 'The conversations are fetched' : 'Fetching goes on', resultOf(walk));
      void client.invalidateQueries({ queryKey: ['calls'] });
    },
    onError: (error) => toastFailed('The conversations were not fetched', error),
  });
  const walk = syncing.data;
  const under = walk !== undefined && !walk.finished ? walk.runId : null;
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
      {walk !== undefined && (
        <span role="status" className="text-xs text-muted">
          {resultOf(walk)}
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
