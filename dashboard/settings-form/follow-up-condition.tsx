import { dispositionValues, reachValues } from '../client/generated.ts';
import { DISPOSITION_TEXT, reachText } from '../format/labels.tsx';
import { Checkbox, Field, NativeSelect } from '../ui/field.tsx';
import { Fields } from './controls.tsx';
import type { FollowUpCondition } from './value.ts';

/** Which calls it follows; every chosen condition must hold. */
export function Condition({
  on,
  onChange,
}: {
  on: FollowUpCondition;
  onChange: (on: FollowUpCondition) => void;
}) {
  return (
    <div className="grid gap-3">
      <Choices
        label="When the outcome is one of"
        options={dispositionValues.map((disposition) => [disposition, DISPOSITION_TEXT[disposition]])}
        chosen={on.dispositions ?? []}
        onChange={(dispositions) => onChange({ ...on, dispositions })}
      />
      <Choices
        label="And the call reached"
        options={reachValues.map((reach) => [reach, reachText(reach)])}
        chosen={on.reaches ?? []}
        onChange={(reaches) => onChange({ ...on, reaches })}
      />
      <Fields>
        <EitherWay
          label="And converted"
          value={on.converted}
          onChange={(converted) => onChange(withFlag(on, 'converted', converted))}
        />
        <EitherWay
          label="And a meeting was agreed"
          value={on.meeting}
          onChange={(meeting) => onChange(withFlag(on, 'meeting', meeting))}
        />
      </Fields>
    </div>
  );
}

function withFlag(
  on: FollowUpCondition,
  flag: 'converted' | 'meeting',
  value: boolean | undefined,
): FollowUpCondition {
  const { [flag]: _before, ...rest } = on;
  return value === undefined ? rest : { ...rest, [flag]: value };
}

function Choices<Value extends string>({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string;
  options: readonly (readonly [Value, string])[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
}) {
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 font-medium">
        {label} {chosen.length === 0 && <span className="font-normal text-muted">(any)</span>}
      </legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {options.map(([value, text]) => (
          <Checkbox
            key={value}
            label={text}
            checked={chosen.includes(value)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, value] : chosen.filter((each) => each !== value))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

function EitherWay({
  label,
  value,
  onChange,
}: {
  label: string;
  value: boolean | undefined;
  onChange: (value: boolean | undefined) => void;
}) {
  return (
    <Field label={label}>
      {(control) => (
        <NativeSelect
          {...control}
          value={value === undefined ? '' : String(value)}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value === 'true')}
        >
          <option value="">either way</option>
          <option value="true">yes</option>
          <option value="false">no</option>
        </NativeSelect>
      )}
    </Field>
  );
}
