import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Metrics } from '../../client/generated.ts';

type Day = Metrics['byDay'][number];

const SERIES = [
  { key: 'calls', name: 'Calls', colour: 'var(--chart-1)' },
  { key: 'answered', name: 'Answered', colour: 'var(--chart-2)' },
  { key: 'conversions', name: 'Conversions', colour: 'var(--chart-3)' },
] as const;

/** Bars by day; a table has the same figures for screen readers. */
export function ByDay({ days }: { days: readonly Day[] }) {
  if (days.length === 0)
    return <p className="grid h-56 place-items-center text-muted">No call was made yet.</p>;
  return (
    <div className="relative">
      <p className="mb-2 flex flex-wrap gap-4 text-xs text-muted">
        {SERIES.map(({ key, name, colour }) => (
          <span key={key} className="inline-flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-sm" style={{ background: colour }} />
            {name}
          </span>
        ))}
      </p>
      {/* The chart's width lags behind the page's and must not hold it wide. */}
      <div aria-hidden className="h-48 overflow-hidden">
        <Chart days={days} />
      </div>
      <Table days={days} />
    </div>
  );
}

function Chart({ days }: { days: readonly Day[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart
        data={[...days]}
        accessibilityLayer={false}
        barGap={2}
        margin={{ left: -12, right: 4, top: 4 }}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="date"
          tickFormatter={dayText}
          tick={{ fill: 'var(--muted)', fontSize: 11 }}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          minTickGap={24}
        />
        <YAxis
          allowDecimals={false}
          tick={{ fill: 'var(--muted)', fontSize: 11 }}
          tickLine={false}
          axisLine={false}
          width={48}
        />
        <Tooltip
          cursor={{ fill: 'var(--raised)' }}
          labelFormatter={(date) => dayText(String(date))}
          contentStyle={{
            background: 'var(--panel)',
            border: '1px solid var(--line)',
            borderRadius: 8,
            fontSize: 12,
          }}
        />
        {SERIES.map(({ key, name, colour }) => (
          <Bar
            key={key}
            dataKey={key}
            name={name}
            fill={colour}
            radius={[3, 3, 0, 0]}
            maxBarSize={36}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}

function Table({ days }: { days: readonly Day[] }) {
  return (
    <table className="sr-only">
      <caption>Calls by day</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {SERIES.map(({ key, name }) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.date}>
            <th scope="row">{dayText(day.date)}</th>
            {SERIES.map(({ key }) => (
              <td key={key}>{day[key]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// Days are in the workspace's zone, not instants: UTC keeps them from shifting to the day before.
const format = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

function dayText(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? date : format.format(day);
}
