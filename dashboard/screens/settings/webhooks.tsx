import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { listWebhooks, type Webhook } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CreateWebhook } from './create-webhook.tsx';
import { Deliveries } from './deliveries.tsx';
import { WebhookRow } from './webhook-row.tsx';

/** The outbound webhooks and their state. */
export function Webhooks() {
  const { administer } = useMay();
  const { endpoint } = useSearch({ from: '/settings' });
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const query = usePages(
    keys.webhooks,
    (cursor, signal) => listWebhooks({ cursor, limit: 100 }, { signal }),
    ({ id }) => id,
  );
  const open = (webhook: Webhook) =>
    void navigate({
      to: '/settings',
      search: { tab: 'webhooks', endpoint: webhook.id === endpoint ? undefined : webhook.id },
    });
  const chosen = query.items?.find(({ id }) => id === endpoint);
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-muted">
          Other systems hear of calls, conversions and opt-outs as signed requests, tried again for days while
          they do not answer.
        </p>
        {administer && (
          <Button variant="primary" icon={<Plus />} onClick={() => setCreating(true)}>
            Add a webhook
          </Button>
        )}
      </div>
      <Loaded query={{ ...query, data: query.items }}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <Empty title="Nobody is told anything yet">
              {administer
                ? 'Add the address of a CRM or another system: it gets each event that you choose.'
                : 'An admin can add the address of a CRM or another system.'}
            </Empty>
          ) : (
            <ul aria-label="Webhooks" className="grid gap-2">
              {webhooks.map((webhook) => (
                <WebhookRow
                  key={webhook.id}
                  webhook={webhook}
                  isOpen={webhook.id === endpoint}
                  onOpen={() => open(webhook)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <MoreButton query={query}>Older webhooks</MoreButton>
      {endpoint !== undefined && <Deliveries key={endpoint} endpointId={endpoint} webhook={chosen} />}
      <CreateWebhook open={creating} onOpenChange={setCreating} />
    </div>
  );
}
