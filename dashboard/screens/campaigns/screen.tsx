import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ArchiveConfirm } from '../../campaign-actions/archive-confirm.tsx';
import { listAgents, listCampaigns } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { useMay } from '../../session/session.tsx';
import { useShortcut } from '../../shell/shortcuts.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded, Skeleton } from '../../ui/states.tsx';
import { CampaignRow, type ListedCampaign } from './row.tsx';
import { StatusFilter, statusText } from './status-filter.tsx';

const PAGE_SIZE = 50;

export function CampaignsScreen() {
  const may = useMay();
  const navigate = useNavigate();
  useShortcut(
    'n',
    { does: 'Launch a campaign', enabled: may.operate },
    () => void navigate({ to: '/launch' }),
  );
  return (
    <Page
      title="Campaigns"
      name="Campaigns"
      actions={
        may.operate && (
          <Link to="/launch" className={buttonStyle({ variant: 'primary' })} title="Launch a campaign (N)">
            <Plus aria-hidden />
            Launch a campaign
          </Link>
        )
      }
    >
      <StatusFilter />
      <List />
    </Page>
  );
}

function List() {
  const { status } = useSearch({ from: '/campaigns' });
  const filter = { include: 'summary', ...(status && { status }), limit: PAGE_SIZE } as const;
  const query = usePages(
    keys.campaigns(filter),
    (cursor, signal) => listCampaigns({ ...filter, ...(cursor !== undefined && { cursor }) }, { signal }),
    ({ id }) => id,
  );
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const agentNames = useMemo(
    () => new Map(agents.data?.items.map(({ agentId, name }) => [agentId, name])),
    [agents.data],
  );
  const [archiving, setArchiving] = useState<ListedCampaign | null>(null);
  return (
    <Loaded query={{ ...query, data: query.items }} loading={<LoadingRows />}>
      {(campaigns) =>
        campaigns.length === 0 ? (
          <None status={status} />
        ) : (
          <>
            <ul aria-label="Campaigns" className="grid gap-2">
              {campaigns.map((campaign) => (
                <CampaignRow
                  key={campaign.id}
                  campaign={campaign}
                  agent={agentNames.get(campaign.agentId) ?? campaign.agentId}
                  onArchive={setArchiving}
                />
              ))}
            </ul>
            <MoreButton query={query}>Older campaigns</MoreButton>
            <ArchiveConfirm campaign={archiving} onClose={() => setArchiving(null)} />
          </>
        )
      }
    </Loaded>
  );
}

function None({ status }: { status: ListedCampaign['status'] | undefined }) {
  const { operate } = useMay();
  if (status !== undefined) {
    return (
      <Empty
        title={`No campaign is ${statusText(status)}`}
        action={
          <Link to="/campaigns" className={buttonStyle()}>
            Show all
          </Link>
        }
      />
    );
  }
  return (
    <Empty
      title="There is no campaign yet"
      action={
        operate && (
          <Link to="/launch" className={buttonStyle({ variant: 'primary' })}>
            Launch a campaign
          </Link>
        )
      }
    >
      A campaign is one list of leads, one agent and one set of rules. Choose an agent, bring a list, and it
      calls every lead within the hours that are allowed.
    </Empty>
  );
}

function LoadingRows() {
  return (
    <div role="status" className="grid gap-2">
      <span className="sr-only">Loading</span>
      {['first', 'second', 'third', 'fourth'].map((row) => (
        <Skeleton key={row} className="h-40 lg:h-[4.75rem]" />
      ))}
    </div>
  );
}
