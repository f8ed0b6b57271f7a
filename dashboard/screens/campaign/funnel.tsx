import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CampaignProgress } from '../../client/generated.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { outcomeText } from '../../format/rules.ts';
import { Time } from '../../format/time.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { type FunnelStep, funnelSteps, type LeadsOf, whyNothing } from './funnel-steps.ts';

/** From all leads to those that can be dialled now. Each number links to its leads. */
export function Funnel({ progress }: { progress: CampaignProgress }) {
  const steps = funnelSteps(progress);
  return (
    <Card
      title="Why is nothing dialling?"
      actions={
        progress.live ? null : (
          <Badge tone={progress.status === 'running' ? 'warn' : 'muted'}>Counted in the database</Badge>
        )
      }
    >
      <Verdict progress={progress} />
      <ol className="mt-4 grid gap-0.5">
        {steps.map((step) => (
          <Step key={step.id} step={step} total={progress.leads.total} />
        ))}
      </ol>
      <Outcomes outcomes={progress.outcomes} />
    </Card>
  );
}

/** The answer in one sentence, with room for two lines so that nothing below moves. */
function Verdict({ progress }: { progress: CampaignProgress }) {
  const { lines, nextOpeningAt } = progress;
  const why = whyNothing(progress);
  return (
    <div className="grid gap-3">
      <p className="min-h-10 max-w-prose">
        {why ?? `It is dialling: ${plural(lines.inUse, 'call')} under way.`}
        {nextOpeningAt !== null && (
          <>
            {' '}
            The next hours open{' '}
            <strong>
              <Time iso={nextOpeningAt} />
            </strong>
            .
          </>
        )}
      </p>
      <div className="flex items-center gap-3">
        <span className="text-xs whitespace-nowrap text-muted">Lines</span>
        <ProgressBar
          label="Lines in use"
          value={lines.inUse}
          of={lines.limit}
          text={`${lines.inUse} of ${lines.limit}`}
          className="flex-1"
        />
        <span className="w-20 text-right text-xs">
          {formatCount(lines.inUse)} of {formatCount(lines.limit)}
        </span>
      </div>
    </div>
  );
}

function Step({ step, total }: { step: FunnelStep; total: number }) {
  const { label, hint, leads, kind } = step;
  return (
    <li
      className={cn(
        'grid grid-cols-[minmax(0,1fr)_4.5rem] items-center gap-x-3 rounded-md px-2 py-1 sm:grid-cols-[12.5rem_minmax(0,1fr)_4.5rem]',
        kind !== 'minus' && 'bg-raised/60 py-1.5 font-semibold',
      )}
    >
      <span className="truncate" title={hint}>
        {kind === 'minus' && <span className="sr-only">minus </span>}
        {label}
        <span className="sr-only">. {hint}</span>
      </span>
      <Bar step={step} total={total} />
      <LeadsLink
        shows={step.shows}
        label={`${label}: ${plural(leads, 'lead')}`}
        dim={kind === 'minus' && leads === 0}
      >
        {kind === 'minus' && leads > 0 && '−'}
        {formatCount(leads)}
      </LeadsLink>
    </li>
  );
}

/** A step's share of the leads that were left before it. */
function Bar({ step, total }: { step: FunnelStep; total: number }) {
  const share = (leads: number) => `${total === 0 ? 0 : (100 * leads) / total}%`;
  const minus = step.kind === 'minus';
  return (
    <span
      aria-hidden
      className="relative order-last col-span-2 h-2 overflow-hidden rounded-full bg-raised sm:order-none sm:col-span-1"
    >
      <span
        className={cn('absolute inset-y-0 left-0', step.kind === 'rest' ? 'bg-chart-2' : 'bg-chart-1')}
        style={{ width: share(step.left), opacity: minus ? 0.35 : 1 }}
      />
      {minus && (
        <span
          className="absolute inset-y-0 bg-chart-3"
          style={{ left: share(step.left), width: share(step.leads) }}
        />
      )}
    </span>
  );
}

function Outcomes({ outcomes }: { outcomes: CampaignProgress['outcomes'] }) {
  if (outcomes.length === 0) return null;
  return (
    <div className="mt-4 border-t pt-3">
      <h3 className="mb-2 text-xs font-medium text-muted">What became of the finished</h3>
      <ul className="flex flex-wrap gap-1.5">
        {outcomes.map(({ outcome, leads }) => (
          <li key={outcome}>
            <LeadsLink shows={{ outcome }} label={`${outcomeText(outcome)}: ${plural(leads, 'lead')}`} chip>
              {outcomeText(outcome)} <strong>{formatCount(leads)}</strong>
            </LeadsLink>
          </li>
        ))}
      </ul>
    </div>
  );
}

function LeadsLink({
  shows,
  label,
  chip = false,
  dim = false,
  children,
}: {
  shows: LeadsOf;
  label: string;
  chip?: boolean;
  dim?: boolean;
  children: ReactNode;
}) {
  return (
    <Link
      from="/campaigns/$campaignId"
      search={{ tab: 'leads', ...shows }}
      aria-label={label}
      className={cn(
        'hover:text-accent',
        chip
          ? 'inline-flex gap-1 rounded-full border px-2.5 py-0.5 text-xs hover:bg-raised'
          : 'text-right underline decoration-line-strong underline-offset-3 hover:decoration-accent',
        dim && 'text-muted no-underline',
      )}
    >
      {children}
    </Link>
  );
}
