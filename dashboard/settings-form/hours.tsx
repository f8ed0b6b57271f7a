import { Copy, Plus, X } from 'lucide-react';
import { useId } from 'react';
import type { CampaignSettingsInput } from '../client/generated.ts';
import { entriesOf } from '../format/words.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Field, Input, NativeSelect } from '../ui/field.tsx';
import { Section, useDraftText, useError } from './controls.tsx';
import type { SectionProps } from './value.ts';

type Window = NonNullable<CampaignSettingsInput['window']>;
type Days = NonNullable<Window['days']>;
type Day = keyof Days;
type Range = [string, string];

const DAYS: Record<Day, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};
const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const USUAL_HOURS: Range = ['10:00', '19:00'];

/** The calling window: hours by weekday, time zone, and holidays. */
export function HoursSection({ value, change }: SectionProps) {
  const window = value.window ?? {};
  const days = window.days ?? {};
  const changeWindow = (part: Partial<Window>) => change({ window: { ...window, ...part } });
  return (
    <Section
      title="Calling hours"
      about="Nobody is called outside them. Where it is not certain which zone a lead is in, all that it may be in must be open."
    >
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-4">
        <Zone zone={window.timeZone ?? 'lead'} onChange={(timeZone) => changeWindow({ timeZone })} />
        <Holidays
          calendar={window.holidays ?? null}
          onChange={(holidays) => changeWindow({ holidays: holidays === '' ? null : holidays })}
        />
      </div>
      <ul className="grid divide-y rounded-md border" aria-label="Hours by weekday">
        {entriesOf(DAYS).map(([day, name]) => (
          <DayHours
            key={day}
            day={day}
            name={name}
            ranges={days[day] ?? []}
            onChange={(ranges) => changeWindow({ days: { ...days, [day]: ranges } })}
          />
        ))}
      </ul>
      <div>
        <Button
          size="small"
          icon={<Copy />}
          onClick={() =>
            changeWindow({
              days: { ...days, ...Object.fromEntries(WORKDAYS.map((day) => [day, days.mon ?? []])) },
            })
          }
        >
          Monday's hours on all workdays
        </Button>
      </div>
    </Section>
  );
}

const ZONES = Intl.supportedValuesOf('timeZone');

function Zone({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const list = useId();
  const error = useError('window.timeZone');
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className="grid content-start gap-2">
      <Field label="By the clock of" error={zone === 'lead' ? error : undefined}>
        {(control) => (
          <NativeSelect
            {...control}
            value={zone === 'lead' ? 'lead' : 'one'}
            onChange={(event) => onChange(event.target.value === 'lead' ? 'lead' : own)}
          >
            <option value="lead">the lead's own place</option>
            <option value="one">one time zone for all</option>
          </NativeSelect>
        )}
      </Field>
      {zone !== 'lead' && (
        <Field label="Time zone" error={error}>
          {(control) => (
            <>
              <Input
                {...control}
                list={list}
                value={zone}
                onChange={(event) => onChange(event.target.value)}
              />
              <datalist id={list}>
                {ZONES.map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
    </div>
  );
}

/** Suggestions; any country, state or region of the API may be typed. */
const CALENDARS = ['US', 'US-CA', 'US-NY', 'US-TX', 'CA', 'GB', 'GB-ENG', 'IE', 'AU', 'NZ', 'DE', 'FR', 'ES'];

function Holidays({ calendar, onChange }: { calendar: string | null; onChange: (calendar: string) => void }) {
  const list = useId();
  return (
    <Field
      label="Holidays"
      hint="A country, or a country with its state: US, US-CA, GB. Nobody is called on them."
      error={useError('window.holidays')}
    >
      {(control) => (
        <>
          <Input
            {...control}
            list={list}
            placeholder="None"
            autoComplete="off"
            value={calendar ?? ''}
            onChange={(event) => onChange(event.target.value.trim().toUpperCase())}
          />
          <datalist id={list}>
            {CALENDARS.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

interface DayHoursProps {
  day: Day;
  name: string;
  ranges: Range[];
  onChange: (ranges: Range[]) => void;
}

function DayHours({ day, name, ranges, onChange }: DayHoursProps) {
  const error = useError(`window.days.${day}`, { within: true });
  const replace = (index: number, range: Range) =>
    onChange(ranges.map((each, at) => (at === index ? range : each)));
  return (
    <li className="grid gap-x-4 gap-y-2 p-2.5 sm:grid-cols-[6rem_minmax(0,1fr)_auto] sm:items-center">
      <span className="font-medium max-sm:row-start-1">{name}</span>
      <div className="grid min-w-0 gap-1.5">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
          {ranges.length === 0 && <span className="leading-8 text-muted">Closed</span>}
          {ranges.map(([from, to], index) => (
            // Ranges are identified by their position.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above.
            <span key={index} className="inline-flex items-center gap-1">
              <Clock label={`${name} from`} time={from} onChange={(time) => replace(index, [time, to])} />
              <span aria-hidden>–</span>
              <Clock label={`${name} to`} time={to} onChange={(time) => replace(index, [from, time])} />
              <IconButton
                label={`Remove ${from} to ${to} on ${name}`}
                icon={<X />}
                onClick={() => onChange(ranges.filter((_, at) => at !== index))}
              />
            </span>
          ))}
        </div>
        <Strip ranges={ranges} />
        {error && <p className="text-xs text-bad">{error}</p>}
      </div>
      <Button
        size="small"
        variant="quiet"
        icon={<Plus />}
        className="justify-self-start"
        aria-label={`Add hours on ${name}`}
        onClick={() => onChange([...ranges, nextRange(ranges)])}
      >
        Hours
      </Button>
    </li>
  );
}

/** After the day's last range, where there is room. */
function nextRange(ranges: readonly Range[]): Range {
  const end = minutesOf(ranges.at(-1)?.[1] ?? '');
  if (end === null) return USUAL_HOURS;
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return [clock(Math.min(end + 60, DAY_MINUTES - 60)), clock(Math.min(end + 180, DAY_MINUTES))];
}

/** A time of day; "9" and "930" are understood. The day ends at 24:00, which browsers' own control lacks. */
function Clock({ label, time, onChange }: { label: string; time: string; onChange: (time: string) => void }) {
  const [text, setText] = useDraftText(time, {
    read: readClock,
    write: (it) => it,
    same: (a, b) => a === b,
  });
  return (
    <Input
      aria-label={label}
      aria-invalid={minutesOf(time) === null || undefined}
      inputMode="numeric"
      autoComplete="off"
      placeholder="HH:MM"
      className="w-[4.25rem] text-center"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(readClock(event.target.value));
      }}
      onBlur={() => setText(readClock(text))}
    />
  );
}

function readClock(text: string): string {
  const match = /^\s*(\d{1,2})[:.]?(\d{2})?\s*$/.exec(text);
  return match ? `${match[1]?.padStart(2, '0')}:${match[2] ?? '00'}` : text.trim();
}

const DAY_MINUTES = 1_440;

function minutesOf(time: string): number | null {
  const match = /^(\d{2}):([0-5]\d)$/.exec(time);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : DAY_MINUTES + 1;
  return minutes > DAY_MINUTES ? null : minutes;
}

/** A day's hours from midnight to midnight. */
function Strip({ ranges }: { ranges: readonly Range[] }) {
  return (
    <svg viewBox={`0 0 ${DAY_MINUTES} 4`} preserveAspectRatio="none" className="h-1 w-full" aria-hidden>
      <rect width={DAY_MINUTES} height="4" className="fill-raised" />
      {ranges.map(([from, to]) => {
        const [start, end] = [minutesOf(from), minutesOf(to)];
        if (start === null || end === null || end <= start) return null;
        return (
          <rect key={`${from}-${to}`} x={start} width={end - start} height="4" className="fill-chart-1" />
        );
      })}
    </svg>
  );
}
