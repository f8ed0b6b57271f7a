import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createWebhook, type WebhookCreate } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { fieldProblem, messageOf } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, Input } from '../../ui/field.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { toastFailed } from '../../ui/toast.tsx';
import { EventTypes } from './event-types.tsx';

type EventType = WebhookCreate['eventTypes'][number];

interface CreateWebhookProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Creates a webhook and shows its signing secret once. */
export function CreateWebhook({ open, onOpenChange }: CreateWebhookProps) {
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <>
      <Dialog
        open={open}
        onOpenChange={onOpenChange}
        title="Add a webhook"
        description="Each event is sent to the address as a signed POST."
      >
        {open && (
          <CreateForm
            onCancel={() => onOpenChange(false)}
            onMade={(made) => {
              setSecret(made);
              onOpenChange(false);
            }}
          />
        )}
      </Dialog>
      <SecretOnce secret={secret} title="The secret of the new webhook" onClose={() => setSecret(null)}>
        The receiver verifies each request with it, as standardwebhooks.com describes. Copy it now: it is not
        shown again.
      </SecretOnce>
    </>
  );
}

interface CreateFormProps {
  onCancel: () => void;
  onMade: (secret: string) => void;
}

function CreateForm({ onCancel, onMade }: CreateFormProps) {
  const client = useQueryClient();
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [isAll, setIsAll] = useState(true);
  const [types, setTypes] = useState<readonly EventType[]>([]);
  const creating = useMutation({
    mutationFn: () =>
      createWebhook({
        url: url.trim(),
        eventTypes: isAll ? ['*'] : [...types],
        ...(description.trim() !== '' && { description: description.trim() }),
      }),
    onSuccess: ({ secret }) => {
      void client.invalidateQueries({ queryKey: keys.webhooks });
      if (secret !== null) return onMade(secret);
      // The first answer was lost, and with it the secret, which is shown once.
      toastFailed('The secret cannot be shown any more', new Error('Make a new one in the webhook’s menu.'));
      onCancel();
    },
  });
  const urlProblem = fieldProblem(creating.error, 'url');
  const isReady = url.trim() !== '' && (isAll || types.length > 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !creating.isPending) creating.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Address" hint="Such as https://crm.example.com/hooks/ringleader" error={urlProblem}>
        {(control) => (
          <Input
            {...control}
            type="url"
            autoComplete="off"
            required
            maxLength={2_000}
            value={url}
            onChange={({ target }) => setUrl(target.value)}
          />
        )}
      </Field>
      <Field label="Name" hint="What it is for; it may be left out">
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            maxLength={200}
            value={description}
            onChange={({ target }) => setDescription(target.value)}
          />
        )}
      </Field>
      <Checkbox
        label="Every event, also kinds that come later"
        checked={isAll}
        onChange={({ target }) => setIsAll(target.checked)}
      />
      {!isAll && <EventTypes chosen={types} onChange={setTypes} />}
      {creating.error && urlProblem === undefined && (
        <p role="alert" className="text-bad">
          {messageOf(creating.error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={creating.isPending} disabled={!isReady}>
          Add the webhook
        </Button>
      </div>
    </form>
  );
}
