import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** The first seed; the others follow it. */
  seed: number;
  seeds: number;
  /** No further seed is begun after this; null: until all are done. */
  minutes: number | null;
}

export const USAGE = `npm run chaos -- [options]
  --seeds N     how many runs (10)
  --seed S      the seed of the first, the next ones follow it; alone: that one only (1)
  --minutes M   begins no further run after this long`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError naming every bad option */
export function parseOptions(args: string[]): ChaosOptions {
  const values = parse(args);
  const problems: string[] = [];
  const whole = (name: 'seeds' | 'seed' | 'minutes', text: string, least: number) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > 2_147_483_647)
      problems.push(`--${name} must be a whole number from ${least}, not "${text}"`);
    return value;
  };
  const options = {
    seeds: whole('seeds', values.seeds ?? (values.seed === undefined ? '10' : '1'), 1),
    seed: whole('seed', values.seed ?? '1', 0),
    minutes: values.minutes === undefined ? null : whole('minutes', values.minutes, 1),
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return options;
}

function parse(args: string[]) {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ args, options: { seeds: text, seed: text, minutes: text } }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
