import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { addLeads } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { messageOf } from '../../client/problem.ts';
import { plural } from '../../format/numbers.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Input } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

interface TypedLead {
  /** Identifies the row while it is shown. */
  key: number;
  phone: string;
  name: string;
  email: string;
  /** Why it was rejected. */
  problem?: string;
}

const FIELDS = [
  ['phone', 'Phone', '+14155550117'],
  ['name', 'Name', 'Ada Example'],
  ['email', 'E-mail', 'ada@example.com'],
] as const;
const MAX_ROWS = 100;

const emptyRow = (key: number): TypedLead => ({ key, phone: '', name: '', email: '' });
const isBlank = ({ phone, name, email }: TypedLead) => `${phone}${name}${email}`.trim() === '';

/** Leads typed by hand; rejected ones stay with their errors. */
export function TypedLeads({ campaignId }: { campaignId: string }) {
  const client = useQueryClient();
  const [rows, setRows] = useState<TypedLead[]>([emptyRow(0)]);
  const nextKey = Math.max(...rows.map(({ key }) => key)) + 1;
  const adding = useMutation({
    mutationFn: (leads: TypedLead[]) =>
      addLeads(campaignId, {
        leads: leads.map(({ phone, name, email }) => ({ phone, name: name || null, email: email || null })),
      }),
    onSuccess: ({ accepted, duplicates, rejected }, leads) => {
      const known = duplicates > 0 ? `${plural(duplicates, 'lead')} there already.` : undefined;
      if (accepted > 0 || duplicates > 0) toastDone(`${plural(accepted, 'lead')} added`, known);
      const bad = rejected.flatMap(({ index, message }) => {
        const lead = leads[index];
        return lead === undefined ? [] : [{ ...lead, problem: message }];
      });
      setRows(bad.length > 0 ? bad : [emptyRow(nextKey)]);
      void client.invalidateQueries({ queryKey: keys.progress(campaignId) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate(rows.filter((row) => !isBlank(row)));
  };
  return (
    <form onSubmit={submit} className="grid gap-3" noValidate>
      <ol className="grid gap-2" aria-label="Leads to add">
        {rows.map((row, index) => (
          <li key={row.key}>
            <LeadRow
              row={row}
              number={index + 1}
              onChange={(next) => setRows(rows.map((each) => (each.key === row.key ? next : each)))}
              onRemove={
                rows.length > 1 ? () => setRows(rows.filter(({ key }) => key !== row.key)) : undefined
              }
            />
          </li>
        ))}
      </ol>
      {adding.error && (
        <p role="alert" className="text-bad">
          {messageOf(adding.error)}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={adding.isPending} disabled={rows.every(isBlank)}>
          Add leads
        </Button>
        <Button
          icon={<Plus />}
          disabled={rows.length >= MAX_ROWS}
          onClick={() => setRows([...rows, emptyRow(nextKey)])}
        >
          Row
        </Button>
      </div>
    </form>
  );
}

function LeadRow({
  row,
  number,
  onChange,
  onRemove,
}: {
  row: TypedLead;
  number: number;
  onChange: (row: TypedLead) => void;
  onRemove: (() => void) | undefined;
}) {
  return (
    <div className="grid gap-1">
      <div className="grid gap-2 max-sm:rounded-md max-sm:border max-sm:p-2 sm:grid-cols-[1fr_1fr_1fr_2rem]">
        {FIELDS.map(([field, label, example]) => (
          <Input
            key={field}
            aria-label={`${label} of lead ${number}`}
            aria-invalid={row.problem?.includes(field) || undefined}
            placeholder={`${label}: ${example}`}
            autoComplete="off"
            inputMode={field === 'phone' ? 'tel' : field === 'email' ? 'email' : 'text'}
            value={row[field]}
            onChange={(event) => onChange({ ...row, [field]: event.target.value })}
          />
        ))}
        <IconButton
          label={`Remove lead ${number}`}
          icon={<X />}
          disabled={onRemove === undefined}
          onClick={onRemove}
        />
      </div>
      {row.problem !== undefined && (
        <p role="alert" className="text-xs text-bad">
          {row.problem}
        </p>
      )}
    </div>
  );
}
