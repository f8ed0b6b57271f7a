import { expect, test } from 'vitest';
import { formatRelative } from './times.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const words = (count: number, unit: Intl.RelativeTimeFormatUnit) =>
  new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(count, unit);

test.for([
  ['2026-11-21T09:00:15.000Z', -59, 'minute'],
  ['2026-11-21T09:00:00.000Z', -1, 'hour'],
  ['2026-11-21T10:59:59.999Z', 59, 'minute'],
  ['2026-11-22T09:59:00.000Z', 23, 'hour'],
  ['2026-11-21T10:00:00.400Z', 0, 'second'],
] as const)('%s is given in whole units that have passed', ([iso, count, unit]) => {
  expect(formatRelative(iso, NOW)).toBe(words(count, unit));
});
