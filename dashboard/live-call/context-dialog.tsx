import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Call, sendCallContext } from '../client/generated.ts';
import { messageOf } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Textarea } from '../ui/field.tsx';
import { toastDone } from '../ui/toast.tsx';
import { partyOf } from './party.ts';

/** The API's limit. */
const LONGEST = 2_000;

/** Gives the agent of a call in flight context that the person does not hear. */
export function ContextDialog({ call, onClose }: { call: Call | null; onClose: () => void }) {
  return (
    <Dialog
      open={call !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Tell the agent something"
      description={
        call === null ? undefined : `In the call with ${partyOf(call)}; the person does not hear it.`
      }
    >
      {call !== null && <ContextForm key={call.id} callId={call.id} onClose={onClose} />}
    </Dialog>
  );
}

function ContextForm({ callId, onClose }: { callId: string; onClose: () => void }) {
  const [text, setText] = useState('');
  const sending = useMutation({
    mutationFn: () => sendCallContext(callId, { text: text.trim() }),
    onSuccess: () => {
      toastDone('The agent has it');
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && !sending.isPending) sending.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field
        label="What the agent should know"
        hint="Such as: the order was shipped this morning."
        error={sending.error ? messageOf(sending.error) : undefined}
      >
        {(control) => (
          <Textarea
            {...control}
            value={text}
            maxLength={LONGEST}
            required
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={sending.isPending} disabled={text.trim() === ''}>
          Tell the agent
        </Button>
      </div>
    </form>
  );
}
