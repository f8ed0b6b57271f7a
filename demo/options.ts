import { parseArgs } from 'node:util';

export interface DemoOptions {
  leads: number;
  /** Decides who the people are, what they do and which faults strike. */
  seed: number;
  /** How many times faster than real life conversations run. */
  speed: number;
  lines: number;
  jsonFile: string | null;
  /** Ends after the verdict instead of staying up. */
  once: boolean;
  /** Kills the worker every few seconds. */
  chaos: boolean;
}

/** The number of fictional phone numbers. */
export const MAX_LEADS = 5_000;

export const USAGE = `npm run demo -- [options]
  --leads N     people on the list (60; 1 to ${MAX_LEADS})
  --seed S      who they are and what goes wrong (7)
  --speed X     times faster than real (60; 1 to 1000)
  --lines N     calls at once (10; 1 to 100)
  --json FILE   writes the result there
  --once        stops everything at the end, with exit code 0 when every invariant holds
  --chaos       kills the worker every few seconds`;

/** The problems of the command line, one a line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError naming every bad option. */
export function parseOptions(args: string[]): DemoOptions {
  const values = parse(args);
  const problems: string[] = [];
  const number = (name: 'leads' | 'seed' | 'speed' | 'lines', from: number, to: number, whole = true) => {
    const text = values[name];
    const value = Number(text);
    const fits = text.trim() !== '' && value >= from && value <= to && (!whole || Number.isInteger(value));
    if (!fits)
      problems.push(
        `--${name} must be a ${whole ? 'whole ' : ''}number from ${from} to ${to}, not "${text}"`,
      );
    return value;
  };
  const options: DemoOptions = {
    leads: number('leads', 1, MAX_LEADS),
    seed: number('seed', 0, 2_147_483_647),
    speed: number('speed', 1, 1_000, false),
    lines: number('lines', 1, 100),
    jsonFile: values.json ?? null,
    once: values.once,
    chaos: values.chaos,
  };
  if (options.jsonFile === '') problems.push('--json needs the name of a file');
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return options;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        leads: { type: 'string', default: '60' },
        seed: { type: 'string', default: '7' },
        speed: { type: 'string', default: '60' },
        lines: { type: 'string', default: '10' },
        json: { type: 'string' },
        once: { type: 'boolean', default: false },
        chaos: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
