import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { listCampaigns, pauseCampaign } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { plural } from '../format/numbers.ts';
import { useMay } from '../session/session.tsx';
import { toastDone, toastFailed } from '../ui/toast.tsx';

const PAGE_SIZE = 200;

interface Pausing {
  /** Of one campaign: the one that is shown. */
  isOne: boolean;
  /** In words, for a button or a list of keys. */
  does: string;
  /** Whether the key allows it, and something runs that can be paused. */
  isPossible: boolean;
  isPending: boolean;
  pause: () => void;
}

/**
 * Stops dialling: in the campaign that is shown, or in every running one. It does not ask first, because nothing is
 * lost by it; calls under way are not cut, and it says how many there are.
 */
export function usePausing(): Pausing {
  const may = useMay();
  const client = useQueryClient();
  const { campaignId } = useParams({ strict: false });
  const running = useQuery({
    queryKey: keys.campaigns({ status: 'running' }),
    queryFn: () => listCampaigns({ status: 'running', limit: PAGE_SIZE }),
  });
  // By the time of the answer, another screen may be shown: what was asked for goes along.
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

/** Those that run now, also what began since the page last looked. */
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

/** Pauses each, however the others fare. */
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
