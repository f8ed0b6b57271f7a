import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { listCampaigns, pauseCampaign } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { plural } from '../format/numbers.ts';
import { useMay } from '../session/session.tsx';
import { toastDone, toastFailed } from '../ui/toast.tsx';

const PAGE_SIZE = 200;

interface Pausing {
  /** True: only the shown campaign. */
  isOne: boolean;
  /** Label for a button or the list of keys. */
  does: string;
  /** The role allows it, and something is running. */
  isPossible: boolean;
  isPending: boolean;
  pause: () => void;
}

/**
 * Pauses the shown campaign, or every running one. It needs no confirmation, since nothing is lost; calls in
 * flight continue, and their number is shown.
 */
export function usePausing(): Pausing {
  const may = useMay();
  const client = useQueryClient();
  const { campaignId } = useParams({ strict: false });
  const running = useQuery({
    queryKey: keys.campaigns({ status: 'running' }),
    queryFn: () => listCampaigns({ status: 'running', limit: PAGE_SIZE }),
  });
  // Another screen may be open when the answer arrives, so the request's target is kept.
  const pausing = useMutation({
    mutationFn: async (wanted: string | null) =>
      await pauseEach(wanted === null ? await allRunning() : [wanted]),
    onSuccess: ({ paused, inFlight, failures }, wanted) => {
      const what = wanted === null ? `${plural(paused, 'campaign')} paused` : 'Campaign paused';
      const left =
        inFlight === 0 ? 'No call is under way.' : `${plural(inFlight, 'call')} under way will finish.`;
      if (paused > 0) toastDone(what, left);
      for (const failure of failures) toastFailed('A campaign could not be paused', failure);
    },
    onError: (error) => toastFailed('Nothing was paused', error),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void client.invalidateQueries({ queryKey: ['campaign'] });
    },
  });
  const runs = (running.data?.items ?? []).some(({ id }) => campaignId === undefined || id === campaignId);
  return {
    isOne: campaignId !== undefined,
    does: campaignId === undefined ? 'Pause all running campaigns' : 'Pause this campaign',
    isPossible: may.operate && runs,
    isPending: pausing.isPending,
    pause: () => pausing.mutate(campaignId ?? null),
  };
}

/** Includes campaigns started since the last fetch. */
async function allRunning(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listCampaigns({ status: 'running', limit: PAGE_SIZE, cursor });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

/** A failure of one does not stop the others. */
async function pauseEach(
  ids: readonly string[],
): Promise<{ paused: number; inFlight: number; failures: unknown[] }> {
  const answers = await Promise.allSettled(ids.map((id) => pauseCampaign(id)));
  const done = answers.filter((answer) => answer.status === 'fulfilled');
  return {
    paused: done.length,
    inFlight: done.reduce((sum, { value }) => sum + value.inFlight, 0),
    failures: answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason),
  };
}
