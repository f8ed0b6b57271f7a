import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type Campaign,
  type CampaignSettingsInput,
  type CampaignUpdate,
  updateCampaign,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem, messageOf } from '../../client/problem.ts';
import { plural } from '../../format/numbers.ts';
import { useMay } from '../../session/session.tsx';
import { SettingsForm } from '../../settings-form/settings-form.tsx';
import { settingsErrors, unreadableSettings } from '../../settings-form/value.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { toastDone } from '../../ui/toast.tsx';
import { Basics, type BasicsValue } from './basics.tsx';

interface Draft extends BasicsValue {
  settings: CampaignSettingsInput;
}

/** The settings, which can change while the campaign runs. Edits are kept until saved or undone. */
export function SettingsTab({ campaign }: { campaign: Campaign }) {
  const { operate } = useMay();
  const client = useQueryClient();
  // The version that the draft is based on: a change by somebody else is shown, never overwritten unseen.
  const [base, setBase] = useState(campaign);
  const [draft, setDraft] = useState<Draft>(() => draftOf(campaign));
  const change = changeBetween(draftOf(base), draft);
  const isChanged = Object.keys(change).length > 0;
  if (!isChanged && base.updatedAt !== campaign.updatedAt) {
    setBase(campaign);
    setDraft(draftOf(campaign));
  }
  const saving = useMutation({
    mutationFn: () => updateCampaign(campaign.id, change),
    onSuccess: (saved) => {
      client.setQueryData(keys.campaign(saved.id), saved);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      setBase(saved);
      setDraft(draftOf(saved));
      toastDone('The changes are saved', 'They apply from the next attempt on.');
    },
  });
  const undo = () => {
    saving.reset();
    setBase(campaign);
    setDraft(draftOf(campaign));
  };
  const unreadable = unreadableSettings(draft.settings).length;
  const disabled = !operate || campaign.archivedAt !== null || saving.isPending;
  return (
    <div className="grid gap-4 pb-20">
      <Intro campaign={campaign} mayChange={operate} />
      <Basics value={draft} onChange={(part) => setDraft({ ...draft, ...part })} disabled={disabled} />
      <SettingsForm
        value={draft.settings}
        errors={settingsErrors(saving.error)}
        onChange={(settings) => setDraft({ ...draft, settings })}
        disabled={disabled}
        agentId={draft.agentId}
      />
      {isChanged && (
        <SaveBar
          problem={problemText(saving.error, unreadable)}
          conflict={
            base.updatedAt !== campaign.updatedAt && campaign.settingsVersion !== base.settingsVersion
          }
          busy={saving.isPending}
          canSave={unreadable === 0}
          onSave={() => saving.mutate()}
          onUndo={undo}
        />
      )}
    </div>
  );
}

function Intro({ campaign, mayChange }: { campaign: Campaign; mayChange: boolean }) {
  const reason = !mayChange
    ? 'Your key may read these, and not change them.'
    : campaign.archivedAt !== null
      ? 'An archived campaign can no longer be changed.'
      : 'Changes apply from the next attempt on, also while the campaign runs. Calls under way keep what they began with.';
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone="info">Version {campaign.settingsVersion}</Badge>
        <p className="text-muted">{reason}</p>
      </div>
    </Card>
  );
}

interface SaveBarProps {
  problem: string | null;
  conflict: boolean;
  busy: boolean;
  canSave: boolean;
  onSave: () => void;
  onUndo: () => void;
}

/** Stays visible while there are unsaved edits. */
function SaveBar({ problem, conflict, busy, canSave, onSave, onUndo }: SaveBarProps) {
  return (
    <section
      aria-label="Changes that are not saved"
      className="sticky bottom-3 z-10 flex flex-wrap items-center gap-3 rounded-lg border border-line-strong/60 bg-panel p-3 shadow-xl"
    >
      <div className="min-w-0 flex-1">
        <p className="font-medium">There are changes that are not saved.</p>
        {conflict && (
          <p className="text-warn">
            Somebody else has changed the settings meanwhile; yours go on top of theirs.
          </p>
        )}
        {problem !== null && (
          <p role="alert" className="text-bad">
            {problem}
          </p>
        )}
      </div>
      <Button onClick={onUndo} disabled={busy}>
        Undo changes
      </Button>
      <Button variant="primary" busy={busy} disabled={!canSave} onClick={onSave}>
        Save changes
      </Button>
    </section>
  );
}

function problemText(error: unknown, unreadable: number): string | null {
  if (unreadable > 0) return `${plural(unreadable, 'figure')} cannot be read.`;
  if (!error) return null;
  return error instanceof ApiProblem && error.fields.length > 0
    ? `${plural(error.fields.length, 'field is', 'fields are')} not accepted: see there. ${messageOf(error)}`
    : messageOf(error);
}

function draftOf({ name, agentId, phoneNumberIds, settings }: Campaign): Draft {
  return { name, agentId, phoneNumberIds, settings: settings as CampaignSettingsInput };
}

/** The draft's differences, also within the settings, so that others' changes beside it survive. */
function changeBetween(before: Draft, after: Draft): CampaignUpdate {
  const { settings, ...basics } = differences(before, after) as Partial<Draft>;
  return settings === undefined
    ? basics
    : { ...basics, settings: differences(before.settings, after.settings) };
}

function differences<Value extends object>(before: Value, after: Value): Partial<Value> {
  const changed = Object.entries(after).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof Value]),
  );
  return Object.fromEntries(changed) as Partial<Value>;
}
