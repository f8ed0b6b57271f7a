import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { archiveCampaign, type Campaign } from '../client/generated.ts';
import { Confirm } from '../ui/dialog.tsx';
import { toastDone } from '../ui/toast.tsx';
import { refreshCampaign } from './refresh.ts';

interface ArchiveConfirmProps {
  /** Which one is asked about; null for none. */
  campaign: Pick<Campaign, 'id' | 'name'> | null;
  onClose: () => void;
  onArchived?: () => void;
}

/** Asks before a campaign leaves the list. */
export function ArchiveConfirm({ campaign, onClose, onArchived }: ArchiveConfirmProps) {
  const client = useQueryClient();
  // What was asked about stays in words while the dialog goes away.
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
