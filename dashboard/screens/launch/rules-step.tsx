import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Campaign, type CampaignSettingsInput, updateCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { messageOf } from '../../client/problem.ts';
import { plural } from '../../format/numbers.ts';
import { SettingsForm } from '../../settings-form/settings-form.tsx';
import { settingsErrors, unreadableSettings } from '../../settings-form/value.ts';
import { useGoTo } from './go-to.ts';
import { useSaveOnLeave } from './save-on-leave.ts';
import { StepActions } from './step-actions.tsx';

/** The settings, saved on the way to another step. */
export function RulesStep({ draft }: { draft: Campaign }) {
  const client = useQueryClient();
  const goTo = useGoTo();
  const [value, setValue] = useState<CampaignSettingsInput>(draft.settings);
  const [saved, setSaved] = useState(value);
  const form = useRef<HTMLDivElement>(null);
  const unreadable = unreadableSettings(value).length;
  const saving = useMutation({
    mutationFn: (settings: CampaignSettingsInput) => updateCampaign(draft.id, { settings }),
    onSuccess: (campaign, sent) => {
      setSaved(sent);
      client.setQueryData(keys.campaign(campaign.id), campaign);
    },
  });
  useSaveOnLeave({
    isDirty: value !== saved,
    isSavable: unreadable === 0,
    save: () => saving.mutateAsync(value),
  });
  // A field changed after a refusal is validated again at the next save.
  const errors = settingsErrors(saving.error).filter(({ path }) => {
    const part = path.split('.')[0] as keyof CampaignSettingsInput;
    return value[part] === saving.variables?.[part];
  });
  useEffect(() => {
    if (saving.error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [saving.error]);
  const problem = () => {
    if (unreadable > 0) return `${plural(unreadable, 'number')} cannot be read.`;
    if (saving.error === null) return undefined;
    if (settingsErrors(saving.error).length === 0) return messageOf(saving.error);
    if (errors.length === 0) return undefined;
    return errors.length === 1
      ? `One rule is not valid: ${errors[0]?.path} ${errors[0]?.message}`
      : `${errors.length} rules are not valid; each says why.`;
  };
  return (
    // Focused controls must not lie under the bar at the bottom.
    <div ref={form} className="grid gap-4 **:scroll-mb-20">
      <SettingsForm value={value} errors={errors} onChange={setValue} agentId={draft.agentId} />
      <StepActions
        onBack={() => goTo('leads', draft.id)}
        onNext={() => goTo('review', draft.id)}
        next="Save and continue"
        busy={saving.isPending}
        disabled={unreadable > 0}
        problem={problem()}
      />
    </div>
  );
}
