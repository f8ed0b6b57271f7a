import { useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { type ApiKey, listKeys, revokeKey } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { Time } from '../../format/time.tsx';
import { useMay, useMe } from '../../session/session.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Loaded, NoPermission } from '../../ui/states.tsx';
import { toastDone } from '../../ui/toast.tsx';
import { CreateKey } from './create-key.tsx';

const ROLE_TONES: Record<ApiKey['role'], Tone> = { viewer: 'muted', operator: 'info', admin: 'accent' };

/** The keys for the API and this page. */
export function Keys() {
  const { administer } = useMay();
  if (!administer) {
    return (
      <NoPermission>
        Who may use the API is for admins to see and to say. Ask for a key with the role admin.
      </NoPermission>
    );
  }
  return <KeyList />;
}

function KeyList() {
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const query = usePages(
    keys.apiKeys,
    (cursor, signal) => listKeys({ cursor, limit: 100 }, { signal }),
    ({ id }) => id,
  );
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-muted">
          A key is for one person or one program. Only its hash is kept: it is shown once, when it is made.
        </p>
        <Button variant="primary" icon={<Plus />} onClick={() => setCreating(true)}>
          Make a key
        </Button>
      </div>
      <Loaded query={{ ...query, data: query.items }}>
        {(found) => (
          <>
            <ul aria-label="API keys" className="rounded-lg border bg-panel">
              {found.map((key) => (
                <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
              ))}
            </ul>
            <MoreButton query={query}>Older keys</MoreButton>
          </>
        )}
      </Loaded>
      <CreateKey open={creating} onOpenChange={setCreating} />
      <Revoke apiKey={revoking} onClose={() => setRevoking(null)} />
    </div>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const me = useMe();
  const { id, name, role, seeded, createdAt } = apiKey;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{name}</span>
          <Badge tone={ROLE_TONES[role]}>{role}</Badge>
          {id === me.keyId && <Badge tone="good">You use it now</Badge>}
        </span>
        <span className="text-xs text-muted">
          {seeded ? (
            'Held by the variable of this name, and changed there'
          ) : (
            <>
              Made <Time iso={createdAt} />
            </>
          )}
        </span>
      </div>
      {!seeded && (
        <Button size="small" variant="danger" aria-label={`Revoke ${name}`} onClick={onRevoke}>
          Revoke
        </Button>
      )}
    </li>
  );
}

function Revoke({ apiKey, onClose }: { apiKey: ApiKey | null; onClose: () => void }) {
  const client = useQueryClient();
  const me = useMe();
  // The key stays while the dialog fades out.
  const [shown, setShown] = useState(apiKey);
  if (apiKey !== null && apiKey !== shown) setShown(apiKey);
  const revoke = async () => {
    if (apiKey === null) return;
    await revokeKey(apiKey.id);
    toastDone('The key is revoked', apiKey.name);
    await client.invalidateQueries({ queryKey: keys.apiKeys });
  };
  return (
    <Confirm
      open={apiKey !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Revoke ${shown?.name ?? ''}?`}
      action="Revoke key"
      variant="danger"
      onConfirm={revoke}
    >
      <p>
        Whatever uses it is refused from this moment on, and who signed in with it is signed out. It cannot be
        taken back; a new key can be made.
      </p>
      {shown?.id === me.keyId && <p className="text-warn">You are signed in with this very key.</p>}
    </Confirm>
  );
}
