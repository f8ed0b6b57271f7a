import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Pause } from 'lucide-react';
import { listCampaigns, pauseCampaign } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { plural } from '../format/numbers.ts';
import { useMay } from '../session/session.tsx';
import { Button } from '../ui/button.tsx';
import { toastDone, toastFailed } from '../ui/toast.tsx';
import { useShortcut } from './shortcuts.ts';

const MOST_RUNNING = 200;

/** What a press asked for: by the time of the answer, another screen may be shown. */
interface Pausing {
  ids: readonly string[];
  isOne: boolean;
}

/**
 * Stops dialling with one key: the campaign that is shown, or every running one. It does not ask first, because
 * nothing is lost by it; calls under way are not cut.
 */
export function PauseKey() {
  const may = useMay();
  const client = useQueryClient();
  const { campaignId } = useParams({ strict: false });
  const running = useQuery({
    queryKey: keys.campaigns({ status: 'running' }),
    queryFn: () => listCampaigns({ status: 'running', limit: MOST_RUNNING }),
  });
  const ids = (running.data?.items ?? [])
    .map(({ id }) => id)
    .filter((id) => campaignId === undefined || id === campaignId);
  const pausing = useMutation({
    mutationFn: ({ ids: wanted }: Pausing) => pauseAll(wanted),
    onSuccess: ({ paused, inFlight, failures }, { isOne }) => {
      const what = isOne ? 'Campaign paused' : `${plural(paused, 'campaign')} paused`;
      const left =
        inFlight === 0 ? 'No call is under way.' : `${plural(inFlight, 'call')} under way will finish.`;
      if (paused > 0) toastDone(what, left);
      for (const failure of failures) toastFailed('A campaign could not be paused', failure);
    },
    onSettled: (_data, _error, { ids: wanted }) => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      for (const id of wanted) void client.invalidateQueries({ queryKey: keys.campaign(id) });
    },
  });
  const enabled = may.operate && ids.length > 0 && !pausing.isPending;
  const does = campaignId === undefined ? 'Pause all running campaigns' : 'Pause this campaign';
  const pause = () => pausing.mutate({ ids, isOne: campaignId !== undefined });
  useShortcut('p', { does, group: 'Everywhere', enabled }, pause);
  if (!may.operate || ids.length === 0) return null;
  return (
    <Button
      variant="warn"
      size="small"
      icon={<Pause />}
      busy={pausing.isPending}
      onClick={pause}
      title={`${does} (P)`}
    >
      {campaignId === undefined ? 'Pause all' : 'Pause'}
    </Button>
  );
}

/** Pauses each, however the others fare. */
async function pauseAll(
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
