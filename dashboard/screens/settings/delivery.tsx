import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Clock, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import {
  type DeliveryDetail,
  type DeliveryStatus,
  readDelivery,
  retryDelivery,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { LeadLink } from '../../format/names.tsx';
import { plural } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { useMay } from '../../session/session.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Loaded } from '../../ui/states.tsx';
import { toastDone, toastFailed } from '../../ui/toast.tsx';

export const DELIVERY_STATUS: Record<DeliveryStatus, { tone: Tone; icon: ReactNode; text: string }> = {
  pending: { tone: 'info', icon: <Clock />, text: 'Waits' },
  delivered: { tone: 'good', icon: <Check />, text: 'Delivered' },
  failed: { tone: 'bad', icon: <X />, text: 'Failed' },
};

export function DeliveryBadge({ status }: { status: DeliveryStatus }) {
  const { tone, icon, text } = DELIVERY_STATUS[status];
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

/** One delivery: its payload and every attempt. */
export function DeliveryDialog({ id, onClose }: { id: string | null; onClose: () => void }) {
  // The delivery stays while the dialog fades out.
  const [shown, setShown] = useState(id);
  if (id !== null && id !== shown) setShown(id);
  const query = useQuery({
    queryKey: keys.delivery(shown ?? ''),
    queryFn: () => readDelivery(shown ?? ''),
    enabled: shown !== null,
  });
  return (
    <Dialog
      open={id !== null}
      onOpenChange={(open) => !open && onClose()}
      title={query.data?.type ?? 'Delivery'}
      className="w-[min(44rem,calc(100vw-1.5rem))]"
    >
      <Loaded query={query}>{(delivery) => <Facts delivery={delivery} />}</Loaded>
    </Dialog>
  );
}

function Facts({ delivery }: { delivery: DeliveryDetail }) {
  const { id, status, attempts, nextAttemptAt, leadId, log, payload } = delivery;
  return (
    <div className="grid min-w-0 gap-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <DeliveryBadge status={status} />
        <span className="text-muted">
          {plural(attempts, 'attempt')}
          {nextAttemptAt !== null && (
            <>
              , the next <Time iso={nextAttemptAt} />
            </>
          )}
        </span>
        {leadId !== null && <LeadLink id={leadId} />}
        <Retry delivery={delivery} />
      </div>
      <p className="font-mono text-xs text-muted wrap-anywhere">webhook-id: {id}</p>
      <section aria-label="Attempts">
        <h3 className="mb-1 font-semibold">Attempts</h3>
        {log.length === 0 ? <p className="text-muted">None yet.</p> : <Attempts log={log} />}
      </section>
      <section className="min-w-0">
        <h3 className="mb-1 font-semibold">What is sent</h3>
        {payload === null ? (
          <p className="text-muted">It is made at the first attempt.</p>
        ) : (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
            tabIndex={0}
            className="max-h-72 overflow-auto rounded-lg border bg-raised/60 p-3 font-mono text-xs"
          >
            {JSON.stringify(payload, null, 2)}
          </pre>
        )}
      </section>
    </div>
  );
}

function Attempts({ log }: Pick<DeliveryDetail, 'log'>) {
  return (
    <ol className="grid max-h-40 gap-1 overflow-y-auto">
      {log.map(({ at, status, error, durationMs }) => (
        <li key={at} className="flex flex-wrap gap-x-2">
          <Time iso={at} />
          <span className="font-medium">{status ?? 'no answer'}</span>
          {error !== null && <span className="text-bad wrap-anywhere">{error}</span>}
          <span className="text-muted">{durationMs} ms</span>
        </li>
      ))}
    </ol>
  );
}

function Retry({ delivery }: { delivery: DeliveryDetail }) {
  const client = useQueryClient();
  const { administer } = useMay();
  const retrying = useMutation({
    mutationFn: () => retryDelivery(delivery.id),
    onSuccess: () => toastDone('It is being sent', delivery.type),
    onError: (error) => toastFailed('It was not sent', error),
    onSettled: () => void client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  if (!administer) return null;
  return (
    <Button size="small" className="ml-auto" busy={retrying.isPending} onClick={() => retrying.mutate()}>
      Send now
    </Button>
  );
}
