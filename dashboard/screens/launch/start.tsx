import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Rocket } from 'lucide-react';
import { useState } from 'react';
import { assertFuture, futureTime } from '../../campaign-actions/set-time.ts';
import { type Campaign, startCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCents, formatCount, plural } from '../../format/numbers.ts';
import { formatFullTime, toLocalInput } from '../../format/times.ts';
import { useMe } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

/** Starts the campaign now or at a set time, after showing how many people will be called. */
export function Start({ draft, leads }: { draft: Campaign; leads: number | undefined }) {
  const [later, setLater] = useState(false);
  const [local, setLocal] = useState('');
  // The confirmed time; a time that passes meanwhile must not become "now".
  const [asked, setAsked] = useState<Times | null>(null);
  const askedAt = asked?.at ?? null;
  const [localEnd, setLocalEnd] = useState(draft.endAt === null ? '' : toLocalInput(new Date(draft.endAt)));
  const endAt = localEnd === '' ? null : futureTime(localEnd);
  const endError = endProblem({ localEnd, endAt, at: later ? futureTime(local) : null });
  const at = later ? futureTime(local) : null;
  const launch = useLaunch(draft);
  return (
    <Card title="Start">
      <fieldset className="grid gap-3">
        <legend className="sr-only">When to start</legend>
        <Choice label="Now, within the calling hours" chosen={!later} onChoose={() => setLater(false)} />
        <Choice label="At a set time" chosen={later} onChoose={() => setLater(true)} />
        {later && (
          <Field
            label="Starts at"
            hint="By your own clock"
            error={local !== '' && at === null ? 'is not a time to come' : undefined}
            className="max-w-64 pl-6"
          >
            {(control) => (
              <Input
                {...control}
                type="datetime-local"
                value={local}
                onChange={(event) => setLocal(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field
          label="Ends at"
          hint="By your own clock; empty: when every lead is finished"
          error={endError}
          className="max-w-64"
        >
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={localEnd}
              onChange={(event) => setLocalEnd(event.target.value)}
            />
          )}
        </Field>
        <Button
          variant="primary"
          size="large"
          icon={<Rocket />}
          className="justify-self-start"
          disabled={leads === undefined || (later && at === null) || endError !== undefined}
          onClick={() => setAsked({ at, endAt })}
        >
          {later ? 'Schedule campaign' : 'Launch campaign'}
        </Button>
      </fieldset>
      <Confirm
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={`Call ${plural(leads ?? 0, 'lead')}${askedAt === null ? '' : ' later'}?`}
        action={askedAt === null ? 'Launch' : 'Schedule'}
        onConfirm={() => launch({ at: askedAt, endAt: asked?.endAt ?? null })}
      >
        <Consequences draft={draft} leads={leads ?? 0} at={askedAt} endAt={asked?.endAt ?? null} />
      </Confirm>
    </Card>
  );
}

/** ISO; null: now, and no end. */
interface Times {
  at: string | null;
  endAt: string | null;
}

function endProblem({
  localEnd,
  endAt,
  at,
}: {
  localEnd: string;
  endAt: string | null;
  at: string | null;
}): string | undefined {
  if (localEnd === '') return undefined;
  if (endAt === null) return 'is not a time to come';
  return at !== null && Date.parse(endAt) <= Date.parse(at) ? 'is not after the start' : undefined;
}

function Choice({ label, chosen, onChoose }: { label: string; chosen: boolean; onChoose: () => void }) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="radio"
        name="start"
        className="size-4 accent-accent"
        checked={chosen}
        onChange={onChoose}
      />
      {label}
    </label>
  );
}

function Consequences({ draft, leads, at, endAt }: Times & { draft: Campaign; leads: number }) {
  const { simulated } = useMe();
  const { lines, maxAttempts, spendLimitCents } = draft.settings;
  return (
    <>
      <p>
        {at === null
          ? 'Dialling begins at once where the calling hours are open.'
          : `Dialling begins on ${formatFullTime(at)}.`}{' '}
        {plural(leads, 'lead')}, up to {formatCount(maxAttempts)} calls each, {plural(lines, 'call')} at a
        time.
      </p>
      <p>
        {spendLimitCents === null
          ? 'There is no spend limit.'
          : `It pauses by itself at ${formatCents(spendLimitCents)}.`}{' '}
        {endAt !== null && `From ${formatFullTime(endAt)} on nobody is dialled. `}
        It can be paused at any time.
      </p>
      {simulated && <p>The phones are simulated: nothing rings.</p>}
    </>
  );
}

function useLaunch(draft: Campaign): (times: Times) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async ({ at, endAt }) => {
    if (at !== null) assertFuture(at);
    const campaign = await startCampaign(draft.id, { ...(at === null ? {} : { at }), endAt });
    toastDone(at === null ? `${campaign.name} is running` : `${campaign.name} is scheduled`);
    void client.invalidateQueries({ queryKey: ['campaigns'] });
    await navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign.id }, search: {} });
    // Set only after leaving: this screen would report that the campaign is no longer a draft.
    client.setQueryData(keys.campaign(campaign.id), campaign);
    void client.invalidateQueries({ queryKey: keys.progress(campaign.id) });
  };
}
