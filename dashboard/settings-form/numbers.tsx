import type { CampaignSettings } from '../client/generated.ts';
import { entriesOf } from '../format/words.ts';
import { Checkbox, Field, NativeSelect } from '../ui/field.tsx';
import {
  DurationField,
  Fields,
  NumberField,
  OptionalDurationField,
  OptionalNumberField,
  Section,
  useError,
} from './controls.tsx';
import type { SectionProps } from './value.ts';

const CENTS_PER_DOLLAR = 100;

export function PaceSection({ value, change }: SectionProps) {
  return (
    <Section
      title="Pace"
      about="How many calls at once, how fast new ones begin, and when the money is spent."
    >
      <Fields>
        <NumberField
          label="Lines"
          path="lines"
          hint="Calls at the same time"
          value={value.lines}
          onChange={(lines) => change({ lines })}
        />
        <NumberField
          label="Calls per second"
          path="callsPerSecond"
          hint="New calls, at most"
          value={value.callsPerSecond}
          onChange={(callsPerSecond) => change({ callsPerSecond })}
        />
        <OptionalNumberField
          label="Spend limit"
          path="spendLimitCents"
          hint="The campaign pauses when no other call fits"
          prefix="$"
          scale={CENTS_PER_DOLLAR}
          none="No limit"
          value={value.spendLimitCents}
          onChange={(spendLimitCents) => change({ spendLimitCents })}
        />
        <NumberField
          label="Expected cost of a call"
          path="expectedCallCents"
          hint="Held of the limit until the call is charged; after five calls, their average"
          prefix="$"
          scale={CENTS_PER_DOLLAR}
          value={value.expectedCallCents}
          onChange={(expectedCallCents) => change({ expectedCallCents })}
        />
      </Fields>
    </Section>
  );
}

type RetryDelays = CampaignSettings['retryAfterSeconds'];
type ScoreWeights = CampaignSettings['scoreWeights'];

const RETRIES: Record<keyof RetryDelays, string> = {
  no_answer: 'After no answer',
  busy: 'After busy',
  failed: 'After a failure',
  voicemail: 'After voicemail',
};

export function AttemptsSection({ value, change }: SectionProps) {
  const retries = value.retryAfterSeconds ?? {};
  return (
    <Section
      title="Attempts"
      about="Who was not reached is called again after a while, always within the calling hours."
    >
      <Fields>
        <NumberField
          label="Calls to one lead"
          path="maxAttempts"
          hint="At most"
          value={value.maxAttempts}
          onChange={(maxAttempts) => change({ maxAttempts })}
        />
        <Voicemail value={value} change={change} />
      </Fields>
      <Checkbox
        label="Keep a callback that is asked for in the last call: one call more"
        checked={value.callbackBeyondLimit ?? true}
        onChange={(event) => change({ callbackBeyondLimit: event.target.checked })}
      />
      <Fields>
        {entriesOf(RETRIES).map(([reach, label]) => (
          <OptionalDurationField
            key={reach}
            label={label}
            path={`retryAfterSeconds.${reach}`}
            none="not again"
            seconds={retries[reach]}
            onChange={(seconds) => change({ retryAfterSeconds: { ...retries, [reach]: seconds } })}
          />
        ))}
      </Fields>
    </Section>
  );
}

const VOICEMAIL: Record<CampaignSettings['voicemail'], string> = {
  done: 'Hang up, the lead is done',
  leave_message: 'Leave a message, then done',
  retry: 'Hang up, call again',
};

function Voicemail({ value, change }: SectionProps) {
  return (
    <Field label="At a voicemail" error={useError('voicemail')} className="sm:col-span-2">
      {(control) => (
        <NativeSelect
          {...control}
          value={value.voicemail}
          onChange={(event) => change({ voicemail: event.target.value as CampaignSettings['voicemail'] })}
        >
          {entriesOf(VOICEMAIL).map(([choice, text]) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}

/** Limits for one contact across all campaigns. */
export function CapsSection({ value, change }: SectionProps) {
  const caps = value.caps ?? {};
  return (
    <Section title="Caps" about="Limits for one person over all campaigns, whoever else calls them.">
      <Fields>
        <OptionalNumberField
          label="Calls per day"
          path="caps.perDay"
          none="No limit"
          value={caps.perDay}
          onChange={(perDay) => change({ caps: { ...caps, perDay } })}
        />
        <OptionalNumberField
          label="Calls per week"
          path="caps.perWeek"
          none="No limit"
          value={caps.perWeek}
          onChange={(perWeek) => change({ caps: { ...caps, perWeek } })}
        />
        <DurationField
          label="Gap between calls"
          path="caps.minGapSeconds"
          hint="At least"
          seconds={caps.minGapSeconds}
          onChange={(minGapSeconds) => change({ caps: { ...caps, minGapSeconds } })}
        />
      </Fields>
    </Section>
  );
}

export function CallSection({ value, change }: SectionProps) {
  return (
    <Section
      title="Call"
      about="How long it may ring, and how long a talk may last before it is ended. Until a phone rings some time passes: so long before the hours end, nobody is dialled any more."
    >
      <Fields>
        <DurationField
          label="Ring for"
          path="ringSeconds"
          seconds={value.ringSeconds}
          onChange={(ringSeconds) => change({ ringSeconds })}
        />
        <DurationField
          label="Time until it rings"
          path="ringMarginSeconds"
          hint="At most"
          seconds={value.ringMarginSeconds}
          onChange={(ringMarginSeconds) => change({ ringMarginSeconds })}
        />
        <DurationField
          label="Longest call"
          path="maxCallSeconds"
          seconds={value.maxCallSeconds}
          onChange={(maxCallSeconds) => change({ maxCallSeconds })}
        />
      </Fields>
    </Section>
  );
}

const WEIGHTS: Record<keyof ScoreWeights, string> = {
  answered: 'Answered',
  talkTime: 'Time talked',
  engagement: 'Engagement',
  success: 'Agent says success',
  conversion: 'Conversion',
};

export function ScoreSection({ value, change }: SectionProps) {
  const weights = value.scoreWeights ?? {};
  return (
    <Section
      title="Lead score"
      about="How much each thing counts in the score from 0 to 100. Only their ratio matters."
    >
      <Fields>
        {entriesOf(WEIGHTS).map(([part, label]) => (
          <NumberField
            key={part}
            label={label}
            path={`scoreWeights.${part}`}
            value={weights[part]}
            onChange={(weight) => change({ scoreWeights: { ...weights, [part]: weight } })}
          />
        ))}
      </Fields>
    </Section>
  );
}
