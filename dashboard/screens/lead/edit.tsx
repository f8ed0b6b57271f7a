import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { type Lead, type LeadUpdate, updateLead } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem, fieldProblem, messageOf } from '../../client/problem.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

const LONGEST = 300;

/** Corrects a lead; changes apply from the next attempt on. */
export function EditLead({ lead, open, onClose }: { lead: Lead; open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title="Edit the lead"
      description="What is changed holds from the next attempt on. The number stays: another number is another lead."
    >
      {open && <EditForm lead={lead} onClose={onClose} />}
    </Dialog>
  );
}

type Pair = { key: number; name: string; value: string };

function EditForm({ lead: latest, onClose }: { lead: Lead; onClose: () => void }) {
  const client = useQueryClient();
  // The lead at the start of editing, so that others' changes are not reverted.
  const [lead] = useState(latest);
  const [fields, setFields] = useState({
    name: lead.name ?? '',
    email: lead.email ?? '',
    timeZone: lead.timeZone ?? '',
  });
  const [pairs, setPairs] = useState<Pair[]>(() =>
    Object.entries(lead.variables).map(([name, value], key) => ({ key, name, value })),
  );
  const saving = useMutation({
    mutationFn: (update: LeadUpdate) => updateLead(lead.id, update),
    onSuccess: (changed) => {
      client.setQueryData(keys.lead(lead.id), changed);
      void client.invalidateQueries({ queryKey: keys.why(lead.id) });
      toastDone('Saved');
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate(changesOf(lead, fields, pairs));
  };
  const input = (name: keyof typeof fields, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={fieldProblem(saving.error, name)}>
      {(control) => (
        <Input
          {...control}
          value={fields[name]}
          maxLength={LONGEST}
          onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const hasFieldErrors = saving.error instanceof ApiProblem && saving.error.fields.length > 0;
  return (
    <form onSubmit={submit} className="grid gap-4">
      {input('name', 'Name')}
      {input('email', 'E-mail')}
      {input('timeZone', 'Time zone', 'Such as America/New_York. Left empty, the number tells it.')}
      <Variables pairs={pairs} onChange={setPairs} />
      {saving.error && (
        <p role="alert" className="text-bad">
          {hasFieldErrors ? 'Some of it cannot be saved. ' : ''}
          {messageOf(saving.error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={saving.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Variables({ pairs, onChange }: { pairs: Pair[]; onChange: (pairs: Pair[]) => void }) {
  const set = (key: number, change: Partial<Pair>) =>
    onChange(pairs.map((pair) => (pair.key === key ? { ...pair, ...change } : pair)));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">What the agent is told</legend>
      {pairs.map(({ key, name, value }) => (
        <div key={key} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_2rem] gap-2">
          <Input
            aria-label="Variable"
            value={name}
            maxLength={LONGEST}
            onChange={(event) => set(key, { name: event.target.value })}
          />
          <Input
            aria-label={`Value of ${name || 'the variable'}`}
            value={value}
            onChange={(event) => set(key, { value: event.target.value })}
          />
          <IconButton
            label={`Remove ${name || 'the variable'}`}
            icon={<X />}
            onClick={() => onChange(pairs.filter((pair) => pair.key !== key))}
          />
        </div>
      ))}
      <Button
        size="small"
        className="w-fit"
        icon={<Plus />}
        onClick={() =>
          onChange([...pairs, { key: Math.max(-1, ...pairs.map(({ key }) => key)) + 1, name: '', value: '' }])
        }
      >
        Add a variable
      </Button>
    </fieldset>
  );
}

/** Only differences: absent fields stay, but variables are replaced as a whole. */
function changesOf(
  lead: Lead,
  fields: Record<'name' | 'email' | 'timeZone', string>,
  pairs: Pair[],
): LeadUpdate {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  const variables = Object.fromEntries(
    pairs.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value]),
  );
  const isSame = JSON.stringify(variables) === JSON.stringify(lead.variables);
  return {
    ...(orNull(fields.name) !== lead.name && { name: orNull(fields.name) }),
    ...(orNull(fields.email) !== lead.email && { email: orNull(fields.email) }),
    ...(orNull(fields.timeZone) !== lead.timeZone && { timeZone: orNull(fields.timeZone) }),
    ...(!isSame && { variables }),
  };
}
