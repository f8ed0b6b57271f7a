import { useId } from 'react';
import type { AgentDetail } from '../client/generated.ts';
import { Field, Input, NativeSelect } from '../ui/field.tsx';
import { Fields, useError } from './controls.tsx';
import type { ConversionRule } from './value.ts';

/** The agent's data fields and criteria. */
export type KnownNames = Pick<AgentDetail, 'dataCollection' | 'criteria'>;

type Of<Kind extends ConversionRule['rule']> = Extract<ConversionRule, { rule: Kind }>;

interface FieldsProps<Rule> {
  rule: Rule;
  path: string;
  agent: KnownNames | undefined;
  onChange: (rule: ConversionRule) => void;
}

export function DataFields({ rule, path, agent, onChange }: FieldsProps<Of<'data_collection'>>) {
  return (
    <Fields>
      <NameField
        label="Data field"
        path={`${path}.field`}
        value={rule.field}
        known={agent?.dataCollection.map(({ id }) => id)}
        onChange={(field) => onChange({ ...rule, field })}
      />
      <Field
        label="Is"
        hint="Left empty: anything but no, zero or false"
        error={useError(`${path}.equals`, { within: true })}
      >
        {(control) => (
          <Input
            {...control}
            placeholder="there at all"
            value={rule.equals === undefined ? '' : String(rule.equals)}
            onChange={({ target }) => {
              const { equals: _before, ...rest } = rule;
              onChange(target.value === '' ? rest : { ...rest, equals: target.value });
            }}
          />
        )}
      </Field>
    </Fields>
  );
}

export function CriterionFields({ rule, path, agent, onChange }: FieldsProps<Of<'evaluation'>>) {
  return (
    <Fields>
      <NameField
        label="Criterion"
        path={`${path}.criterion`}
        value={rule.criterion}
        known={agent?.criteria.map(({ id }) => id)}
        onChange={(criterion) => onChange({ ...rule, criterion })}
      />
      <Field label="Came out as" error={useError(`${path}.result`)}>
        {(control) => (
          <NativeSelect
            {...control}
            value={rule.result ?? 'success'}
            onChange={(event) =>
              onChange({ ...rule, result: event.target.value as NonNullable<typeof rule.result> })
            }
          >
            <option>success</option>
            <option>failure</option>
            <option>unknown</option>
          </NativeSelect>
        )}
      </Field>
    </Fields>
  );
}

/** A name that the agent has; others may be typed, since an agent's names change. */
function NameField({
  label,
  path,
  value,
  known,
  onChange,
}: {
  label: string;
  path: string;
  value: string;
  known: readonly string[] | undefined;
  onChange: (value: string) => void;
}) {
  const list = useId();
  const missing = value !== '' && known !== undefined && !known.includes(value);
  return (
    <Field
      label={label}
      error={useError(path)}
      hint={
        missing
          ? `The agent has none of this name${known.length > 0 ? `: ${known.join(', ')}` : ''}.`
          : undefined
      }
    >
      {(control) => (
        <>
          <Input
            {...control}
            list={list}
            autoComplete="off"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {known?.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
