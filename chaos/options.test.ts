import { expect, test } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

test('a seed alone is replayed; otherwise ten follow one another', () => {
  expect(parseOptions(['--seed', '17'])).toEqual({ seed: 17, seeds: 1, minutes: null });
  expect(parseOptions([])).toEqual({ seed: 1, seeds: 10, minutes: null });
  expect(parseOptions(['--seeds', '60', '--minutes', '30'])).toEqual({ seed: 1, seeds: 60, minutes: 30 });
});

test('every bad option is named', () => {
  expect(() => parseOptions(['--seeds', '0', '--seed', 'x'])).toThrow(
    new UsageError(
      '--seeds must be a whole number from 1, not "0"\n--seed must be a whole number from 0, not "x"',
    ),
  );
  expect(() => parseOptions(['--speed', '3'])).toThrow(UsageError);
});
