import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { listCalls } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCount } from '../../format/numbers.ts';
import { useLiveEvents } from '../../live/provider.tsx';
import type { LiveEvent } from '../../live/stream.ts';
import { Card } from '../../ui/card.tsx';
import { Late } from '../../ui/late.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { CallSeries, type SeriesData, STEP_MS, WINDOW_MS } from './series.ts';

const loadChart = async () => (await import('./chart.tsx')).Chart;

/** The chart moves at this interval, however many events arrive. */
const REDRAW_MS = 1_000;
const MAX_SEEDED = 200;

/** Calls begun and answered in the last minutes, live. */
export function Pulse() {
  const [series] = useState(() => new CallSeries());
  const [data, setData] = useState<SeriesData>(() => series.read(Date.now()));
  const changed = useRef(false);
  const seeds = useQuery({
    queryKey: keys.pastCalls,
    queryFn: () => listCalls({ $from: new Date(Date.now() - WINDOW_MS).toISOString(), limit: MAX_SEEDED }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  useEffect(() => {
    if (seeds.data === undefined) return;
    series.seed(seeds.data.items);
    setData(series.read(Date.now()));
  }, [series, seeds.data]);
  useLiveEvents(
    useCallback(
      (event: LiveEvent) => {
        if (series.take(event)) changed.current = true;
      },
      [series],
    ),
  );
  useEffect(() => {
    let drawnStep = 0;
    const timer = setInterval(() => {
      const step = Math.floor(Date.now() / STEP_MS);
      if (document.hidden || (!changed.current && step === drawnStep)) return;
      changed.current = false;
      drawnStep = step;
      setData(series.read(Date.now()));
    }, REDRAW_MS);
    return () => clearInterval(timer);
  }, [series]);
  const sum = (counts: readonly number[]) => formatCount(counts.reduce((total, count) => total + count, 0));
  const text = `${sum(data[1])} calls begun, ${sum(data[2])} answered in the last 10 minutes`;
  return (
    <Card title="Last 10 minutes">
      <p className="mb-2 flex gap-4 text-xs text-muted">
        <Legend colour="bg-chart-1" text={`${sum(data[1])} begun`} />
        <Legend colour="bg-chart-2" text={`${sum(data[2])} answered`} />
      </p>
      <div role="img" aria-label={text} className="h-36">
        <Late name="pulse" load={loadChart} loading={<Skeleton className="h-36" />}>
          {(Chart) => <Chart data={data} />}
        </Late>
      </div>
    </Card>
  );
}

function Legend({ colour, text }: { colour: string; text: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={`size-2.5 rounded-sm ${colour}`} />
      {text}
    </span>
  );
}
