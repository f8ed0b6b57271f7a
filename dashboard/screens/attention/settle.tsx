import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Attention, type SettlementWord, settleAttention } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Textarea } from '../../ui/field.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { toastDone } from '../../ui/toast.tsx';

const CHOICES: Record<SettlementWord, { label: string; means: string }> = {
  not_placed: {
    label: 'It was not placed',
    means: 'No phone rang. The attempt does not count, and the person may be called again at once.',
  },
  no_answer: {
    label: 'Nobody answered',
    means: 'The person is called again by the campaign’s rules.',
  },
  answered: {
    label: 'Somebody answered',
    means: 'The lead is finished, as after every answered call.',
  },
  placed: {
    label: 'It was placed, the rest is not known',
    means: 'The attempt counts, and the person is not called again.',
  },
};

/** Takes a person's word for a call that nobody can account for. */
export function Settle({ item }: { item: Attention }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Settle
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="What became of the call?"
        description="Your word stands until a provider reports otherwise."
      >
        {open && <SettleForm item={item} onDone={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}

function SettleForm({ item, onDone }: { item: Attention; onDone: () => void }) {
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<SettlementWord | null>(null);
  const [note, setNote] = useState('');
  const settling = useMutation({
    mutationFn: (chosen: SettlementWord) =>
      settleAttention(String(item.id), { outcome: chosen, note: note.trim() }),
    onSuccess: ({ effect }) => {
      void client.invalidateQueries({ queryKey: keys.attention });
      toastDone('Settled', effect);
      onDone();
    },
  });
  const isComplete = outcome !== null && note.trim() !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (outcome !== null && isComplete && !settling.isPending) settling.mutate(outcome);
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <fieldset className="grid gap-2">
        <legend className="sr-only">What became of the call</legend>
        {item.choices.map((choice) => (
          <label key={choice} className="flex gap-2">
            <input
              type="radio"
              name="outcome"
              className="mt-1 size-4 accent-accent"
              checked={outcome === choice}
              onChange={() => setOutcome(choice)}
            />
            <span>
              <span className="font-medium">{CHOICES[choice].label}</span>
              <span className="block text-xs text-muted">{CHOICES[choice].means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label="How you know" hint="Kept in the audit log with your name.">
        {(control) => (
          <Textarea
            {...control}
            required
            maxLength={2_000}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        )}
      </Field>
      {settling.error && <Refusal error={settling.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" busy={settling.isPending} disabled={!isComplete}>
          Settle the call
        </Button>
      </div>
    </form>
  );
}
