import { type CallsSearch, dayAt } from './search.ts';

export const PRESETS: readonly { name: string; search: () => CallsSearch }[] = [
  { name: 'All', search: () => ({}) },
  { name: 'Today', search: () => ({ from: dayAt(new Date()) }) },
  { name: 'Talking now', search: () => ({ status: 'in_progress' }) },
  { name: 'Converted', search: () => ({ disposition: 'converted' }) },
  { name: 'Qualified', search: () => ({ disposition: 'qualified' }) },
  { name: 'Callbacks', search: () => ({ disposition: 'callback_requested' }) },
  { name: 'Opted out', search: () => ({ disposition: 'opted_out' }) },
  { name: 'Inbound', search: () => ({ direction: 'inbound' }) },
  { name: 'Failed', search: () => ({ reach: 'failed' }) },
  { name: 'Unknown', search: () => ({ reach: 'unknown' }) },
];
