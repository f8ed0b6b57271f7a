import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type ApiRole, createKey } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { fieldProblem, messageOf } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, NativeSelect } from '../../ui/field.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { toastFailed } from '../../ui/toast.tsx';

const ROLES: Record<ApiRole, string> = {
  viewer: 'Reads everything, changes nothing',
  operator: 'Launches, pauses, writes to people',
  admin: 'Does everything, also keys and webhooks',
};

/** Creates a key and shows it once. */
export function CreateKey({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  return (
    <>
      <Dialog open={open} onOpenChange={onOpenChange} title="Make a key">
        {open && (
          <CreateForm
            onCancel={() => onOpenChange(false)}
            onMade={(created) => {
              setMade(created);
              onOpenChange(false);
            }}
          />
        )}
      </Dialog>
      <SecretOnce
        secret={made?.key ?? null}
        title={`The key ${made?.name ?? ''}`}
        onClose={() => setMade(null)}
      >
        Copy it now, and keep it where secrets are kept: it is not shown again. It is sent as{' '}
        <code className="font-mono text-ink">Authorization: Bearer …</code>, or typed where one signs in here.
      </SecretOnce>
    </>
  );
}

interface CreateFormProps {
  onCancel: () => void;
  onMade: (created: { name: string; key: string }) => void;
}

function CreateForm({ onCancel, onMade }: CreateFormProps) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<ApiRole>('viewer');
  const creating = useMutation({
    mutationFn: () => createKey({ name: name.trim(), role }),
    onSuccess: (created) => {
      void client.invalidateQueries({ queryKey: keys.apiKeys });
      if (created.key !== null) return onMade({ name: created.name, key: created.key });
      // The first answer was lost, and with it the key; only its hash is stored.
      toastFailed('The key cannot be shown any more', new Error('Revoke it, and make another.'));
      onCancel();
    },
  });
  const nameProblem = fieldProblem(creating.error, 'name');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && !creating.isPending) creating.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Name" hint="Whose it is, or what it is for" error={nameProblem}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            required
            maxLength={100}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label="ApiRole" hint={ROLES[role]}>
        {(control) => (
          <NativeSelect {...control} value={role} onChange={({ target }) => setRole(target.value as ApiRole)}>
            {Object.keys(ROLES).map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
      {creating.error && nameProblem === undefined && (
        <p role="alert" className="text-bad">
          {messageOf(creating.error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={creating.isPending} disabled={name.trim() === ''}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
