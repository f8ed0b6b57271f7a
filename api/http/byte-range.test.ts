import { expect, test } from 'vitest';
import { type ByteRange, readRange } from './byte-range.ts';

test.each<[string | undefined, ByteRange]>([
  [undefined, { kind: 'all' }],
  ['bytes=0-99', { kind: 'part', start: 0, end: 99 }],
  ['bytes=0-', { kind: 'part', start: 0, end: 999 }],
  ['bytes=990-2000', { kind: 'part', start: 990, end: 999 }],
  ['bytes=-10', { kind: 'part', start: 990, end: 999 }],
  ['bytes=-5000', { kind: 'part', start: 0, end: 999 }],
  ['bytes=1000-', { kind: 'outside' }],
  ['bytes=-0', { kind: 'outside' }],
  ['bytes=5-2', { kind: 'all' }],
  ['bytes=0-1,5-6', { kind: 'all' }],
  ['items=0-1', { kind: 'all' }],
  ['bytes=-', { kind: 'all' }],
])('%s', (header, range) => {
  expect(readRange(header, 1_000)).toEqual(range);
});
