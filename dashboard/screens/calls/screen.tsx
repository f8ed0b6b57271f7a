import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUp, Download } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { type Call, listAgents, listCampaigns } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { queryClient } from '../../client/query-client.ts';
import { useShortcut } from '../../shell/shortcuts.ts';
import { Button, buttonStyle } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Failure, SkeletonRows } from '../../ui/states.tsx';
import { callColumns } from './columns.tsx';
import { CallFilters } from './filters.tsx';
import { type CallFilter, useCallPages } from './pages.ts';
import { PRESETS } from './presets.ts';
import { type CallsSearch, callsSearch, instantOf } from './search.ts';
import { SavedViews, sameFilters } from './views.tsx';

const MAX_NAMES = 200;

/** Every call of the workspace, filtered by the URL. */
export function CallsScreen() {
  const search = useSearch({ from: '/calls' });
  const navigate = useNavigate({ from: '/calls' });
  const choose = useCallback(
    (next: CallsSearch, replace = false) => void navigate({ search: next, replace }),
    [navigate],
  );
  const onChange = (change: Partial<CallsSearch>, typing = false) =>
    void navigate({ search: (now) => ({ ...now, ...change, selected: undefined }), replace: typing });
  const { selected: _, ...filters } = search;
  const filterKey = JSON.stringify(filters);
  const filter = useMemo(() => toFilter(JSON.parse(filterKey)), [filterKey]);
  useShortcut('slash', { does: 'Search calls' }, () =>
    document.querySelector<HTMLInputElement>('main input[type=search]')?.focus(),
  );
  return (
    <Page
      title="Calls"
      name="Calls"
      actions={
        <>
          {search.campaign !== undefined && <ExportLinks campaignId={search.campaign} />}
          <SavedViews search={search} onChoose={choose} />
        </>
      }
    >
      <div className="grid min-w-0 grid-cols-1 gap-3">
        <Presets search={search} onChoose={choose} />
        <CallFilters search={search} onChange={onChange} />
        <CallList
          key={filterKey}
          filter={filter}
          selected={search.selected}
          isNarrowed={!sameFilters(search, NOTHING)}
          onClear={() => choose(NOTHING)}
        />
      </div>
    </Page>
  );
}

const NOTHING = callsSearch({});

function toFilter({ from, to, selected: _, ...rest }: CallsSearch): CallFilter {
  const begin = from === undefined ? null : instantOf(from, 0);
  // The last day counts whole.
  const end = to === undefined ? null : instantOf(to, 1);
  return { ...rest, ...(begin === null ? {} : { $from: begin }), ...(end === null ? {} : { to: end }) };
}

function Presets({ search, onChoose }: { search: CallsSearch; onChoose: (search: CallsSearch) => void }) {
  return (
    <fieldset className="flex min-w-0 gap-1.5 overflow-x-auto p-0.5">
      <legend className="sr-only">Quick filters</legend>
      {PRESETS.map(({ name, search: make }) => {
        const next = callsSearch({ ...make() });
        const isShown = sameFilters(next, search);
        return (
          <button
            key={name}
            type="button"
            aria-pressed={isShown}
            onClick={() => onChoose(next)}
            className={cn(
              'h-7 shrink-0 rounded-full border px-3 text-xs font-medium text-muted hover:bg-raised hover:text-ink',
              isShown && 'border-accent bg-accent/10 text-accent hover:bg-accent/15 hover:text-accent',
            )}
          >
            {name}
          </button>
        );
      })}
    </fieldset>
  );
}

/** The API's exports contain all calls of the campaign, whatever the filters. */
function ExportLinks({ campaignId }: { campaignId: string }) {
  const link = (kind: 'csv' | 'ndjson', name: string) => (
    <a
      href={`/api/campaigns/${campaignId}/export.${kind}?what=calls`}
      download
      className={buttonStyle()}
      title={`All calls of the campaign as ${name}`}
    >
      <Download aria-hidden />
      {name}
    </a>
  );
  return (
    <>
      {link('csv', 'CSV')}
      {link('ndjson', 'NDJSON')}
    </>
  );
}

interface CallListProps {
  filter: CallFilter;
  selected: string | undefined;
  isNarrowed: boolean;
  onClear: () => void;
}

/** Back to the start of the list, which is refetched. */
function forget(filter: CallFilter): void {
  queryClient.removeQueries({ queryKey: keys.callPlace(filter) });
  queryClient.removeQueries({ queryKey: ['call-page', filter] });
}

function CallList(props: CallListProps) {
  const [times, setTimes] = useState(0);
  const onNewer = () => {
    forget(props.filter);
    setTimes(times + 1);
  };
  return <CallRows key={times} {...props} onNewer={onNewer} />;
}

function CallRows({
  filter,
  selected,
  isNarrowed,
  onClear,
  onNewer,
}: CallListProps & { onNewer: () => void }) {
  const navigate = useNavigate({ from: '/calls' });
  const list = useCallPages(filter);
  const columns = useColumns();
  const onOpen = useCallback(
    async ({ id }: Call) => {
      // On return from the call its row is marked.
      await navigate({ search: (now) => ({ ...now, selected: id }), replace: true });
      await navigate({ to: '/calls/$callId', params: { callId: id } });
    },
    [navigate],
  );
  if (!list.isLoaded) {
    return list.error ? <Failure error={list.error} onRetry={list.retry} /> : <SkeletonRows rows={12} />;
  }
  if (list.rows.length === 0) return <NoCalls isNarrowed={isNarrowed} onClear={onClear} />;
  return (
    <div className="relative">
      {list.hasNewer && (
        <Button
          variant="primary"
          size="small"
          icon={<ArrowUp />}
          onClick={onNewer}
          className="absolute top-11 left-1/2 z-20 -translate-x-1/2 shadow-lg"
        >
          Newer calls
        </Button>
      )}
      <DataTable
        label="Calls, latest first"
        columns={columns}
        rows={list.rows}
        rowId={idOf}
        onOpen={(call) => void onOpen(call)}
        selectedId={selected}
        hasMore={list.hasMore}
        onVisible={list.onVisible}
        startAt={list.startAt}
        heightClass="h-[max(20rem,calc(100dvh-17.5rem))]"
      />
      {list.error !== null && (
        <div className="mt-2">
          <Failure error={list.error} onRetry={list.retry} />
        </div>
      )}
    </div>
  );
}

function idOf({ id }: Call): string {
  return id;
}

function NoCalls({ isNarrowed, onClear }: { isNarrowed: boolean; onClear: () => void }) {
  return isNarrowed ? (
    <Empty title="No call is like that" action={<Button onClick={onClear}>Clear the filters</Button>}>
      Nothing matches all that is set above.
    </Empty>
  ) : (
    <Empty title="No calls yet">
      Calls stand here from the moment they are dialled, and those that come in.
    </Empty>
  );
}

function useColumns() {
  const campaigns = useQuery({
    queryKey: keys.campaigns({ limit: MAX_NAMES }),
    queryFn: () => listCampaigns({ limit: MAX_NAMES }),
  });
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const { id, name } of campaigns.data?.items ?? []) names.set(id, name);
    for (const { agentId, name } of agents.data?.items ?? []) names.set(agentId, name);
    return callColumns((id) => names.get(id) ?? id);
  }, [campaigns.data, agents.data]);
}
