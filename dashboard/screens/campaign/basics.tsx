import { useQuery } from '@tanstack/react-query';
import { listAgents, listPhoneNumbers } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatPhone } from '../../format/phone.ts';
import { Card } from '../../ui/card.tsx';
import { Checkbox, Field, Input, NativeSelect } from '../../ui/field.tsx';

export interface BasicsValue {
  name: string;
  agentId: string;
  phoneNumberIds: string[];
}

interface BasicsProps {
  value: BasicsValue;
  onChange: (part: Partial<BasicsValue>) => void;
  disabled: boolean;
}

export function Basics({ value, onChange, disabled }: BasicsProps) {
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const known = agents.data?.items ?? [];
  return (
    <Card title="Name, agent and numbers">
      <fieldset disabled={disabled} className="grid gap-4 sm:grid-cols-2">
        <legend className="sr-only">Name, agent and numbers</legend>
        <Field label="Name" error={value.name.trim() === '' ? 'is needed' : undefined}>
          {(control) => (
            <Input
              {...control}
              value={value.name}
              maxLength={200}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Agent" hint="Who talks, from the next attempt on.">
          {(control) => (
            <NativeSelect
              {...control}
              value={value.agentId}
              onChange={(event) => onChange({ agentId: event.target.value })}
            >
              {known.every(({ agentId }) => agentId !== value.agentId) && (
                <option value={value.agentId}>{value.agentId}</option>
              )}
              {known.map(({ agentId, name }) => (
                <option key={agentId} value={agentId}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          )}
        </Field>
        <Numbers value={value.phoneNumberIds} onChange={(phoneNumberIds) => onChange({ phoneNumberIds })} />
      </fieldset>
    </Card>
  );
}

function Numbers({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const numbers = useQuery({ queryKey: keys.phoneNumbers, queryFn: () => listPhoneNumbers() });
  const known = (numbers.data?.items ?? []).filter(
    ({ phoneNumberId, supportsOutbound }) => supportsOutbound || value.includes(phoneNumberId),
  );
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...value, id] : value.filter((each) => each !== id));
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-1 font-medium">Numbers to call from</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {known.map(({ phoneNumberId, phoneNumber, label }) => (
          <Checkbox
            key={phoneNumberId}
            label={`${formatPhone(phoneNumber)}${label ? ` (${label})` : ''}`}
            checked={value.includes(phoneNumberId)}
            onChange={(event) => toggle(phoneNumberId, event.target.checked)}
          />
        ))}
      </div>
      {value.length === 0 && (
        <p className="mt-1 text-xs text-muted">None chosen: at the start, all that can dial out are.</p>
      )}
    </fieldset>
  );
}
