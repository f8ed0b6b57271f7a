import { type RawSearch, textOf } from '../../format/search.ts';

export interface CompareSearch {
  /** An agent's id, or `id:label` for one of its versions. */
  left?: string;
  right?: string;
  /** The first and last day of the period, as 2026-03-01, in the viewer's zone. */
  from?: string;
  to?: string;
  /** The calls whose transcripts are shown side by side. */
  leftCall?: string;
  rightCall?: string;
}

export function compareSearch(raw: RawSearch): CompareSearch {
  const search: CompareSearch = {};
  for (const name of ['left', 'right', 'leftCall', 'rightCall'] as const) {
    const value = textOf(raw[name]);
    if (value !== undefined) search[name] = value;
  }
  for (const name of ['from', 'to'] as const) {
    const value = textOf(raw[name]);
    if (value !== undefined && isDay(value)) search[name] = value;
  }
  return search;
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}
