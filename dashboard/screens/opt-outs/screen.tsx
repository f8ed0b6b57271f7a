import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { listOptOuts, type OptOut } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { formatPhone } from '../../format/phone.ts';
import { Time } from '../../format/time.tsx';
import { useMay } from '../../session/session.tsx';
import { useShortcut } from '../../shell/shortcuts.ts';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Field } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchInput } from '../../ui/search-input.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { AddOptOut } from './add.tsx';
import { RemoveOptOut } from './remove.tsx';

const PAGE_SIZE = 100;

const SOURCES: Record<OptOut['source'], string> = {
  api: 'Added by a person',
  call: 'Said so in a call',
  message: 'Wrote so in a text',
};

/** The numbers that are neither called nor texted, in any campaign. */
export function OptOutsScreen() {
  const { operate } = useMay();
  const [adding, setAdding] = useState(false);
  useShortcut('n', { does: 'Add an opt-out', enabled: operate }, () => setAdding(true));
  return (
    <Page
      title="Opt-outs"
      name="Opt-outs"
      subtitle="Numbers that no campaign calls or texts. What people say or write puts them here by itself."
      actions={
        operate && (
          <Button
            variant="primary"
            icon={<Plus />}
            title="Add an opt-out (N)"
            onClick={() => setAdding(true)}
          >
            Add an opt-out
          </Button>
        )
      }
    >
      <Filter />
      <List onAdd={operate ? () => setAdding(true) : null} />
      <AddOptOut open={adding} onOpenChange={setAdding} />
    </Page>
  );
}

function Filter() {
  const { q } = useSearch({ from: '/opt-outs' });
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useShortcut('slash', { does: 'Find a number', shown: '/' }, () => input.current?.focus());
  return (
    <Field label="Find a number" className="max-w-72">
      {(control) => (
        <SearchInput
          {...control}
          ref={input}
          inputMode="tel"
          placeholder="Any part of it"
          value={q}
          onSearch={(text) => void navigate({ to: '/opt-outs', search: { q: text }, replace: true })}
        />
      )}
    </Field>
  );
}

function List({ onAdd }: { onAdd: (() => void) | null }) {
  const search = useSearch({ from: '/opt-outs' });
  const { administer } = useMay();
  const q = useDeferredValue(search.q?.trim() || undefined);
  const query = usePages(
    [...keys.optOuts, { q }],
    (cursor, signal) => listOptOuts({ q, cursor, limit: PAGE_SIZE }, { signal }),
    ({ phone }) => phone,
  );
  const [removing, setRemoving] = useState<OptOut | null>(null);
  const columns = useMemo(() => columnsFor(administer ? setRemoving : null), [administer]);
  return (
    <Loaded query={{ ...query, data: query.items }}>
      {(optOuts) =>
        optOuts.length === 0 ? (
          <None q={q} onAdd={onAdd} />
        ) : (
          <>
            <DataTable
              label="Opt-outs by number"
              columns={columns}
              rows={optOuts}
              rowId={({ phone }) => phone}
              hasMore={query.hasNextPage}
              onMore={() => void (query.isFetchingNextPage || query.fetchNextPage())}
              onVisible={query.onVisible}
            />
            <RemoveOptOut optOut={removing} onClose={() => setRemoving(null)} />
          </>
        )
      }
    </Loaded>
  );
}

function columnsFor(onRemove: ((optOut: OptOut) => void) | null): Column<OptOut>[] {
  return [
    {
      id: 'phone',
      header: 'Number',
      width: 11,
      cell: ({ phone }) => <span className="font-medium">{formatPhone(phone)}</span>,
    },
    {
      id: 'reason',
      header: 'Why',
      width: 22,
      wide: true,
      cell: ({ reason }) => <span title={reason}>{reason}</span>,
    },
    { id: 'source', header: 'How', width: 11, cell: ({ source }) => SOURCES[source] },
    {
      id: 'since',
      header: 'Since',
      width: 11,
      wide: true,
      cell: ({ createdAt }) => <Time iso={createdAt} />,
    },
    ...(onRemove === null
      ? []
      : [
          {
            id: 'remove',
            header: 'Actions',
            width: 6,
            align: 'end' as const,
            cell: (optOut: OptOut) => (
              <Button
                size="small"
                variant="quiet"
                aria-label={`Remove ${formatPhone(optOut.phone)}`}
                onClick={() => onRemove(optOut)}
              >
                Remove
              </Button>
            ),
          },
        ]),
  ];
}

function None({ q, onAdd }: { q: string | undefined; onAdd: (() => void) | null }) {
  if (q !== undefined) {
    return (
      <Empty title="No number on the list has this in it">It may be called, as far as this list goes.</Empty>
    );
  }
  return (
    <Empty
      title="Nobody has opted out"
      action={onAdd !== null && <Button onClick={onAdd}>Add an opt-out</Button>}
    >
      Who says “do not call me again” in a call, or answers a text with STOP, is put here at once. You can add
      a number as well.
    </Empty>
  );
}
