import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { type Campaign, readProgress, startCampaign } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { formatCount, plural } from '../format/numbers.ts';
import { formatFullTime, toLocalInput } from '../format/times.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { toastDone } from '../ui/toast.tsx';
import { refreshCampaign } from './refresh.ts';
import { assertFuture, futureTime } from './set-time.ts';

const HOUR_MS = 3_600_000;

interface StartConfirmProps {
  campaign: Campaign;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Confirms a start, now or at a set time, with the number of people to call. */
export function StartConfirm({ campaign, open, onOpenChange }: StartConfirmProps) {
  const client = useQueryClient();
  const [at, setAt] = useState('');
  const progress = useQuery({
    queryKey: keys.progress(campaign.id),
    queryFn: () => readProgress(campaign.id),
    enabled: open,
  });
  const leads = progress.data === undefined ? null : progress.data.leads.total - progress.data.leads.finished;
  const later = at !== '';
  const time = later ? futureTime(at) : null;
  const start = async () => {
    if (time !== null) assertFuture(time);
    const started = await startCampaign(campaign.id, time === null ? {} : { at: time });
    refreshCampaign(client, campaign.id);
    if (started.status === 'scheduled' && started.startAt !== null)
      toastDone('The start is set', formatFullTime(started.startAt));
    else toastDone('The campaign is running', 'Leads whose hours are open are dialled now.');
  };
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Start ${campaign.name}?`}
      action={later ? 'Set the start' : 'Start dialling'}
      waits={(leads === null && progress.error === null) || (later && time === null)}
      onConfirm={start}
    >
      <p>
        <strong className="text-ink">{leads === null ? '…' : plural(leads, 'lead')}</strong> will be called,
        at most {plural(campaign.settings.maxAttempts, 'time')} each and{' '}
        {formatCount(campaign.settings.lines)} at once, within the calling hours.
      </p>
      {campaign.startAt !== null && (
        <p>It is to start on {formatFullTime(campaign.startAt)} unless you say otherwise here.</p>
      )}
      <StartTime value={at} isFuture={time !== null} onChange={setAt} />
    </Confirm>
  );
}

interface StartTimeProps {
  /** In the control's format; empty: now. */
  value: string;
  isFuture: boolean;
  onChange: (value: string) => void;
}

function StartTime({ value, isFuture, onChange }: StartTimeProps) {
  const name = useId();
  const choice = 'flex items-center gap-2 text-ink';
  return (
    <fieldset className="grid gap-2 pt-1">
      <legend className="sr-only">When it starts</legend>
      <label className={choice}>
        <input
          type="radio"
          name={name}
          checked={value === ''}
          onChange={() => onChange('')}
          className="accent-accent"
        />
        Now
      </label>
      <label className={choice}>
        <input
          type="radio"
          name={name}
          checked={value !== ''}
          onChange={() => onChange(nextHour())}
          className="accent-accent"
        />
        At a set time
      </label>
      {value !== '' && (
        <Field
          label="Time of the start"
          hint="In your own time zone; at most a year ahead."
          error={isFuture ? undefined : 'is not a time to come'}
          className="pl-6"
        >
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={value}
              onChange={(event) => {
                if (event.target.value !== '') onChange(event.target.value);
              }}
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}

/** In the control's format. */
function nextHour(): string {
  const time = new Date(Date.now() + HOUR_MS);
  time.setMinutes(0, 0, 0);
  return toLocalInput(time);
}
