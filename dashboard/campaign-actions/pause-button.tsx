import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pause } from 'lucide-react';
import { type Campaign, pauseCampaign } from '../client/generated.ts';
import { plural } from '../format/numbers.ts';
import { useMay } from '../session/session.tsx';
import { Button, type ButtonProps } from '../ui/button.tsx';
import { toastDone, toastFailed } from '../ui/toast.tsx';
import { refreshCampaign } from './refresh.ts';

/** Pauses at once and without confirmation, since nothing is lost. Hidden without permission. */
export function PauseButton({
  campaign,
  size,
}: {
  campaign: Pick<Campaign, 'id' | 'name'>;
  size?: ButtonProps['size'];
}) {
  const client = useQueryClient();
  const { operate } = useMay();
  const pausing = useMutation({
    mutationFn: () => pauseCampaign(campaign.id),
    onSuccess: ({ inFlight }) =>
      toastDone(
        `${campaign.name} is paused`,
        inFlight === 0 ? 'No call is under way.' : `${plural(inFlight, 'call')} under way will finish.`,
      ),
    onError: (error) => toastFailed(`${campaign.name} was not paused`, error),
    onSettled: () => refreshCampaign(client, campaign.id),
  });
  if (!operate) return null;
  return (
    <Button
      variant="warn"
      size={size}
      icon={<Pause />}
      busy={pausing.isPending}
      aria-label={`Pause ${campaign.name}`}
      onClick={() => pausing.mutate()}
    >
      Pause
    </Button>
  );
}
