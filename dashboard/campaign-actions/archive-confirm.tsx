import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { archiveCampaign, type Campaign } from '../client/generated.ts';
import { Confirm } from '../ui/dialog.tsx';
import { toastDone } from '../ui/toast.tsx';
import { refreshCampaign } from './refresh.ts';

interface ArchiveConfirmProps {
  /** The campaign to archive; null closes the dialog. */
  campaign: Pick<Campaign, 'id' | 'name'> | null;
  onClose: () => void;
  onArchived?: () => void;
}

export function ArchiveConfirm({ campaign, onClose, onArchived }: ArchiveConfirmProps) {
  const client = useQueryClient();
  // The name stays while the dialog fades out.
  const [shown, setShown] = useState(campaign);
  if (campaign !== null && campaign !== shown) setShown(campaign);
  const archive = async () => {
    if (campaign === null) return;
    await archiveCampaign(campaign.id);
    refreshCampaign(client, campaign.id);
    toastDone(`${campaign.name} is archived`);
    onArchived?.();
  };
  return (
    <Confirm
      open={campaign !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Archive ${shown?.name ?? ''}?`}
      action="Archive campaign"
      onConfirm={archive}
    >
      <p>
        It leaves the list and can no longer be changed. Its leads, calls and figures stay where they are
        linked from.
      </p>
    </Confirm>
  );
}
