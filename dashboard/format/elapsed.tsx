import { useEffect, useRef } from 'react';
import { formatSeconds } from './numbers.ts';

const shown = new Map<HTMLElement, number>();
let timer: ReturnType<typeof setInterval> | undefined;

function show(element: HTMLElement, sinceMs: number): void {
  const text = formatSeconds((Date.now() - sinceMs) / 1000);
  if (element.textContent !== text) element.textContent = text;
}

function watch(element: HTMLElement, sinceMs: number): () => void {
  shown.set(element, sinceMs);
  show(element, sinceMs);
  timer ??= setInterval(() => {
    for (const [each, since] of shown) show(each, since);
  }, 1_000);
  return () => {
    shown.delete(element);
    if (shown.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * The time since an instant, updated every second. One timer updates all of a page outside React, since two
 * hundred clocks must not render two hundred rows.
 */
export function Elapsed({ since, className }: { since: string; className?: string }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => (place.current === null ? undefined : watch(place.current, Date.parse(since))), [since]);
  return <span ref={place} className={className} />;
}
