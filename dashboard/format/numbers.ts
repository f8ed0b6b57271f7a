const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const money = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });

/** Placeholder for a missing figure. */
export const NONE = '–';

export function formatCount(count: number): string {
  return whole.format(count);
}

/** "1 call", "2 calls"; the plural adds an s unless given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** @param rate from 0 to 1; null for none */
export function formatRate(rate: number | null): string {
  return rate === null ? NONE : percent.format(rate);
}

/** @param cents of a US dollar */
export function formatCents(cents: number | null): string {
  return cents === null ? NONE : money.format(cents / 100);
}

/** 0:07, 12:34 or 1:02:03. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return NONE;
  const rounded = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** "12 kB" or "3.4 MB". */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: BYTE_UNITS[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1_000 ** power);
}
