import { useQueryClient } from '@tanstack/react-query';
import { archiveCampaign, type Campaign } from '../client/generated.ts';
import { Confirm } from '../ui/dialog.tsx';
import { toastDone } from '../ui/toast.tsx';
import { refreshCampaign } from './refresh.ts';

interface ArchiveConfirmProps {
  campaign: Pick<Campaign, 'id' | 'name'>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onArchived?: () => void;
}

/** Asks before a campaign leaves the list. */
export function ArchiveConfirm({ campaign, open, onOpenChange, onArchived }: ArchiveConfirmProps) {
  const client = useQueryClient();
  const archive = async () => {
    await archiveCampaign(campaign.id);
    refreshCampaign(client, campaign.id);
    toastDone(`${campaign.name} is archived`);
    onArchived?.();
  };
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Archive ${campaign.name}?`}
      action="Archive campaign"
      onConfirm={archive}
    >
      <p>It leaves the list and can no longer be changed. Its leads, calls and figures are kept.</p>
    </Confirm>
  );
}
