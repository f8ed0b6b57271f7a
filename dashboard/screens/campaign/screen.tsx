import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type Campaign, readCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem } from '../../client/problem.ts';
import { CampaignBadge } from '../../format/labels.tsx';
import { Time } from '../../format/time.tsx';
import { useShortcut } from '../../shell/shortcuts.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { type TabItem, Tabs } from '../../ui/tabs.tsx';
import { CampaignActions } from './actions.tsx';
import { CallsTab } from './calls.tsx';
import { LeadsTab } from './leads.tsx';
import { Overview } from './overview.tsx';
import type { CAMPAIGN_TABS } from './search.ts';
import { SettingsTab } from './settings.tsx';

type Tab = (typeof CAMPAIGN_TABS)[number];

export function CampaignScreen() {
  const { campaignId } = useParams({ from: '/campaigns/$campaignId' });
  const campaign = useQuery({ queryKey: keys.campaign(campaignId), queryFn: () => readCampaign(campaignId) });
  const { error } = campaign;
  const isAbsent = error instanceof ApiProblem && (error.status === 404 || error.status === 422);
  if (campaign.data === undefined && isAbsent) return <NoCampaign />;
  return (
    <Page
      name={campaign.data?.name ?? 'Campaign'}
      title={campaign.data?.name ?? 'Campaign'}
      subtitle={campaign.data && <Status campaign={campaign.data} />}
      actions={campaign.data && <CampaignActions campaign={campaign.data} />}
    >
      <Loaded query={campaign}>{(data) => <CampaignTabs key={campaignId} campaign={data} />}</Loaded>
    </Page>
  );
}

function CampaignTabs({ campaign }: { campaign: Campaign }) {
  const { tab = 'overview' } = useSearch({ from: '/campaigns/$campaignId' });
  const navigate = useNavigate({ from: '/campaigns/$campaignId' });
  const choose = (next: Tab) => void navigate({ search: { tab: next === 'overview' ? undefined : next } });
  const items: TabItem<Tab>[] = [
    { value: 'overview', label: 'Overview', content: <Overview campaign={campaign} /> },
    { value: 'leads', label: 'Leads', content: <LeadsTab campaign={campaign} /> },
    { value: 'calls', label: 'Calls', content: <CallsTab campaign={campaign} /> },
    { value: 'settings', label: 'Settings', content: <SettingsTab campaign={campaign} /> },
  ];
  useShortcut('1', { does: 'Overview' }, () => choose('overview'));
  useShortcut('2', { does: 'Leads' }, () => choose('leads'));
  useShortcut('3', { does: 'Calls' }, () => choose('calls'));
  useShortcut('4', { does: 'Settings' }, () => choose('settings'));
  return <Tabs label="Parts of the campaign" value={tab} onChange={choose} items={items} />;
}

function Status({ campaign }: { campaign: Campaign }) {
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
      <CampaignBadge status={campaign.status} />
      <span>
        <StatusTime campaign={campaign} />
      </span>
      {campaign.endAt !== null && campaign.finishedAt === null && (
        <span>
          Ends <Time iso={campaign.endAt} />
        </span>
      )}
      {campaign.archivedAt !== null && <span>Archived</span>}
      {campaign.pauseReason !== null && <span className="text-warn">{campaign.pauseReason}</span>}
    </span>
  );
}

function StatusTime({ campaign }: { campaign: Campaign }) {
  const { status, startAt, startedAt, pausedAt, finishedAt, createdAt } = campaign;
  switch (status) {
    case 'draft':
      return (
        <>
          Made <Time iso={createdAt} />
        </>
      );
    case 'scheduled':
      return (
        <>
          Starts <Time iso={startAt} />
        </>
      );
    case 'running':
      return (
        <>
          Since <Time iso={startedAt} />
        </>
      );
    case 'paused':
      return (
        <>
          Since <Time iso={pausedAt} />
        </>
      );
    case 'completed':
    case 'stopped':
      return (
        <>
          Since <Time iso={finishedAt} />
        </>
      );
  }
}

function NoCampaign() {
  return (
    <Page title="Campaign" name="Campaign">
      <Empty
        title="There is no such campaign"
        action={
          <Link to="/campaigns" className={buttonStyle()}>
            All campaigns
          </Link>
        }
      >
        The address may be old or mistyped.
      </Empty>
    </Page>
  );
}
