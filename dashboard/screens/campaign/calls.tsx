import { Link, useNavigate } from '@tanstack/react-router';
import { type Call, type Campaign, listCampaignCalls } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { CallBadge, DISPOSITION_TEXT } from '../../format/labels.tsx';
import { formatCents, formatSeconds, NONE } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { partyOf } from '../../live-call/party.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty, Failure, SkeletonRows } from '../../ui/states.tsx';
import { ExportMenu } from './export-menu.tsx';

const PAGE = 100;

export function CallsTab({ campaign }: { campaign: Campaign }) {
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">Latest first; each changes where it stands.</p>
        <div className="flex gap-2">
          <Link to="/calls" search={{ campaign: campaign.id }} className={buttonStyle()}>
            Filter these calls
          </Link>
          <ExportMenu campaignId={campaign.id} what="calls" />
        </div>
      </div>
      <CallTable campaign={campaign} />
    </div>
  );
}

function CallTable({ campaign }: { campaign: Campaign }) {
  const navigate = useNavigate();
  const calls = usePages(
    keys.calls({ of: campaign.id }),
    (cursor, signal) => listCampaignCalls(campaign.id, { cursor, limit: PAGE }, { signal }),
    ({ id }) => id,
  );
  if (calls.items === undefined) {
    if (calls.error) return <Failure error={calls.error} onRetry={() => void calls.refetch()} />;
    return <SkeletonRows rows={10} />;
  }
  if (calls.items.length === 0)
    return <Empty title="No call was made yet">They appear as they are dialled.</Empty>;
  return (
    <DataTable
      label="Calls of the campaign"
      columns={COLUMNS}
      rows={calls.items}
      rowId={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: '/calls/$callId', params: { callId: id } })}
      hasMore={calls.hasNextPage}
      onMore={() => void (calls.isFetchingNextPage || calls.fetchNextPage())}
      onVisible={calls.onVisible}
      heightClass="max-h-[calc(100dvh-15rem)] min-h-60"
    />
  );
}

const COLUMNS: readonly Column<Call>[] = [
  {
    id: 'who',
    header: 'Who',
    width: 10,
    cell: (call) => <span className="font-medium">{partyOf(call)}</span>,
  },
  { id: 'reach', header: 'Reach', width: 7.5, cell: (call) => <CallBadge call={call} /> },
  { id: 'when', header: 'Started', width: 11, cell: ({ startedAt }) => <Time iso={startedAt} /> },
  {
    id: 'disposition',
    header: 'Disposition',
    width: 9,
    wide: true,
    cell: ({ disposition }) => (disposition === null ? NONE : DISPOSITION_TEXT[disposition]),
  },
  {
    id: 'attempt',
    header: 'Attempt',
    width: 5,
    wide: true,
    align: 'end',
    cell: ({ attempt }) => attempt ?? NONE,
  },
  {
    id: 'talk',
    header: 'Talk',
    width: 5,
    wide: true,
    align: 'end',
    cell: ({ talkSeconds }) => formatSeconds(talkSeconds),
  },
  { id: 'score', header: 'Score', width: 5, wide: true, align: 'end', cell: ({ score }) => score ?? NONE },
  {
    id: 'cost',
    header: 'Cost',
    width: 5,
    wide: true,
    align: 'end',
    cell: ({ costCents }) => formatCents(costCents),
  },
];
