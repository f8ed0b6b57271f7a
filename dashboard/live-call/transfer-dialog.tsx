import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Call, transferCall } from '../client/generated.ts';
import { messageOf } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { toastDone } from '../ui/toast.tsx';
import { partyOf } from './party.ts';

const LONGEST = 64;

/**
 * Transfers a call in flight to a person's phone. The dialog explains this, so no further confirmation is
 * needed.
 */
export function TransferDialog({ call, onClose }: { call: Call | null; onClose: () => void }) {
  return (
    <Dialog
      open={call !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Hand the call to a person"
      description={
        call === null
          ? undefined
          : `1 phone is called, and joined to ${partyOf(call)}. The agent must have the tool for it.`
      }
    >
      {call !== null && <TransferForm key={call.id} callId={call.id} onClose={onClose} />}
    </Dialog>
  );
}

function TransferForm({ callId, onClose }: { callId: string; onClose: () => void }) {
  const [to, setTo] = useState('');
  const handing = useMutation({
    mutationFn: () => transferCall(callId, { to: to.trim() }),
    onSuccess: () => {
      toastDone('The call is being handed over');
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (to.trim() !== '' && !handing.isPending) handing.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field
        label="Number to call"
        hint="With its country code, such as +1 415 555 0117"
        error={handing.error ? messageOf(handing.error) : undefined}
      >
        {(control) => (
          <Input
            {...control}
            type="tel"
            autoComplete="off"
            required
            maxLength={LONGEST}
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={handing.isPending} disabled={to.trim() === ''}>
          Hand over
        </Button>
      </div>
    </form>
  );
}
