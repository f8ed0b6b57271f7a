import { Link, useNavigate } from '@tanstack/react-router';
import { Archive, Ellipsis, ListChecks } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { CampaignPage } from '../../client/generated.ts';
import { CampaignBadge } from '../../format/labels.tsx';
import { formatCents, formatCount, formatRate } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { useMay } from '../../session/session.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';

export type ListedCampaign = CampaignPage['items'][number];

interface RowProps {
  campaign: ListedCampaign;
  agent: string;
  onArchive: (campaign: ListedCampaign) => void;
}

/** One campaign. Figures have fixed places, so that a change moves nothing. */
export const CampaignRow = memo(function CampaignRow({ campaign, agent, onArchive }: RowProps) {
  const { operate } = useMay();
  const { id, name, status, summary } = campaign;
  const isDraft = status === 'draft';
  return (
    <li className="relative grid items-center gap-x-6 gap-y-3 rounded-lg border bg-panel px-4 py-3 hover:border-line-strong/60 lg:grid-cols-[minmax(0,1fr)_13rem_25rem_2rem]">
      <div className="min-w-0 pr-10 lg:pr-0">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            to={isDraft && operate ? '/launch' : '/campaigns/$campaignId'}
            params={{ campaignId: id }}
            search={isDraft && operate ? { campaign: id, step: 'leads' } : {}}
            // The whole row is a link; the other controls lie above it.
            className="truncate font-semibold after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {name}
          </Link>
          <CampaignBadge status={status} />
        </div>
        <div className="mt-0.5 truncate text-xs text-muted">
          {agent} · <When campaign={campaign} />
        </div>
      </div>
      <Progress finished={summary?.leads.finished ?? 0} total={summary?.leads.total ?? 0} name={name} />
      <dl className="grid grid-cols-4 gap-x-3 text-right max-lg:text-left">
        <Count label="Calls" value={formatCount(summary?.calls ?? 0)} />
        <Count label="Answered" value={formatCount(summary?.answered ?? 0)} />
        <Count
          label="Converted"
          value={formatCount(summary?.conversions ?? 0)}
          detail={formatRate(summary?.conversionRate ?? null)}
        />
        <Count label="Cost" value={formatCents(summary?.costCents ?? 0)} />
      </dl>
      <div className="absolute top-2.5 right-2.5 z-10 lg:static">
        <Actions campaign={campaign} onArchive={onArchive} />
      </div>
    </li>
  );
});

function Actions({ campaign, onArchive }: Omit<RowProps, 'agent'>) {
  const { operate } = useMay();
  const navigate = useNavigate();
  const { id, name, status } = campaign;
  const mayArchive = status === 'draft' || status === 'completed' || status === 'stopped';
  const entries = [
    ...(status === 'draft' && operate
      ? [
          {
            label: 'Prepare and launch',
            icon: <ListChecks />,
            onSelect: () => void navigate({ to: '/launch', search: { campaign: id, step: 'leads' } }),
          },
        ]
      : []),
    {
      label: 'Open',
      onSelect: () => void navigate({ to: '/campaigns/$campaignId', params: { campaignId: id } }),
    },
    ...(operate
      ? [
          {
            label: mayArchive ? 'Archive' : 'Archive (when it has ended)',
            icon: <Archive />,
            disabled: !mayArchive,
            onSelect: () => onArchive(campaign),
          },
        ]
      : []),
  ];
  return (
    <Menu trigger={<IconButton label={`What to do with ${name}`} icon={<Ellipsis />} />} entries={entries} />
  );
}

/** The time that matters in its status. */
function When({ campaign }: { campaign: ListedCampaign }): ReactNode {
  const { status, startAt, startedAt, pausedAt, pauseReason, finishedAt, createdAt, summary } = campaign;
  switch (status) {
    case 'draft':
      return (
        <>
          made <Time iso={createdAt} />
        </>
      );
    case 'scheduled':
      return (
        <>
          starts <Time iso={startAt} />
        </>
      );
    case 'running':
      return summary?.nextOpeningAt ? (
        <>
          hours open <Time iso={summary.nextOpeningAt} />
        </>
      ) : (
        <>
          started <Time iso={startedAt} />
        </>
      );
    case 'paused':
      return (
        <>
          paused <Time iso={pausedAt} />
          {pauseReason !== null && ` by itself: ${pauseReason}`}
        </>
      );
    case 'completed':
    case 'stopped':
      return (
        <>
          {status} <Time iso={finishedAt} />
        </>
      );
  }
}

function Progress({ finished, total, name }: { finished: number; total: number; name: string }) {
  const share = total === 0 ? 0 : finished / total;
  return (
    <div className="grid gap-1.5">
      <div className="flex justify-between gap-2 text-xs text-muted">
        <span>
          {total === 0 ? 'No leads yet' : `${formatCount(finished)} of ${formatCount(total)} leads`}
        </span>
        {total > 0 && <span>{Math.floor(share * 100)}%</span>}
      </div>
      <div
        role="progressbar"
        aria-label={`Leads of ${name} that are finished`}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={finished}
        className="h-1.5 overflow-hidden rounded-full bg-raised"
      >
        <div
          className="h-full origin-left rounded-full bg-chart-1"
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
    </div>
  );
}

function Count({ label, value, detail }: { label: string; value: string; detail?: string }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-xs text-muted">{label}</dt>
      <dd className="truncate font-semibold">
        {value}
        {detail !== undefined && <span className="ml-1 text-xs font-normal text-muted">{detail}</span>}
      </dd>
    </div>
  );
}
