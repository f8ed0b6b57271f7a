import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { User, X } from 'lucide-react';
import { useDeferredValue, useId, useState } from 'react';
import { useFoundLeads } from '../../../client/found-leads.ts';
import { type FoundLead, readLead } from '../../../client/generated.ts';
import { keys } from '../../../client/keys.ts';
import { messageOf } from '../../../client/problem.ts';
import { formatPhone } from '../../../format/phone.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Field, Input } from '../../../ui/field.tsx';

const MAX_FOUND = 8;
const SHORTEST_SEARCH = 2;

/** Whose variables and history the agent gets; kept in the URL. */
export function LeadPicker() {
  const { lead } = useSearch({ from: '/agents/$agentId' });
  return lead === undefined ? <Finder /> : <Chosen leadId={lead} />;
}

function useChoose(): (leadId: string | null) => void {
  const navigate = useNavigate({ from: '/agents/$agentId' });
  return (leadId) =>
    void navigate({ to: '.', search: leadId === null ? {} : { lead: leadId }, resetScroll: false });
}

function Chosen({ leadId }: { leadId: string }) {
  const choose = useChoose();
  const { data, error } = useQuery({
    queryKey: keys.lead(leadId),
    queryFn: ({ signal }) => readLead(leadId, { signal }),
  });
  return (
    <div className="grid content-start gap-1">
      <span className="font-medium">As the lead</span>
      <div className="flex h-8 items-center gap-2 rounded-md border bg-raised pl-2.5">
        <User aria-hidden className="size-4 shrink-0 text-muted" />
        <span className="min-w-0 flex-1 truncate">
          {data === undefined ? (
            error ? (
              <span className="text-bad">{messageOf(error)}</span>
            ) : (
              'Loading…'
            )
          ) : (
            <Link to="/leads/$leadId" params={{ leadId }} className="text-accent underline">
              {data.name ?? formatPhone(data.phone)}
            </Link>
          )}
        </span>
        <IconButton label="Talk as nobody in particular" icon={<X />} onClick={() => choose(null)} />
      </div>
      <p className="text-xs text-muted">
        Their variables and history go along. A text they send meanwhile reaches the agent.
      </p>
    </div>
  );
}

function Finder() {
  const list = useId();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim());
  const isLongEnough = wanted.length >= SHORTEST_SEARCH;
  const found = useFoundLeads(wanted, { most: MAX_FOUND, shortest: SHORTEST_SEARCH });
  return (
    <Field
      label="As a lead"
      hint="Their variables and history go along. May be left empty."
      className="relative"
    >
      {(control) => (
        <>
          <Input
            {...control}
            type="search"
            maxLength={200}
            autoComplete="off"
            placeholder="Name or number"
            aria-controls={list}
            value={text}
            onChange={(event) => setText(event.target.value)}
            // Enter searches, and must not start the talk.
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          />
          <div id={list} className="absolute top-15 right-0 left-0 z-20">
            {isLongEnough && <Found items={found.data?.items} error={found.error} />}
          </div>
        </>
      )}
    </Field>
  );
}

function Found({ items, error }: { items: readonly FoundLead[] | undefined; error: unknown }) {
  const choose = useChoose();
  const box = 'rounded-md border bg-panel shadow-xl';
  if (error) return <p className={`${box} p-2 text-bad`}>{messageOf(error)}</p>;
  if (items === undefined) return null;
  if (items.length === 0) return <p className={`${box} p-2 text-muted`}>No lead of that name or number.</p>;
  return (
    <ul aria-label="Leads found" className={`${box} max-h-72 overflow-y-auto p-1`}>
      {items.map(({ id, name, phone, campaignName }) => (
        <li key={id}>
          <button
            type="button"
            onClick={() => choose(id)}
            className="grid w-full rounded-md px-2 py-1.5 text-left hover:bg-raised"
          >
            <span className="truncate font-medium">{name ?? formatPhone(phone)}</span>
            <span className="truncate text-xs text-muted">
              {name !== null && `${formatPhone(phone)} · `}
              {campaignName}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
