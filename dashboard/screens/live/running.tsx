import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PauseButton } from '../../campaign-actions/pause-button.tsx';
import { type Campaign, type CampaignProgress, listCampaigns, readProgress } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';
import { Card } from '../../ui/card.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { Loaded, SkeletonRows } from '../../ui/states.tsx';
import { callableNow, whyNothing } from '../campaign/funnel-steps.ts';

/** Campaigns shown with their figures, which are fetched one by one. */
const MAX_SHOWN = 6;
const MAX_RUNNING = 200;

/** Running campaigns, why each one dials or not, and its pause button. */
export function RunningCampaigns() {
  const running = useQuery({
    queryKey: keys.campaigns({ status: 'running' }),
    queryFn: () => listCampaigns({ status: 'running', limit: MAX_RUNNING }),
  });
  return (
    <Card title="Running campaigns">
      <Loaded query={running} loading={<SkeletonRows rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">None is running.</p>
          ) : (
            <>
              <ul className="grid divide-y">
                {items.slice(0, MAX_SHOWN).map((campaign) => (
                  <Running key={campaign.id} campaign={campaign} />
                ))}
              </ul>
              {items.length > MAX_SHOWN && (
                <Link
                  to="/campaigns"
                  search={{ status: 'running' }}
                  className="mt-3 block text-accent hover:underline"
                >
                  {plural(items.length - MAX_SHOWN, 'more campaign')}
                </Link>
              )}
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function Running({ campaign }: { campaign: Campaign }) {
  const { id, name } = campaign;
  const { data } = useQuery({ queryKey: keys.progress(id), queryFn: () => readProgress(id) });
  const total = data?.leads.total ?? 0;
  const finished = data?.leads.finished ?? 0;
  return (
    <li className="grid gap-1.5 py-3 first:pt-0 last:pb-0">
      <div className="flex items-center gap-2">
        <Link
          to="/campaigns/$campaignId"
          params={{ campaignId: id }}
          className="min-w-0 flex-1 truncate font-medium hover:text-accent hover:underline"
        >
          {name}
        </Link>
        <PauseButton campaign={campaign} size="small" />
      </div>
      <ProgressBar
        label={`Finished leads of ${name}`}
        value={finished}
        of={total}
        text={`${finished} of ${total} leads are finished`}
        className="h-1.5"
      />
      <dl className="grid h-9 grid-cols-3 gap-2 text-xs">
        <Short name="Finished" value={data && `${formatCount(finished)} of ${formatCount(total)}`} />
        <Short
          name="Lines in use"
          value={data && `${formatCount(data.lines.inUse)} of ${formatCount(data.lines.limit)}`}
        />
        <Short name="Can be dialled" value={data && formatCount(callableNow(data))} />
      </dl>
      <p className="h-4 truncate text-xs text-muted" title={data && whyOf(data)}>
        {data && whyOf(data)}
      </p>
    </li>
  );
}

function whyOf(progress: CampaignProgress): string {
  const why = whyNothing(progress);
  if (why === null) return 'It is dialling.';
  return progress.nextOpeningAt === null ? why : `Hours open ${formatTime(progress.nextOpeningAt)}`;
}

function Short({ name, value }: { name: string; value: string | undefined }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-muted">{name}</dt>
      <dd className="truncate font-medium">{value ?? '–'}</dd>
    </div>
  );
}
