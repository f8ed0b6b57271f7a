import type { RawSearch } from '../../format/search.ts';

/** Filters that are one press away. */
export const PRESETS: readonly { name: string; search: () => RawSearch }[] = [
  { name: 'All', search: () => ({}) },
  { name: 'Today', search: () => ({ from: today() }) },
  { name: 'Talking now', search: () => ({ status: 'in_progress' }) },
  { name: 'Converted', search: () => ({ disposition: 'converted' }) },
  { name: 'Qualified', search: () => ({ disposition: 'qualified' }) },
  { name: 'Callbacks', search: () => ({ disposition: 'callback_requested' }) },
  { name: 'Opted out', search: () => ({ disposition: 'opted_out' }) },
  { name: 'Inbound', search: () => ({ direction: 'inbound' }) },
  { name: 'Failed', search: () => ({ reach: 'failed' }) },
  { name: 'Unknown', search: () => ({ reach: 'unknown' }) },
];

/** The viewer's day as 2026-03-31. */
function today(): string {
  const now = new Date();
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
