import { useNavigate, useSearch } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { type Campaign, type Lead, listLeads } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { DISPOSITION_TEXT, LeadBadge, ReachBadge } from '../../format/labels.tsx';
import { NONE } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { outcomeText, ruleText } from '../../format/rules.ts';
import { Time } from '../../format/time.tsx';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty, Failure, SkeletonRows } from '../../ui/states.tsx';
import { AddLead } from './add-lead.tsx';
import { ExportMenu } from './export-menu.tsx';
import { LeadFilters } from './lead-filters.tsx';

const PAGE = 100;

/** The campaign's leads with their next attempt and the reason for waiting. */
export function LeadsTab({ campaign }: { campaign: Campaign }) {
  const { operate } = useMay();
  const [adding, setAdding] = useState(false);
  const takesLeads = campaign.status !== 'stopped' && campaign.archivedAt === null;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <LeadFilters />
        <div className="flex gap-2">
          <ExportMenu campaignId={campaign.id} what="leads" />
          {operate && (
            <Button
              icon={<UserPlus />}
              disabled={!takesLeads}
              title={takesLeads ? undefined : 'A stopped or archived campaign takes no leads.'}
              onClick={() => setAdding(true)}
            >
              Add a lead
            </Button>
          )}
        </div>
      </div>
      <LeadTable campaign={campaign} />
      <AddLead campaign={campaign} open={adding} onOpenChange={setAdding} />
    </div>
  );
}

function LeadTable({ campaign }: { campaign: Campaign }) {
  const { state, reach, hold, outcome, q } = useSearch({ from: '/campaigns/$campaignId' });
  const navigate = useNavigate();
  const filter = { state, reach, hold, outcome, q };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const leads = usePages(
    keys.leads(campaign.id, filter),
    (cursor, signal) => listLeads(campaign.id, { ...filter, cursor, limit: PAGE }, { signal }),
    ({ id }) => id,
  );
  if (leads.items === undefined) {
    if (leads.error) return <Failure error={leads.error} onRetry={() => void leads.refetch()} />;
    return <SkeletonRows rows={10} />;
  }
  if (leads.items.length === 0) {
    return isFiltered ? (
      <Empty title="No lead is like this">Of those on the list, none fits the filters.</Empty>
    ) : (
      <Empty title="There are no leads yet">
        Add one here, or import a list; also while the campaign runs.
      </Empty>
    );
  }
  return (
    <DataTable
      label="Leads of the campaign"
      columns={COLUMNS}
      rows={leads.items}
      rowId={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: '/leads/$leadId', params: { leadId: id } })}
      hasMore={leads.hasNextPage}
      onMore={() => void (leads.isFetchingNextPage || leads.fetchNextPage())}
      onVisible={leads.onVisible}
      heightClass="max-h-[calc(100dvh-17rem)] min-h-60"
    />
  );
}

const COLUMNS: readonly Column<Lead>[] = [
  {
    id: 'who',
    header: 'Lead',
    width: 14.5,
    cell: ({ name, phone }) =>
      name === null ? (
        <span className="font-medium">{formatPhone(phone)}</span>
      ) : (
        <>
          <span className="font-medium">{name}</span> <span className="text-muted">{formatPhone(phone)}</span>
        </>
      ),
  },
  { id: 'state', header: 'State', width: 9, wide: true, cell: ({ state }) => <LeadBadge state={state} /> },
  {
    id: 'reach',
    header: 'Last reach',
    width: 8,
    wide: true,
    cell: ({ lastReach }) => (lastReach === null ? NONE : <ReachBadge reach={lastReach} />),
  },
  {
    id: 'attempts',
    header: 'Attempts',
    width: 5,
    wide: true,
    align: 'end',
    cell: ({ attemptsUsed }) => attemptsUsed,
  },
  { id: 'next', header: 'Next attempt', width: 12, wide: true, cell: (lead) => <NextAttempt lead={lead} /> },
  { id: 'why', header: 'Why', width: 11, cell: (lead) => <Why lead={lead} /> },
];

function NextAttempt({ lead }: { lead: Lead }) {
  switch (lead.state) {
    case 'finished':
      return <span className="text-muted">None</span>;
    case 'calling':
      return <>Now</>;
    case 'queued':
      return <>As soon as a line is free</>;
    case 'waiting':
    case 'backing_off':
      if (Date.parse(lead.notBefore) <= Date.now()) return <>As soon as it may be</>;
      return <Time iso={lead.notBefore} zone={lead.timeZone ?? lead.zones[0]} />;
  }
}

/** What the lead waits for, or its outcome. */
function Why({ lead }: { lead: Lead }) {
  const { state, holdRule, holdDetail, notBefore } = lead;
  if (state === 'finished') return <span title={lead.outcomeDetail ?? undefined}>{endOf(lead)}</span>;
  if (state === 'calling') return <>In a call</>;
  // The hold is over; only a line or the pace delays a lead whose turn has come.
  const isDue = state !== 'queued' && Date.parse(notBefore) <= Date.now();
  if (isDue) return <span className="text-muted">Nothing holds it</span>;
  return <span title={holdDetail ?? undefined}>{ruleText(holdRule ?? 'window')}</span>;
}

/** The outcome, and the disposition when it adds something. */
function endOf({ outcome, disposition }: Lead): string {
  if (outcome === null) return NONE;
  const isNews = disposition !== null && disposition !== 'none' && disposition !== outcome;
  return isNews ? `${outcomeText(outcome)} · ${DISPOSITION_TEXT[disposition]}` : outcomeText(outcome);
}
