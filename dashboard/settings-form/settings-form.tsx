import { useMemo } from 'react';
import type { CampaignSettingsInput } from '../client/generated.ts';
import { AutoReplySection } from './auto-reply.tsx';
import { ErrorsContext } from './controls.tsx';
import { ConversionSection } from './conversion.tsx';
import { FollowUpsSection } from './follow-ups.tsx';
import { HoursSection } from './hours.tsx';
import { AttemptsSection, CallSection, CapsSection, PaceSection, ScoreSection } from './numbers.tsx';
import { type SettingsError, unreadableSettings } from './value.ts';

interface SettingsFormProps {
  /** Usually the campaign's settings from the API; absent ones keep their current value. */
  value: CampaignSettingsInput;
  /** Errors of a refused request (`settingsErrors`); unreadable input is shown by itself. */
  errors?: readonly SettingsError[];
  onChange: (value: CampaignSettingsInput) => void;
  disabled?: boolean;
  /** Its data fields and criteria are suggested for the conversion rule. */
  agentId?: string | undefined;
}

/** All settings of a campaign. The value may be sent only when `unreadableSettings` is empty. */
export function SettingsForm({ value, errors = [], onChange, disabled = false, agentId }: SettingsFormProps) {
  const wrong = useMemo(() => [...unreadableSettings(value), ...errors], [value, errors]);
  const change = (part: Partial<CampaignSettingsInput>) => onChange({ ...value, ...part });
  return (
    <ErrorsContext value={wrong}>
      <fieldset disabled={disabled} className="min-w-0 divide-y rounded-lg border bg-panel">
        <legend className="sr-only">Rules of the campaign</legend>
        <HoursSection value={value} change={change} />
        <PaceSection value={value} change={change} />
        <AttemptsSection value={value} change={change} />
        <CapsSection value={value} change={change} />
        <CallSection value={value} change={change} />
        <ConversionSection value={value} change={change} agentId={agentId} />
        <FollowUpsSection value={value} change={change} />
        <AutoReplySection value={value} change={change} />
        <ScoreSection value={value} change={change} />
      </fieldset>
    </ErrorsContext>
  );
}
