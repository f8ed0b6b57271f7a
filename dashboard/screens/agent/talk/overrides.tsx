import { useId } from 'react';
import type { AgentDetail } from '../../../client/generated.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, NativeSelect, Textarea } from '../../../ui/field.tsx';
import { LANGUAGES, languageText } from '../languages.ts';
import { useVoices } from '../use-voices.ts';
import { type TalkSetup, VOICE_SETTINGS } from './setup.ts';

const REFUSED = "The agent's settings do not allow this to be changed.";

interface OverridesProps {
  agent: AgentDetail;
  setup: TalkSetup;
  onChange: (part: Partial<TalkSetup>) => void;
  errors: Record<string, string>;
}

/** Overrides that the agent allows; the others are shown with the reason. */
export function Overrides({ agent, setup, onChange, errors }: OverridesProps) {
  const { overrides: allowed, firstMessage } = agent;
  return (
    <div className="grid gap-4">
      <Field
        label="First message"
        hint={allowed.firstMessage ? 'Empty: as the agent has it.' : REFUSED}
        error={errors.firstMessage}
      >
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            className="min-h-14"
            disabled={!allowed.firstMessage}
            maxLength={2_000}
            placeholder={firstMessage ?? 'The agent waits to be spoken to'}
            value={setup.firstMessage}
            onChange={(event) => onChange({ firstMessage: event.target.value })}
          />
        )}
      </Field>
      <PromptField {...{ agent, setup, onChange, errors }} />
      <LanguageField {...{ agent, setup, onChange, errors }} />
      {setup.mode === 'voice' && <VoicePart {...{ agent, setup, onChange, errors }} />}
    </div>
  );
}

function PromptField({ agent: { overrides: allowed, prompt }, setup, onChange, errors }: OverridesProps) {
  return (
    <Field
      label="Prompt"
      hint={allowed.prompt ? 'Empty: as the agent has it.' : REFUSED}
      error={errors.prompt}
    >
      {(control) => (
        <>
          <Textarea
            {...control}
            rows={6}
            disabled={!allowed.prompt}
            maxLength={50_000}
            value={setup.prompt}
            onChange={(event) => onChange({ prompt: event.target.value })}
          />
          {allowed.prompt && prompt !== null && setup.prompt === '' && (
            <Button size="small" className="justify-self-start" onClick={() => onChange({ prompt })}>
              Begin from the agent's own
            </Button>
          )}
        </>
      )}
    </Field>
  );
}

function LanguageField({ agent: { overrides: allowed, language }, setup, onChange, errors }: OverridesProps) {
  return (
    <Field
      label="Language"
      className="sm:max-w-72"
      hint={allowed.language ? undefined : REFUSED}
      error={errors.language}
    >
      {(control) => (
        <NativeSelect
          {...control}
          disabled={!allowed.language}
          value={setup.language}
          onChange={(event) => onChange({ language: event.target.value })}
        >
          <option value="">As the agent: {language === null ? 'not set' : languageText(language)}</option>
          {LANGUAGES.map((code) => (
            <option key={code} value={code}>
              {languageText(code)}
            </option>
          ))}
        </NativeSelect>
      )}
    </Field>
  );
}

function VoicePart({ agent, setup, onChange, errors }: OverridesProps) {
  const { overrides: allowed } = agent;
  const voices = useVoices();
  const own = voices.items?.find(({ voiceId }) => voiceId === agent.voiceId)?.name ?? agent.voiceId;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label="Voice"
        hint={allowed.voice ? undefined : REFUSED}
        error={errors.voiceId ?? (voices.isError ? 'The voices cannot be listed now.' : undefined)}
      >
        {(control) => (
          <>
            <NativeSelect
              {...control}
              disabled={!allowed.voice}
              value={setup.voiceId}
              onChange={(event) => onChange({ voiceId: event.target.value })}
            >
              <option value="">As the agent: {own ?? 'not set'}</option>
              {voices.items?.map(({ voiceId, name }) => (
                <option key={voiceId} value={voiceId}>
                  {name}
                </option>
              ))}
            </NativeSelect>
            {allowed.voice && voices.hasNextPage && (
              <Button
                size="small"
                className="justify-self-start"
                busy={voices.isFetchingNextPage}
                onClick={() => void voices.fetchNextPage()}
              >
                List more voices
              </Button>
            )}
          </>
        )}
      </Field>
      {VOICE_SETTINGS.map((setting) => (
        <Slider
          key={setting.name}
          {...setting}
          value={setup.voice[setting.name]}
          isAllowed={allowed[setting.name]}
          error={errors[`voice.${setting.name}`]}
          onChange={(value) => {
            const { [setting.name]: _old, ...rest } = setup.voice;
            onChange({ voice: value === undefined ? rest : { ...rest, [setting.name]: value } });
          }}
        />
      ))}
    </div>
  );
}

interface SliderProps {
  label: string;
  min: number;
  max: number;
  step: number;
  /** Position while no value is set. */
  middle: number;
  value: number | undefined;
  isAllowed: boolean;
  error: string | undefined;
  onChange: (value: number | undefined) => void;
}

function Slider({ label, min, max, step, middle, value, isAllowed, error, onChange }: SliderProps) {
  const id = useId();
  const shown = value === undefined ? 'as the agent' : value.toFixed(2);
  return (
    <div className="grid content-start gap-1">
      <div className="flex h-7 items-center justify-between gap-2">
        <label htmlFor={id} className="font-medium">
          {label} <span className="font-normal text-muted">{shown}</span>
        </label>
        {value !== undefined && (
          <Button
            size="small"
            variant="quiet"
            aria-label={`${label} as the agent has it`}
            onClick={() => onChange(undefined)}
          >
            Reset
          </Button>
        )}
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value ?? middle}
        disabled={!isAllowed}
        aria-valuetext={shown}
        aria-describedby={`${id}-note`}
        className="h-5 accent-accent"
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <p id={`${id}-note`} className={error ? 'text-xs text-bad' : 'text-xs text-muted'}>
        {error ?? (isAllowed ? `${min} to ${max}` : REFUSED)}
      </p>
    </div>
  );
}
