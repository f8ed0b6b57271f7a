import { useNavigate, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { holdRuleValues, leadOutcomeValues, leadStateValues, reachValues } from '../../client/generated.ts';
import { leadStateText, reachText } from '../../format/labels.tsx';
import { type LeadHold, outcomeText, ruleText } from '../../format/rules.ts';
import { oneOf } from '../../format/search.ts';
import { Button } from '../../ui/button.tsx';
import { Field, NativeSelect } from '../../ui/field.tsx';
import { SearchInput } from '../../ui/search-input.tsx';
import type { CampaignSearch } from './search.ts';

/** Searches after a pause in typing. */
const PAUSE_MS = 250;
/** Rules that never hold a listed lead. */
const NEVER_HOLDS = new Set<LeadHold>(['lead_open', 'opt_out', 'replied', 'attempts', 'campaign_running']);
const HOLDS = ([...holdRuleValues, 'none'] as const).filter((hold) => !NEVER_HOLDS.has(hold));

/** All filters are kept in the URL. */
export function LeadFilters() {
  const search = useSearch({ from: '/campaigns/$campaignId' });
  const navigate = useNavigate({ from: '/campaigns/$campaignId' });
  const choose = (change: Partial<CampaignSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) });
  const { state, reach, hold, outcome, q } = search;
  const isFiltered = [state, reach, hold, outcome, q].some((value) => value !== undefined);
  const clear = { state: undefined, reach: undefined, hold: undefined, outcome: undefined, q: undefined };
  return (
    <search aria-label="Filter leads" className="grid grid-cols-2 items-end gap-2 sm:flex sm:flex-wrap">
      <TextFilter />
      <Choice
        label="State"
        value={state}
        options={leadStateValues.map((value) => [value, leadStateText(value)])}
        onChoose={(value) => choose({ state: oneOf(value, leadStateValues) })}
      />
      <Choice
        label="Held by"
        value={hold}
        options={HOLDS.map((value) => [value, ruleText(value)])}
        onChoose={(value) => choose({ hold: value })}
      />
      <Choice
        label="Last reach"
        value={reach}
        options={reachValues.map((value) => [value, reachText(value)])}
        onChoose={(value) => choose({ reach: oneOf(value, reachValues) })}
      />
      <Choice
        label="Ended as"
        value={outcome}
        options={leadOutcomeValues.map((value) => [value, outcomeText(value)])}
        onChoose={(value) => choose({ outcome: value })}
      />
      {isFiltered && (
        <Button variant="quiet" icon={<X />} onClick={() => choose(clear)}>
          Clear
        </Button>
      )}
    </search>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: readonly (readonly [value: string, text: string])[];
  onChoose: (value: string | undefined) => void;
}

/** One value or any. Several values, as a link from the funnel sets them, are shown as one entry. */
function Choice({ label, value, options, onChoose }: ChoiceProps) {
  const isKnown = value === undefined || options.some(([known]) => known === value);
  return (
    <Field label={label} className="sm:w-34">
      {(control) => (
        <NativeSelect
          {...control}
          value={value ?? ''}
          onChange={(event) => onChoose(event.target.value === '' ? undefined : event.target.value)}
        >
          <option value="">Any</option>
          {!isKnown && <option value={value}>{`${value.split(',').length} together`}</option>}
          {options.map(([known, text]) => (
            <option key={known} value={known}>
              {text}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}

function TextFilter() {
  const { q } = useSearch({ from: '/campaigns/$campaignId' });
  const navigate = useNavigate({ from: '/campaigns/$campaignId' });
  return (
    <Field label="Find" className="col-span-2 sm:w-48">
      {(control) => (
        <SearchInput
          {...control}
          placeholder="Name, mail, number"
          value={q}
          pauseMs={PAUSE_MS}
          onSearch={(text) => void navigate({ search: (before) => ({ ...before, q: text }), replace: true })}
        />
      )}
    </Field>
  );
}
