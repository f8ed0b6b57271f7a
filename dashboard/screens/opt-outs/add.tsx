import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { addOptOut } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { fieldProblem, messageOf } from '../../client/problem.ts';
import { formatPhone } from '../../format/phone.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

interface AddOptOutProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function AddOptOut({ open, onOpenChange }: AddOptOutProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add an opt-out"
      description="No campaign calls or texts the number from this moment on. A call that is under way goes on."
    >
      {open && <AddForm onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

function AddForm({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [phone, setPhone] = useState('');
  const [reason, setReason] = useState('');
  const adding = useMutation({
    mutationFn: () => addOptOut({ phone, ...(reason.trim() !== '' && { reason: reason.trim() }) }),
    onSuccess: (optOut) => {
      void client.invalidateQueries({ queryKey: keys.optOuts });
      toastDone('Neither called nor texted any more', formatPhone(optOut.phone));
      onDone();
    },
  });
  const phoneProblem = fieldProblem(adding.error, 'phone');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (phone.trim() !== '' && !adding.isPending) adding.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Number" hint="With its country code, such as +1 415 555 0117" error={phoneProblem}>
        {(control) => (
          <Input
            {...control}
            type="tel"
            autoComplete="off"
            required
            maxLength={64}
            value={phone}
            onChange={({ target }) => setPhone(target.value)}
          />
        )}
      </Field>
      <Field label="Why" hint="Kept with the number, for whoever asks later. It may be left out.">
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            maxLength={500}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      {adding.error && phoneProblem === undefined && (
        <p role="alert" className="text-bad">
          {messageOf(adding.error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" busy={adding.isPending} disabled={phone.trim() === ''}>
          Add
        </Button>
      </div>
    </form>
  );
}
