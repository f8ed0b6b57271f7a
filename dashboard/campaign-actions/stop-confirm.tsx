import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type Campaign, readProgress, stopCampaign } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { plural } from '../format/numbers.ts';
import { Confirm } from '../ui/dialog.tsx';
import { toastDone } from '../ui/toast.tsx';
import { refreshCampaign } from './refresh.ts';

interface StopConfirmProps {
  campaign: Campaign;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Confirms a stop, with the calls that will finish and the leads that will not be called. */
export function StopConfirm({ campaign, open, onOpenChange }: StopConfirmProps) {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: keys.progress(campaign.id),
    queryFn: () => readProgress(campaign.id),
    enabled: open,
  });
  const stop = async () => {
    const { inFlight } = await stopCampaign(campaign.id);
    refreshCampaign(client, campaign.id);
    toastDone(
      'The campaign is stopped',
      inFlight === 0 ? 'No call is under way.' : `${plural(inFlight, 'call')} under way will finish.`,
    );
  };
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Stop ${campaign.name} for good?`}
      action="Stop campaign"
      variant="danger"
      onConfirm={stop}
    >
      <p>A stopped campaign cannot be resumed. To go on later, pause it instead.</p>
      {data !== undefined && (
        <ul className="list-disc pl-5">
          <li>
            <strong className="text-ink">{plural(data.lines.inUse, 'call')}</strong> under way will finish.
          </li>
          <li>
            <strong className="text-ink">{plural(data.leads.waiting + data.leads.backingOff, 'lead')}</strong>{' '}
            will not be called any more.
          </li>
        </ul>
      )}
    </Confirm>
  );
}
