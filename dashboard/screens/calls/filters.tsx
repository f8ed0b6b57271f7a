import { useQuery } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import {
  callStatusValues,
  directionValues,
  dispositionValues,
  listAgents,
  listCampaigns,
  reachValues,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { callStatusText, DIRECTION_TEXT, DISPOSITION_TEXT, reachText } from '../../format/labels.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Input, NativeSelect } from '../../ui/field.tsx';
import { SearchInput } from '../../ui/search-input.tsx';
import { type CallsSearch, dayOf, LONGEST_SEARCH } from './search.ts';

const MAX_CAMPAIGNS = 200;
/** Fetches after a pause in typing. */
const REST_MS = 250;

interface FiltersProps {
  search: CallsSearch;
  /** `typing`: changes with every key, and adds no step to the history. */
  onChange: (change: Partial<CallsSearch>, typing?: boolean) => void;
}

/** On a phone the filters fold out below the search. */
export function CallFilters({ search, onChange }: FiltersProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="grid gap-2">
      <div className="flex gap-2">
        <SearchInput
          aria-label="Search calls by name, number or id"
          placeholder="Name, number, conversation or carrier id"
          className="min-w-0 flex-1"
          maxLength={LONGEST_SEARCH}
          value={search.q}
          pauseMs={REST_MS}
          onSearch={(q) => onChange({ q }, true)}
        />
        <Button
          className="md:hidden"
          icon={<SlidersHorizontal />}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          Filters
        </Button>
      </div>
      <div
        id={id}
        className={cn('grid grid-cols-2 gap-2 md:grid-cols-4 xl:grid-cols-8', !open && 'max-md:hidden')}
      >
        <OfWork search={search} onChange={onChange} />
        <OfCall search={search} onChange={onChange} />
      </div>
    </div>
  );
}

function OfWork({ search, onChange }: FiltersProps) {
  const campaigns = useQuery({
    queryKey: keys.campaigns({ limit: MAX_CAMPAIGNS }),
    queryFn: () => listCampaigns({ limit: MAX_CAMPAIGNS }),
  });
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  return (
    <>
      <Choice
        label="Campaign"
        value={search.campaign}
        onChange={(campaign) => onChange({ campaign })}
        options={campaigns.data?.items.map(({ id, name }) => [id, name]) ?? []}
      />
      <Choice
        label="Agent"
        value={search.agent}
        onChange={(agent) => onChange({ agent })}
        options={agents.data?.items.map(({ agentId, name }) => [agentId, name]) ?? []}
      />
    </>
  );
}

function OfCall({ search, onChange }: FiltersProps) {
  return (
    <>
      <Choice
        label="Reach"
        value={search.reach}
        onChange={(reach) => onChange({ reach })}
        options={reachValues.map((reach) => [reach, reachText(reach)])}
      />
      <Choice
        label="Disposition"
        value={search.disposition}
        onChange={(disposition) => onChange({ disposition })}
        options={dispositionValues.map((disposition) => [disposition, DISPOSITION_TEXT[disposition]])}
      />
      <Choice
        label="Status"
        value={search.status}
        onChange={(status) => onChange({ status })}
        options={callStatusValues.map((status) => [status, callStatusText(status)])}
      />
      <Choice
        label="Direction"
        value={search.kind === 'browser' ? 'browser' : search.direction}
        onChange={(way) =>
          onChange(
            way === 'browser' ? { kind: way, direction: undefined } : { kind: undefined, direction: way },
          )
        }
        options={[
          ...directionValues.map((direction) => [direction, DIRECTION_TEXT[direction]] as const),
          ['browser', 'In the browser'],
        ]}
      />
      <Day label="From" value={search.from} onChange={(from) => onChange({ from })} />
      <Day label="Until" value={search.to} onChange={(to) => onChange({ to })} />
    </>
  );
}

function Labelled({ label, active, children }: { label: string; active: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is passed in.
    <label className="grid min-w-0 grid-cols-1 gap-0.5">
      <span className={cn('text-xs font-medium text-muted', active && 'text-accent')}>{label}</span>
      {children}
    </label>
  );
}

function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value | undefined;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value | undefined) => void;
}) {
  const isKnown = value === undefined || options.some(([option]) => option === value);
  return (
    <Labelled label={label} active={value !== undefined}>
      <NativeSelect
        value={value ?? ''}
        className={cn(value !== undefined && 'border-accent')}
        onChange={(event) => onChange((event.target.value || undefined) as Value | undefined)}
      >
        <option value="">Any</option>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </NativeSelect>
    </Labelled>
  );
}

function Day({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <Labelled label={label} active={value !== undefined}>
      <Input
        type="date"
        // Other screens link with an instant, which is shown as its day.
        value={value === undefined ? '' : dayOf(value)}
        className={cn('px-1.5', value !== undefined && 'border-accent')}
        onChange={(event) => onChange(event.target.value || undefined)}
      />
    </Labelled>
  );
}
