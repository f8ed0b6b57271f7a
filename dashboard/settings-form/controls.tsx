import { createContext, type ReactNode, use, useId, useState } from 'react';
import { cn } from '../ui/cn.ts';
import { Field, Input, NativeSelect } from '../ui/field.tsx';
import { errorAt, type SettingsError } from './value.ts';

/** The errors of the shown settings; each control finds its own by path. */
export const ErrorsContext = createContext<readonly SettingsError[]>([]);

export function useError(path: string, options?: { within?: boolean }): string | undefined {
  return errorAt(use(ErrorsContext), path, options);
}

/** A part of the settings: an explanation at the side, the fields beside it. */
export function Section({
  title,
  about,
  children,
}: {
  title: string;
  about: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid min-w-0 gap-x-8 gap-y-4 p-4 md:grid-cols-[13rem_minmax(0,1fr)] md:p-5"
    >
      <div className="grid content-start gap-1">
        <h3 id={id} className="font-semibold">
          {title}
        </h3>
        <p className="text-xs text-muted">{about}</p>
      </div>
      <div className="grid min-w-0 content-start gap-4">{children}</div>
    </section>
  );
}

export function Fields({ children }: { children: ReactNode }) {
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,11.5rem),1fr))] gap-4">{children}</div>
  );
}

/**
 * Text for a value. The typed text stays while it means the value; a value changed from elsewhere replaces
 * it.
 */
export function useDraftText<Value>(
  value: Value,
  { read, write, same }: Draft<Value>,
): [string, (text: string) => void] {
  const [text, setText] = useState(() => write(value));
  return [same(read(text), value) ? text : write(value), setText];
}

interface Draft<Value> {
  read: (text: string) => Value;
  write: (value: Value) => string;
  same: (a: Value, b: Value) => boolean;
}

interface NumberFieldProps {
  label: string;
  path: string;
  value: number | null | undefined;
  onChange: (value: number) => void;
  hint?: ReactNode;
  /** Units of the value per typed unit: 100 for cents typed as dollars. */
  scale?: number;
  /** Shown before the number. */
  prefix?: string;
}

interface OptionalNumberFieldProps extends Omit<NumberFieldProps, 'onChange'> {
  onChange: (value: number | null) => void;
  /** Label for the empty value: "No limit". */
  none: string;
}

const same = (a: number | null, b: number | null) => Object.is(a, b);

function readNumber(text: string, scale: number): number {
  const trimmed = text.trim();
  if (trimmed === '' || !Number.isFinite(Number(trimmed))) return Number.NaN;
  // Cents are whole; unscaled values keep their fraction.
  return scale === 1 ? Number(trimmed) : Math.round(Number(trimmed) * scale);
}

function writeNumber(value: number | null, scale: number): string {
  return value === null || Number.isNaN(value) ? '' : String(value / scale);
}

/** A required number. Anything else becomes NaN, with which the form cannot be sent. */
export function NumberField({ onChange, ...rest }: NumberFieldProps) {
  return <AnyNumberField {...rest} onChange={(value) => onChange(value ?? Number.NaN)} none={null} />;
}

export function OptionalNumberField(props: OptionalNumberFieldProps) {
  return <AnyNumberField {...props} />;
}

function AnyNumberField({
  label,
  path,
  value = null,
  onChange,
  hint,
  none,
  scale = 1,
  prefix,
}: Omit<OptionalNumberFieldProps, 'none'> & { none: string | null }) {
  const read = (text: string) => (none !== null && text.trim() === '' ? null : readNumber(text, scale));
  const [text, setText] = useDraftText(value, { read, write: (it) => writeNumber(it, scale), same });
  const unreadable = Number.isNaN(value)
    ? text.trim() === ''
      ? 'is required'
      : 'is not a number'
    : undefined;
  const refused = useError(path);
  return (
    <Field label={label} hint={hint} error={unreadable ?? refused}>
      {(control) => (
        <span className="relative">
          {prefix !== undefined && (
            <span aria-hidden className="absolute top-0 left-2.5 leading-8 text-muted">
              {prefix}
            </span>
          )}
          <Input
            {...control}
            inputMode="decimal"
            autoComplete="off"
            className={cn(prefix !== undefined && 'pl-6')}
            placeholder={none ?? undefined}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              onChange(read(event.target.value));
            }}
          />
        </span>
      )}
    </Field>
  );
}

const UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
type Unit = keyof typeof UNITS;

function unitOf(seconds: number | null): Unit {
  if (seconds === null || seconds === 0 || Number.isNaN(seconds)) return 'minutes';
  return (['days', 'hours', 'minutes'] as const).find((unit) => seconds % UNITS[unit] === 0) ?? 'seconds';
}

interface DurationFieldProps {
  label: string;
  path: string;
  seconds: number | null | undefined;
  onChange: (seconds: number) => void;
  hint?: ReactNode;
}

/** A required duration, in its roundest unit. */
export function DurationField({ onChange, ...rest }: DurationFieldProps) {
  return <AnyDurationField {...rest} none={null} onChange={(seconds) => onChange(seconds ?? Number.NaN)} />;
}

/** A duration, or `none`, such as "not again". */
export function OptionalDurationField(
  props: Omit<DurationFieldProps, 'onChange'> & { none: string; onChange: (seconds: number | null) => void },
) {
  return <AnyDurationField {...props} />;
}

function AnyDurationField({
  label,
  path,
  seconds = null,
  onChange,
  hint,
  none,
}: Omit<DurationFieldProps, 'onChange'> & {
  none: string | null;
  onChange: (seconds: number | null) => void;
}) {
  const [unit, setUnit] = useState(() => unitOf(seconds));
  const read = (text: string): number | null => readNumber(text, UNITS[unit]);
  const write = (it: number | null) => writeNumber(it, UNITS[unit]);
  const [text, setText] = useDraftText(seconds, { read: (it) => roundSeconds(read(it)), write, same });
  const refused = useError(path);
  const unreadable = Number.isNaN(seconds) ? 'is not a number' : undefined;
  const chooseUnit = (chosen: string) => {
    if (chosen === 'none') return onChange(null);
    const next = chosen as Unit;
    setUnit(next);
    // The number stays and takes the new unit; an empty one becomes one.
    onChange(roundSeconds(seconds === null ? UNITS[next] : readNumber(text, UNITS[next])));
  };
  return (
    <Field label={label} hint={hint} error={unreadable ?? refused}>
      {(control) => (
        <span className="flex gap-1.5">
          {seconds !== null && (
            <Input
              {...control}
              inputMode="decimal"
              autoComplete="off"
              className="w-16 shrink-0"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                onChange(roundSeconds(read(event.target.value)));
              }}
            />
          )}
          <NativeSelect
            {...(seconds === null ? control : { 'aria-label': `${label}: unit` })}
            value={seconds === null ? 'none' : unit}
            onChange={(event) => chooseUnit(event.target.value)}
          >
            {Object.keys(UNITS).map((each) => (
              <option key={each}>{each}</option>
            ))}
            {none !== null && <option value="none">{none}</option>}
          </NativeSelect>
        </span>
      )}
    </Field>
  );
}

function roundSeconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds);
}

/** Words or phrases, separated by commas. */
export function WordsField({
  label,
  path,
  words,
  onChange,
  hint,
}: {
  label: string;
  path: string;
  words: readonly string[];
  onChange: (words: string[]) => void;
  hint?: ReactNode;
}) {
  const [text, setText] = useDraftText<readonly string[]>(words, {
    read: readWords,
    write: (it) => it.join(', '),
    same: (a, b) => a.length === b.length && a.every((word, index) => word === b[index]),
  });
  return (
    <Field label={label} hint={hint} error={useError(path, { within: true })}>
      {(control) => (
        <Input
          {...control}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onChange(readWords(event.target.value));
          }}
        />
      )}
    </Field>
  );
}

function readWords(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
