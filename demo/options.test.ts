import { describe, expect, test } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

const complaint = (...args: string[]) => {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return null;
};

describe('the demo options', () => {
  test('have defaults', () => {
    const defaults = { leads: 60, seed: 7, speed: 60, lines: 10, jsonFile: null, once: false, chaos: false };
    expect(parseOptions([])).toEqual(defaults);
  });

  test('are read', () => {
    const args = '--leads 500 --seed 0 --speed 2.5 --lines 40 --json out.json --once --chaos'.split(' ');
    expect(parseOptions(args)).toEqual({
      leads: 500,
      seed: 0,
      speed: 2.5,
      lines: 40,
      jsonFile: 'out.json',
      once: true,
      chaos: true,
    });
  });

  test('are all reported at once', () => {
    expect(complaint('--leads', '0', '--seed', '1.5', '--speed', 'fast', '--lines', '', '--json', '')).toBe(
      [
        '--leads must be a whole number from 1 to 5000, not "0"',
        '--seed must be a whole number from 0 to 2147483647, not "1.5"',
        '--speed must be a number from 1 to 1000, not "fast"',
        '--lines must be a whole number from 1 to 100, not ""',
        '--json needs the name of a file',
      ].join('\n'),
    );
  });

  test.each([[['--colour']], [['sixty']], [['--leads']]])('refuse %j', (args) => {
    expect(complaint(...args)).not.toBeNull();
  });
});
