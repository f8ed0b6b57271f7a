import { useNavigate, useSearch } from '@tanstack/react-router';
import type { CampaignStatus } from '../../client/generated.ts';
import { entriesOf } from '../../format/words.ts';
import { cn } from '../../ui/cn.ts';

/** In order of display. */
const STATUSES: Record<CampaignStatus, string> = {
  running: 'Running',
  scheduled: 'Scheduled',
  paused: 'Paused',
  draft: 'Drafts',
  completed: 'Completed',
  stopped: 'Stopped',
};
const CHOICES: readonly [CampaignStatus | undefined, string][] = [[undefined, 'All'], ...entriesOf(STATUSES)];

export function statusText(status: CampaignStatus): string {
  return status === 'draft' ? 'a draft' : status;
}

/** Kept in the URL. */
export function StatusFilter() {
  const { status } = useSearch({ from: '/campaigns' });
  const navigate = useNavigate();
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">Status</legend>
      {CHOICES.map(([choice, text]) => (
        <button
          key={text}
          type="button"
          aria-pressed={choice === status}
          onClick={() => void navigate({ to: '/campaigns', search: choice ? { status: choice } : {} })}
          className={cn(
            'rounded-full border px-3 py-1 font-medium text-muted hover:bg-raised hover:text-ink',
            choice === status &&
              'border-accent/50 bg-accent/10 text-accent hover:bg-accent/15 hover:text-accent',
          )}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
