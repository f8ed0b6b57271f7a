import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, Check, Ellipsis, KeyRound, Pause, Play, RotateCcw, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { removeWebhook, rotateWebhook, updateWebhook, type Webhook } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { CampaignLink } from '../../format/names.tsx';
import { plural } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { toastDone, toastFailed } from '../../ui/toast.tsx';
import { Replay } from './replay.tsx';

interface WebhookRowProps {
  webhook: Webhook;
  isOpen: boolean;
  onOpen: () => void;
}

/** One webhook: its state, its events and its actions. */
export function WebhookRow({ webhook, isOpen, onOpen }: WebhookRowProps) {
  const { administer } = useMay();
  const { url, description, eventTypes, campaignId, disabledReason } = webhook;
  const what = eventTypes.includes('*')
    ? 'Every event'
    : plural(eventTypes.length, 'kind of event', 'kinds of events');
  return (
    <li
      className={cn(
        'flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-panel px-4 py-3',
        isOpen && 'border-accent/60',
      )}
    >
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{description ?? url}</span>
          <State webhook={webhook} />
        </p>
        <p className="text-xs text-muted wrap-anywhere">
          {description !== null && `${url} · `}
          <span title={eventTypes.join(', ')}>{what}</span>
          {campaignId !== null && (
            <>
              {' '}
              · of <CampaignLink id={campaignId} />
            </>
          )}
        </p>
        {disabledReason !== null && <p className="mt-1 text-xs text-warn wrap-anywhere">{disabledReason}</p>}
      </div>
      <Button size="small" aria-expanded={isOpen} onClick={onOpen}>
        Deliveries
      </Button>
      {administer && <Actions webhook={webhook} />}
    </li>
  );
}

function State({ webhook: { enabled, failingSince } }: Pick<WebhookRowProps, 'webhook'>) {
  if (!enabled) {
    return (
      <Badge tone="warn" icon={<Ban />}>
        Disabled
      </Badge>
    );
  }
  if (failingSince !== null) {
    return (
      <Badge tone="bad" icon={<TriangleAlert />}>
        Failing since <Time iso={failingSince} />
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon={<Check />}>
      Enabled
    </Badge>
  );
}

type Asking = 'rotate' | 'remove' | 'replay' | null;

function Actions({ webhook }: Pick<WebhookRowProps, 'webhook'>) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<Asking>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const { id, enabled, url } = webhook;
  const name = webhook.description ?? url;
  const refresh = () => client.invalidateQueries({ queryKey: keys.webhooks });
  const switching = useMutation({
    mutationFn: () => updateWebhook(id, { enabled: !enabled }),
    onSuccess: () => toastDone(enabled ? 'Nothing is sent any more' : 'Events are sent again', name),
    onError: (error) => toastFailed('The webhook is as it was', error),
    onSettled: () => void refresh(),
  });
  const close = (open: boolean) => !open && setAsking(null);
  return (
    <>
      <Menu
        trigger={<IconButton label={`What to do with ${name}`} icon={<Ellipsis />} />}
        entries={[
          {
            label: enabled ? 'Disable' : 'Enable',
            icon: enabled ? <Pause /> : <Play />,
            onSelect: () => switching.mutate(),
          },
          {
            label: enabled ? 'Send a time again' : 'Send a time again (when enabled)',
            icon: <RotateCcw />,
            disabled: !enabled,
            onSelect: () => setAsking('replay'),
          },
          { label: 'New secret', icon: <KeyRound />, onSelect: () => setAsking('rotate') },
          { label: 'Remove', icon: <Trash2 />, danger: true, onSelect: () => setAsking('remove') },
        ]}
      />
      <Confirm
        open={asking === 'rotate'}
        onOpenChange={close}
        title={`Make a new secret for ${name}?`}
        action="Make a new secret"
        onConfirm={async () => {
          const made = await rotateWebhook(id, {});
          setSecret(made.secret);
          // The first answer was lost, and with it the secret, which is shown once.
          if (made.secret === null)
            toastFailed('The secret cannot be shown any more', new Error('Make another.'));
        }}
      >
        <p>
          Everything is signed with the old secret as well for another day, so that the receiver can change
          over.
        </p>
      </Confirm>
      <Confirm
        open={asking === 'remove'}
        onOpenChange={close}
        title={`Remove ${name}?`}
        action="Remove webhook"
        variant="danger"
        onConfirm={async () => {
          await removeWebhook(id);
          toastDone('The webhook is removed', name);
          await refresh();
        }}
      >
        <p>
          Nothing more is sent to it, also not what waits to be tried again. To stop for a while, disable it.
        </p>
      </Confirm>
      <Replay webhook={webhook} open={asking === 'replay'} onOpenChange={close} />
      <SecretOnce secret={secret} title="The new secret" onClose={() => setSecret(null)}>
        The receiver verifies with it. Copy it now: it is not shown again.
      </SecretOnce>
    </>
  );
}
