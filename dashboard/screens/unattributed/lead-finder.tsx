import { useDeferredValue, useId, useState } from 'react';
import { useFoundLeads } from '../../client/found-leads.ts';
import type { FoundLead } from '../../client/generated.ts';
import { messageOf } from '../../client/problem.ts';
import { LeadBadge } from '../../format/labels.tsx';
import { formatPhone } from '../../format/phone.ts';
import { cn } from '../../ui/cn.ts';
import { Field, Input } from '../../ui/field.tsx';

const MAX_FOUND = 20;

interface LeadFinderProps {
  chosen: FoundLead | null;
  onChoose: (lead: FoundLead | null) => void;
}

/** Finds a lead of any campaign by name or number. */
export function LeadFinder({ chosen, onChoose }: LeadFinderProps) {
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const found = useFoundLeads(q, { most: MAX_FOUND });
  const leads = q === '' ? [] : (found.data?.items ?? []);
  return (
    <div className="grid gap-2">
      <Field label="Lead" hint="By name, e-mail address or number, in every campaign">
        {(control) => (
          <Input
            {...control}
            type="search"
            autoComplete="off"
            placeholder="Such as Ada, or 555 0117"
            value={text}
            onChange={({ target }) => {
              setText(target.value);
              onChoose(null);
            }}
          />
        )}
      </Field>
      <div className="h-56 overflow-y-auto rounded-lg border">
        {leads.length > 0 ? (
          <Choices leads={leads} chosen={chosen} onChoose={onChoose} />
        ) : (
          <p role="status" className="p-3 text-muted">
            {stateOf(q, found)}
          </p>
        )}
      </div>
    </div>
  );
}

function stateOf(q: string, { isFetching, error }: { isFetching: boolean; error: unknown }): string {
  if (q === '') return 'The leads that are found appear here.';
  if (error) return messageOf(error);
  return isFetching ? 'Looking…' : 'No lead has this in its name, address or number.';
}

function Choices({ leads, chosen, onChoose }: LeadFinderProps & { leads: readonly FoundLead[] }) {
  const name = useId();
  return (
    <fieldset>
      <legend className="sr-only">Leads that were found</legend>
      {leads.map((lead) => (
        <label
          key={lead.id}
          className={cn(
            'flex cursor-pointer items-center gap-3 border-b px-3 py-2 last:border-b-0 hover:bg-raised/70',
            lead.id === chosen?.id && 'bg-accent/10',
          )}
        >
          <input
            type="radio"
            name={name}
            className="accent-accent"
            checked={lead.id === chosen?.id}
            onChange={() => onChoose(lead)}
          />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{lead.name ?? formatPhone(lead.phone)}</span>
            <span className="block truncate text-xs text-muted">
              {formatPhone(lead.phone)} · {lead.campaignName}
            </span>
          </span>
          <LeadBadge state={lead.state} />
        </label>
      ))}
    </fieldset>
  );
}
