import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Archive, CircleStop, Ellipsis, ExternalLink, Play } from 'lucide-react';
import { useState } from 'react';
import { ArchiveConfirm } from '../../campaign-actions/archive-confirm.tsx';
import { PauseButton } from '../../campaign-actions/pause-button.tsx';
import { refreshCampaign } from '../../campaign-actions/refresh.ts';
import { StartConfirm } from '../../campaign-actions/start-confirm.tsx';
import { StopConfirm } from '../../campaign-actions/stop-confirm.tsx';
import { type Campaign, resumeCampaign } from '../../client/generated.ts';
import { useMay, useMe } from '../../session/session.tsx';
import { workflowUrl } from '../../session/temporal-link.ts';
import { useShortcut } from '../../shell/shortcuts.ts';
import { Button, buttonStyle, IconButton } from '../../ui/button.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { toastDone, toastFailed } from '../../ui/toast.tsx';

/** The actions that the campaign's status and the key's role allow. */
export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const { operate } = useMay();
  const { status } = campaign;
  const isThere = campaign.archivedAt === null;
  return (
    <>
      <TemporalLink campaign={campaign} />
      {operate && isThere && (
        <>
          {(status === 'draft' || status === 'scheduled') && <StartAction campaign={campaign} />}
          {(status === 'running' || status === 'scheduled') && <PauseButton campaign={campaign} />}
          {status === 'paused' && <ResumeAction campaign={campaign} />}
          <MoreActions campaign={campaign} />
        </>
      )}
    </>
  );
}

/** The campaign's workflow, where one exists. */
function TemporalLink({ campaign }: { campaign: Campaign }) {
  const { temporal } = useMe();
  if (temporal === null || campaign.status === 'draft') return null;
  const href = workflowUrl(temporal, `campaign/${campaign.id}`);
  return (
    <a href={href} target="_blank" rel="noreferrer" className={buttonStyle({ variant: 'quiet' })}>
      <ExternalLink aria-hidden />
      Workflow
      <span className="sr-only"> in Temporal, in a new tab</span>
    </a>
  );
}

function StartAction({ campaign }: { campaign: Campaign }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" icon={<Play />} onClick={() => setOpen(true)}>
        {campaign.status === 'scheduled' ? 'Change the start…' : 'Start…'}
      </Button>
      <StartConfirm campaign={campaign} open={open} onOpenChange={setOpen} />
    </>
  );
}

function ResumeAction({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const resuming = useMutation({
    mutationFn: () => resumeCampaign(campaign.id),
    onSuccess: () => toastDone(`${campaign.name} goes on`, 'Leads whose hours are open are dialled now.'),
    onError: (error) => toastFailed(`${campaign.name} was not resumed`, error),
    onSettled: () => refreshCampaign(client, campaign.id),
  });
  const resume = () => {
    if (!resuming.isPending) resuming.mutate();
  };
  useShortcut('r', { does: 'Resume this campaign' }, resume);
  return (
    <Button variant="primary" icon={<Play />} busy={resuming.isPending} onClick={resume} title="Resume (R)">
      Resume
    </Button>
  );
}

function MoreActions({ campaign }: { campaign: Campaign }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<'stop' | 'archive' | null>(null);
  const { status } = campaign;
  const entries: MenuEntry[] = [];
  if (status === 'scheduled' || status === 'running' || status === 'paused')
    entries.push({
      label: 'Stop for good…',
      icon: <CircleStop />,
      danger: true,
      onSelect: () => setOpen('stop'),
    });
  if (status === 'draft' || status === 'completed' || status === 'stopped')
    entries.push({ label: 'Archive…', icon: <Archive />, onSelect: () => setOpen('archive') });
  const close = () => setOpen(null);
  return (
    <>
      <Menu trigger={<IconButton label="More actions" icon={<Ellipsis />} />} entries={entries} />
      <StopConfirm campaign={campaign} open={open === 'stop'} onOpenChange={close} />
      <ArchiveConfirm
        campaign={open === 'archive' ? campaign : null}
        onClose={close}
        onArchived={() => void navigate({ to: '/campaigns' })}
      />
    </>
  );
}
