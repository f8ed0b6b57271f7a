import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useMemo } from 'react';
import { type Call, listCalls } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { CallBadge } from '../../format/labels.tsx';
import { formatSeconds, NONE } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { numberOf } from '../../live-call/party.ts';
import { useMay } from '../../session/session.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Field } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchInput } from '../../ui/search-input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Attribute } from './attribute.tsx';
import { SyncButton } from './sync.tsx';

const PAGE_SIZE = 100;

/** Calls without a known lead. */
export function UnattributedScreen() {
  const { operate } = useMay();
  const { call } = useSearch({ from: '/unattributed' });
  const navigate = useNavigate();
  return (
    <Page
      title="Unattributed"
      name="Unattributed"
      subtitle="Calls without a lead: mostly people who called in from a number that no list has."
      actions={operate && <SyncButton />}
    >
      <Filter />
      <List />
      <Attribute
        callId={call ?? null}
        onClose={() =>
          void navigate({ from: '/unattributed', search: (old) => ({ ...old, call: undefined }) })
        }
      />
    </Page>
  );
}

function Filter() {
  const { q } = useSearch({ from: '/unattributed' });
  const navigate = useNavigate();
  return (
    <Field label="Find a number" className="max-w-72">
      {(control) => (
        <SearchInput
          {...control}
          inputMode="tel"
          placeholder="Any part of it"
          value={q}
          onSearch={(text) =>
            void navigate({
              from: '/unattributed',
              search: (old) => ({ ...old, q: text }),
              replace: true,
            })
          }
        />
      )}
    </Field>
  );
}

function List() {
  const search = useSearch({ from: '/unattributed' });
  const navigate = useNavigate();
  const q = useDeferredValue(search.q?.trim() || undefined);
  const filter = { attribution: 'unattributed', q, limit: PAGE_SIZE } as const;
  const query = usePages(
    keys.calls(filter),
    (cursor, signal) => listCalls({ ...filter, cursor }, { signal }),
    ({ id }) => id,
  );
  // A call that was just attributed is patched in place, and no longer belongs here.
  const calls = useMemo(() => query.items?.filter(({ leadId }) => leadId === null), [query.items]);
  return (
    <Loaded query={{ ...query, data: calls }}>
      {(found) =>
        found.length === 0 ? (
          <Empty title={q === undefined ? 'Every call has its lead' : 'No such call without a lead'}>
            {q === undefined
              ? 'A call from a number that no lead has is listed here, so that a person can say whose it was.'
              : 'Look for another part of the number.'}
          </Empty>
        ) : (
          <DataTable
            label="Calls without a lead"
            columns={COLUMNS}
            rows={found}
            rowId={({ id }) => id}
            selectedId={search.call}
            onOpen={({ id }) =>
              void navigate({ from: '/unattributed', search: (old) => ({ ...old, call: id }) })
            }
            hasMore={query.hasNextPage}
            onMore={() => void (query.isFetchingNextPage || query.fetchNextPage())}
            onVisible={query.onVisible}
          />
        )
      }
    </Loaded>
  );
}

const COLUMNS: readonly Column<Call>[] = [
  {
    id: 'who',
    header: 'Number',
    width: 11,
    cell: (call) => <span className="font-medium">{numberOf(call)}</span>,
  },
  {
    id: 'direction',
    header: 'Direction',
    width: 7,
    wide: true,
    cell: ({ direction }) => (direction === 'inbound' ? 'Called in' : 'Called by us'),
  },
  { id: 'reach', header: 'Reach', width: 8, cell: (call) => <CallBadge call={call} /> },
  { id: 'when', header: 'When', width: 10, cell: ({ startedAt }) => <Time iso={startedAt} /> },
  {
    id: 'talk',
    header: 'Talk',
    width: 5,
    align: 'end',
    wide: true,
    cell: ({ talkSeconds }) => formatSeconds(talkSeconds),
  },
  {
    id: 'summary',
    header: 'Summary',
    width: 24,
    wide: true,
    cell: ({ summary }) => <span className="text-muted">{summary ?? NONE}</span>,
  },
];
