import { useQuery } from '@tanstack/react-query';
import { listPhoneNumbers, type PhoneNumber, type PhoneNumberPage } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { plural } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { Card } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { Loaded } from '../../ui/states.tsx';
import { Warning } from './warning.tsx';

interface NumbersProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  error: string | undefined;
}

/** The numbers to call from; without a choice, all that support outbound calls. */
export function Numbers(props: NumbersProps) {
  const numbers = useQuery({ queryKey: keys.phoneNumbers, queryFn: () => listPhoneNumbers() });
  return (
    <Card title="Numbers to call from">
      <Loaded query={numbers}>{(page) => <Pool {...props} page={page} />}</Loaded>
    </Card>
  );
}

function Pool({ chosen, onChange, error, page }: NumbersProps & { page: PhoneNumberPage }) {
  const { items, warnings } = page;
  const usable = items.filter(({ supportsOutbound }) => supportsOutbound);
  const used = chosen.length === 0 ? usable.map(({ phoneNumberId }) => phoneNumberId) : chosen;
  const gone = chosen.filter((id) => !items.some(({ phoneNumberId }) => phoneNumberId === id));
  return (
    <fieldset className="grid min-w-0 gap-3">
      <legend className="mb-2 text-muted">
        {chosen.length === 0
          ? `None chosen: all ${plural(usable.length, 'number')} that can call out.`
          : `${plural(chosen.length, 'number')} chosen; calls take turns at them.`}
      </legend>
      <ul className="grid gap-1">
        {items.map((number) => (
          <li key={number.phoneNumberId}>
            <NumberChoice
              number={number}
              checked={chosen.includes(number.phoneNumberId)}
              onChange={(checked) =>
                onChange(
                  checked
                    ? [...chosen, number.phoneNumberId]
                    : chosen.filter((id) => id !== number.phoneNumberId),
                )
              }
            />
          </li>
        ))}
      </ul>
      {error !== undefined && <p className="text-bad">{error}</p>}
      {usable.length === 0 && <Warning>No number can call out: the campaign could not be started.</Warning>}
      {gone.length > 0 && (
        <Warning>{plural(gone.length, 'chosen number')} is no longer at the provider.</Warning>
      )}
      {warnings
        .filter(({ phoneNumberId }) => used.includes(phoneNumberId))
        .map(({ phoneNumberId, detail }) => (
          <Warning key={phoneNumberId}>{detail}</Warning>
        ))}
    </fieldset>
  );
}

function NumberChoice({
  number,
  checked,
  onChange,
}: {
  number: PhoneNumber;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const { phoneNumber, label, supportsOutbound } = number;
  return (
    <label
      className={cn(
        'flex items-center gap-3 rounded-md border px-3 py-2 hover:bg-raised',
        checked && 'border-accent/60 bg-accent/8',
        !supportsOutbound && 'text-muted hover:bg-transparent',
      )}
    >
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={checked}
        // A chosen number that lost outbound calls can still be removed.
        disabled={!supportsOutbound && !checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="min-w-0">
        <span className="block font-medium">{formatPhone(phoneNumber)}</span>
        <span className="block truncate text-xs text-muted">
          {label}
          {!supportsOutbound && ' · takes calls in only'}
        </span>
      </span>
    </label>
  );
}
