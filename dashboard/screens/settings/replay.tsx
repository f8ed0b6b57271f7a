import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { replayWebhook, type Webhook } from '../../client/generated.ts';
import { plural } from '../../format/numbers.ts';
import { toLocalInput } from '../../format/times.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

const DAY_MS = 86_400_000;

interface ReplayProps {
  webhook: Webhook;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Sends a period's events again, including those missed while the webhook was disabled. */
export function Replay({ webhook, open, onOpenChange }: ReplayProps) {
  const client = useQueryClient();
  const [from, setFrom] = useState(() => toLocalInput(new Date(Date.now() - DAY_MS)));
  const [to, setTo] = useState(() => toLocalInput(new Date()));
  const replay = async () => {
    const { deliveries } = await replayWebhook(webhook.id, {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    });
    toastDone(`${plural(deliveries, 'event')} will be sent again`, webhook.description ?? webhook.url);
    await client.invalidateQueries({ queryKey: ['deliveries'] });
  };
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title="Send a time again"
      action="Send again"
      onConfirm={replay}
    >
      <p>
        Every event of the time that this webhook asks for is sent once more, as it was. Receivers know by the
        event’s number what they have already. At most 31 days and 10,000 events.
      </p>
      <div className="grid gap-3 text-ink sm:grid-cols-2">
        <Field label="From">
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={from}
              onChange={({ target }) => target.value !== '' && setFrom(target.value)}
            />
          )}
        </Field>
        <Field label="To">
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={to}
              onChange={({ target }) => target.value !== '' && setTo(target.value)}
            />
          )}
        </Field>
      </div>
    </Confirm>
  );
}
