import { expect, test } from 'vitest';
import { textAllowedAt } from './quiet-hours.ts';

const EAST = 'America/New_York';
const WEST = 'America/Los_Angeles';
const at = (time: string) => new Date(`2026-03-04T${time}:00.000Z`);

test.for([
  // UTC-5 there.
  ['at noon', [EAST], '17:00', '17:00'],
  ['as the day begins', [EAST], '13:00', '13:00'],
  ['a minute before', [EAST], '12:59', '13:00'],
  ['in one zone only', [EAST, WEST], '13:00', '16:00'],
] as const)('%s', ([, zones, now, allowed]) => {
  expect(textAllowedAt({ zones, lastTextAt: null, now: at(now) })).toEqual(at(allowed));
});

test('the evening ends at nine', () => {
  const now = new Date('2026-03-05T02:00:00.000Z');
  expect(textAllowedAt({ zones: [EAST], lastTextAt: null, now })).toEqual(
    new Date('2026-03-05T13:00:00.000Z'),
  );
});

test('who wrote within the hour is answered at night', () => {
  const now = at('08:00');
  expect(textAllowedAt({ zones: [EAST], lastTextAt: at('07:01'), now })).toEqual(now);
  expect(textAllowedAt({ zones: [EAST], lastTextAt: at('07:00'), now })).toEqual(at('13:00'));
});

test('a place that is not known, and places without a common hour, have none', () => {
  expect(textAllowedAt({ zones: [], lastTextAt: null, now: at('17:00') })).toBeNull();
  expect(textAllowedAt({ zones: [], lastTextAt: at('16:59'), now: at('17:00') })).toEqual(at('17:00'));
});
