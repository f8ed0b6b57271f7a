import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { useDrawnTheme } from '../../shell/theme.ts';
import type { SeriesData } from './series.ts';

const FEWEST_ON_AXIS = 4;

/** A canvas is cheap to redraw every second. */
export function Chart({ data }: { data: SeriesData }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const latest = useRef(data);
  const theme = useDrawnTheme();
  latest.current = data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours depend on the theme.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new UPlot(optionsFor(element), latest.current, element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize(sizeOf(element)));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div ref={place} className="h-36 overflow-hidden" />;
}

function sizeOf({ clientWidth: width, clientHeight: height }: HTMLElement) {
  return { width, height };
}

function optionsFor(element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const line = (label: string, name: string) => ({
    label,
    stroke: colour(name),
    fill: `color-mix(in oklch, ${colour(name)} 14%, transparent)`,
    width: 2,
    points: { show: false },
  });
  return {
    ...sizeOf(element),
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 4, 0, 0],
    scales: { y: { range: (_, __, most) => [0, Math.max(FEWEST_ON_AXIS, most)] } },
    axes: [
      { ...axis, size: 24, space: 70, values: (_, times) => times.map(clock) },
      { ...axis, size: 30, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
    ],
    series: [{}, line('Begun', '--chart-1'), line('Answered', '--chart-2')],
  };
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function clock(seconds: number): string {
  return time.format(new Date(seconds * 1000));
}
