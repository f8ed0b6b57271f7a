import { useNavigate, useSearch } from '@tanstack/react-router';
import { type Delivery, deliveryStatusValues, listDeliveries, type Webhook } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { NONE } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { Card } from '../../ui/card.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { NativeSelect } from '../../ui/field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { DELIVERY_STATUS, DeliveryBadge, DeliveryDialog } from './delivery.tsx';

const PAGE_SIZE = 100;

/** The deliveries of one webhook, the latest first; one of them can be opened. */
export function Deliveries({ endpointId, webhook }: { endpointId: string; webhook: Webhook | undefined }) {
  const { status, delivery } = useSearch({ from: '/settings' });
  const navigate = useNavigate();
  const query = usePages(
    keys.deliveries(endpointId, { status }),
    (cursor, signal) => listDeliveries(endpointId, { status, cursor, limit: PAGE_SIZE }, { signal }),
    ({ id }) => id,
  );
  const show = (id: string | undefined) =>
    void navigate({ from: '/settings', search: (old) => ({ ...old, delivery: id }) });
  return (
    <Card
      title={`Deliveries to ${webhook?.description ?? webhook?.url ?? 'this webhook'}`}
      actions={<StatusChoice />}
    >
      <Loaded query={{ ...query, data: query.items }}>
        {(deliveries) =>
          deliveries.length === 0 ? (
            <Empty
              title={
                status === undefined
                  ? 'Nothing was sent yet'
                  : `Nothing is ${DELIVERY_STATUS[status].text.toLowerCase()}`
              }
            >
              The next event that it asks for appears here, with every attempt to deliver it.
            </Empty>
          ) : (
            <DataTable
              label="Deliveries"
              heightClass="max-h-96"
              columns={COLUMNS}
              rows={deliveries}
              rowId={({ id }) => id}
              selectedId={delivery}
              onOpen={({ id }) => show(id)}
              hasMore={query.hasNextPage}
              onMore={() => void (query.isFetchingNextPage || query.fetchNextPage())}
              onVisible={query.onVisible}
            />
          )
        }
      </Loaded>
      <DeliveryDialog id={delivery ?? null} onClose={() => show(undefined)} />
    </Card>
  );
}

function StatusChoice() {
  const { status } = useSearch({ from: '/settings' });
  const navigate = useNavigate();
  return (
    <NativeSelect
      aria-label="Which deliveries"
      className="w-36"
      value={status ?? ''}
      onChange={({ target }) =>
        void navigate({
          from: '/settings',
          search: (old) => ({ ...old, status: deliveryStatusValues.find((one) => one === target.value) }),
        })
      }
    >
      <option value="">All</option>
      {deliveryStatusValues.map((one) => (
        <option key={one} value={one}>
          {DELIVERY_STATUS[one].text}
        </option>
      ))}
    </NativeSelect>
  );
}

const COLUMNS: readonly Column<Delivery>[] = [
  {
    id: 'type',
    header: 'Event',
    width: 11,
    cell: ({ type }) => <span className="font-mono text-xs">{type}</span>,
  },
  { id: 'status', header: 'Status', width: 7, cell: ({ status }) => <DeliveryBadge status={status} /> },
  { id: 'when', header: 'When', width: 9, cell: ({ createdAt }) => <Time iso={createdAt} /> },
  {
    id: 'attempts',
    header: 'Attempts',
    width: 5,
    align: 'end',
    wide: true,
    cell: ({ attempts }) => attempts,
  },
  {
    id: 'answer',
    header: 'Last answer',
    width: 16,
    wide: true,
    cell: ({ lastStatus, lastError }) => (
      <span className="text-muted">{[lastStatus, lastError].filter(Boolean).join(' ') || NONE}</span>
    ),
  },
];
