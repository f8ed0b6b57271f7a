import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import {
  type Campaign,
  type Disposition,
  type Metrics,
  readMetrics,
  readProgress,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { DISPOSITION_TEXT } from '../../format/labels.tsx';
import { formatCents, formatCount, formatRate, formatSeconds, NONE } from '../../format/numbers.ts';
import { answerRate, reachShares } from '../../format/reach.ts';
import { entriesOf } from '../../format/words.ts';
import { Card, Figure } from '../../ui/card.tsx';
import { Late } from '../../ui/late.tsx';
import { type Share, ShareBar } from '../../ui/share-bar.tsx';
import { Failure, Loaded, Skeleton } from '../../ui/states.tsx';
import { Arms } from './arms.tsx';
import { ByNumber } from './by-number.tsx';
import { Funnel } from './funnel.tsx';

const loadByDay = async () => (await import('./by-day.tsx')).ByDay;

export function Overview({ campaign }: { campaign: Campaign }) {
  const progress = useQuery({
    queryKey: keys.progress(campaign.id),
    queryFn: () => readProgress(campaign.id),
  });
  const metrics = useQuery({ queryKey: keys.metrics(campaign.id), queryFn: () => readMetrics(campaign.id) });
  return (
    <div className="grid gap-4">
      <Figures metrics={metrics.data} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
        <Loaded query={progress} loading={<Skeleton className="h-110" />}>
          {(data) => <Funnel progress={data} />}
        </Loaded>
        {metrics.data === undefined && metrics.error ? (
          <Failure error={metrics.error} onRetry={() => void metrics.refetch()} />
        ) : (
          <Results metrics={metrics.data} />
        )}
      </div>
      <Card title="Calls by day">
        <Late name="by-day" load={loadByDay} loading={<Skeleton className="h-56" />}>
          {(ByDay) =>
            metrics.data === undefined ? <Skeleton className="h-56" /> : <ByDay days={metrics.data.byDay} />
          }
        </Late>
      </Card>
      {metrics.data !== undefined && <Arms arms={metrics.data.byArm} />}
      {metrics.data !== undefined && metrics.data.byNumber.length > 1 && (
        <ByNumber numbers={metrics.data.byNumber} />
      )}
    </div>
  );
}

/** The places exist before the figures. */
function Figures({ metrics }: { metrics: Metrics | undefined }) {
  const show = (figure: (metrics: Metrics) => string) => (metrics === undefined ? NONE : figure(metrics));
  const figures: [label: string, value: string, detail: string][] = [
    [
      'Calls',
      show(({ calls }) => formatCount(calls.total)),
      show(({ today }) => `${formatCount(today.calls)} today`),
    ],
    [
      'Answered',
      show(({ calls }) => formatCount(calls.answered)),
      show(({ calls }) => `${formatRate(answerRate(calls))} of those placed`),
    ],
    [
      'Conversions',
      show(({ conversions }) => formatCount(conversions)),
      show(({ conversionRate }) => `${formatRate(conversionRate)} of answered`),
    ],
    [
      'Average talk',
      show(({ averageTalkSeconds }) => formatSeconds(averageTalkSeconds)),
      show(({ conversionsPerLead }) => `${formatRate(conversionsPerLead)} of leads converted`),
    ],
    ['Cost', show(({ costCents }) => formatCents(costCents)), show(costDetail)],
  ];
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      {figures.map(([label, value, detail], index) => (
        <Figure
          key={label}
          label={label}
          value={value}
          detail={detail}
          className={index === figures.length - 1 ? 'max-lg:col-span-2' : undefined}
        />
      ))}
    </div>
  );
}

/** The limit first, which must not be cut off, and what is held of it; without one what a conversion costs. */
function costDetail({ spend: { limitCents, reservedCents }, costPerConversionCents }: Metrics): string {
  if (limitCents === null) return `${formatCents(costPerConversionCents)} a conversion`;
  return `of ${formatCents(limitCents)}, ${formatCents(reservedCents)} held`;
}

function Results({ metrics }: { metrics: Metrics | undefined }) {
  const holdPlace = (children: (metrics: Metrics) => ReactNode) =>
    metrics === undefined ? <Skeleton className="h-28" /> : children(metrics);
  return (
    <div className="grid gap-4">
      <Card title="How far calls got">
        {holdPlace(({ calls }) => (
          <ShareBar label="Calls by reach" shares={reachShares(calls)} />
        ))}
      </Card>
      <Card title="What came of answered calls">
        {holdPlace(({ byDisposition }) => (
          <ShareBar label="Answered calls by disposition" shares={dispositionShares(byDisposition)} />
        ))}
      </Card>
      <Card title="Lately">
        {holdPlace((data) => (
          <Spans metrics={data} />
        ))}
      </Card>
    </div>
  );
}

const DISPOSITION_COLOURS: Record<Disposition, string> = {
  converted: 'bg-chart-2',
  qualified: 'bg-chart-1',
  callback_requested: 'bg-chart-3',
  not_interested: 'bg-chart-5',
  opted_out: 'bg-chart-4',
  wrong_person: 'bg-line-strong',
  none: 'bg-line',
};

/** Every disposition has a fixed place, including those without calls. */
function dispositionShares(byDisposition: Metrics['byDisposition']): Share[] {
  const counts = new Map(byDisposition.map(({ disposition, calls }) => [disposition, calls]));
  return entriesOf(DISPOSITION_COLOURS).map(([disposition, colour]) => ({
    label: DISPOSITION_TEXT[disposition],
    count: counts.get(disposition) ?? 0,
    colour,
  }));
}

function Spans({ metrics }: { metrics: Metrics }) {
  const spans = [
    ['Today', metrics.today],
    ['This week', metrics.thisWeek],
    ['This month', metrics.thisMonth],
  ] as const;
  const cell = 'py-1.5 text-right font-medium';
  return (
    <table className="w-full">
      <thead className="text-xs text-muted">
        <tr>
          <th scope="col" className="sr-only">
            Time
          </th>
          {['Calls', 'Answered', 'Conversions'].map((name) => (
            <th key={name} scope="col" className="pb-1 text-right font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y">
        {spans.map(([name, { calls, answered, conversions }]) => (
          <tr key={name}>
            <th scope="row" className="py-1.5 text-left font-normal text-muted">
              {name}
            </th>
            <td className={cell}>{formatCount(calls)}</td>
            <td className={cell}>{formatCount(answered)}</td>
            <td className={cell}>{formatCount(conversions)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
