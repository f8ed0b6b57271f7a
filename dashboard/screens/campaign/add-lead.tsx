import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { addLeads, type Campaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { messageOf } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

interface AddLeadProps {
  campaign: Campaign;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Adds one lead; in a running campaign it is called within its hours. */
export function AddLead({ campaign, open, onOpenChange }: AddLeadProps) {
  const dials = campaign.status === 'running' || campaign.status === 'completed';
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add a lead"
      description={
        dials
          ? `1 person will be called by ${campaign.name} as soon as the rules allow it.`
          : 'They are called when the campaign runs.'
      }
    >
      {open && <AddLeadForm campaign={campaign} onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

const FIELDS = [
  { name: 'phone', label: 'Phone', hint: 'With country code: +1 415 555 0117.', type: 'tel', required: true },
  { name: 'name', label: 'Name', hint: undefined, type: 'text', required: false },
  { name: 'email', label: 'E-mail', hint: undefined, type: 'email', required: false },
  { name: 'company', label: 'Company', hint: undefined, type: 'text', required: false },
  {
    name: 'timeZone',
    label: 'Time zone',
    hint: 'Such as America/Chicago. Left empty: by the number.',
    type: 'text',
    required: false,
  },
  { name: 'consent', label: 'Consent', hint: 'How they agreed to be called.', type: 'text', required: false },
] as const;

type Values = Partial<Record<(typeof FIELDS)[number]['name'], string>>;

function AddLeadForm({ campaign, onDone }: { campaign: Campaign; onDone: () => void }) {
  const client = useQueryClient();
  const [values, setValues] = useState<Values>({});
  const adding = useMutation({
    mutationFn: () => addOne(campaign.id, values),
    onSuccess: () => {
      toastDone('The lead is on the list');
      for (const queryKey of [['leads', campaign.id], keys.progress(campaign.id), keys.campaign(campaign.id)])
        void client.invalidateQueries({ queryKey });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!adding.isPending) adding.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
      {FIELDS.map(({ name, label, hint, type, required }) => (
        <Field key={name} label={label} hint={hint}>
          {(control) => (
            <Input
              {...control}
              type={type}
              required={required}
              autoComplete="off"
              value={values[name] ?? ''}
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      {adding.error && (
        <p role="alert" className="text-bad sm:col-span-2">
          {messageOf(adding.error)}
        </p>
      )}
      <div className="flex justify-end gap-2 sm:col-span-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" busy={adding.isPending}>
          Add lead
        </Button>
      </div>
    </form>
  );
}

/** @throws Error with the problem of the lead, which the API reports in a successful answer */
async function addOne(campaignId: string, { phone = '', ...rest }: Values): Promise<void> {
  const filled = Object.fromEntries(Object.entries(rest).filter(([, value]) => value.trim() !== ''));
  const { accepted, rejected } = await addLeads(campaignId, { leads: [{ phone, ...filled }] });
  const [refusal] = rejected;
  if (refusal !== undefined) throw new Error(refusal.message);
  if (accepted === 0) throw new Error('This number is on the list already.');
}
