import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Product } from './product.ts';

const HOOKS = join(import.meta.dirname, 'hooks.py');

export type Phase = 'examples' | 'coverage' | 'fuzzing' | 'stateful';

export interface RunOptions {
  phase: Phase;
  seed: number;
  /** At most so many requests to an operation of what is made up. */
  examples: number;
  timeoutMs: number;
  /** A document in the place of the product's own. */
  document?: object;
  /** More arguments of `schemathesis run`. */
  args?: readonly string[];
}

/** What we read of Schemathesis' JSON report. */
export interface ContractReport {
  complete: boolean;
  operations: { total: number; selected: number; tested: number };
  phases: Record<Phase, { status: string }>;
  test_cases: { generated: number };
  failures: { code: string; title: string; count: number; operations?: string[] }[];
  errors: { title: string; count: number }[];
  running_time: number;
  warnings: Record<string, string[]>;
}

export interface ContractRun {
  report: ContractReport;
  /** What it printed, with a command to repeat each failure. */
  output: string;
}

/**
 * What Schemathesis is told beside its arguments. One event is enough of a stream that never ends: the first comes at
 * once. Every check is on; what no schema can say is in hooks.py.
 */
const CONFIG = `
max-stream-events = 1
hooks = ${JSON.stringify(HOOKS)}

# A stream of what has not happened yet has no event to wait for.
[[operations]]
include-operation-id = "streamEvents"
request-timeout = 2

[auth.openapi.key]
bearer = "\${CONTRACT_KEY}"

# In the place of these the hooks sign each request.
[auth.openapi.elevenLabsSignature]
api_key = "signed"
[auth.openapi.elevenLabsSecret]
api_key = "signed"
[auth.openapi.twilioSignature]
api_key = "signed"
`;

/** Runs one phase against the running product. */
export async function runSchemathesis(
  python: string,
  { stack, world }: Product,
  options: RunOptions,
): Promise<ContractRun> {
  const { phase, seed, examples, timeoutMs, document, args = [] } = options;
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-contract-'));
  try {
    const [config, report, location] = ['schemathesis.toml', 'report.json', 'openapi.json'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(config, CONFIG);
    if (document !== undefined) writeFileSync(location, JSON.stringify(document));
    const output = await run(
      python,
      [
        ...['-m', 'schemathesis.cli', '--config-file', config, 'run'],
        document === undefined ? `${stack.apiUrl}/openapi.json` : location,
        ...['--url', stack.apiUrl, '--phases', phase, '--seed', String(seed)],
        ...['--max-examples', String(examples), '--generation-database', 'none'],
        ...['--checks', 'all', '--continue-on-failure', '--no-color'],
        // A synchronisation may keep its caller waiting for 25 s.
        ...['--max-response-time', '30', '--request-timeout', '40'],
        ...['--report', 'json', '--report-json-path', report],
        ...args,
      ],
      {
        cwd: folder,
        timeoutMs,
        env: { ...process.env, CONTRACT_KEY: stack.apiKey, CONTRACT_WORLD: JSON.stringify(world) },
      },
    );
    return { report: readReport(report, output), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string, output: string): ContractReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`Schemathesis ended without a report:\n${output.slice(-5_000)}`);
  }
}

interface Started {
  cwd: string;
  timeoutMs: number;
  env: NodeJS.ProcessEnv;
}

async function run(program: string, args: string[], { cwd, timeoutMs, env }: Started): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const [, signal] = await once(child, 'close');
  const text = Buffer.concat(output).toString('utf8');
  if (signal !== null)
    throw new Error(`Schemathesis took longer than ${timeoutMs / 1_000} s:\n${text.slice(-5_000)}`);
  return text;
}

/** Each kind of failure and of error with its count, and what was printed of them; empty when there is none. */
export function complaints({ report, output }: ContractRun): string[] {
  const found = [
    ...report.failures.map(({ code, title, count }) => `${code} ${title}: ${count}`),
    ...report.errors.map(({ title, count }) => `${title}: ${count}`),
  ];
  if (found.length === 0) return [];
  const from = Math.max(0, output.search(/=+ (ERRORS|FAILURES) =+/));
  return [...found, shortened(output.slice(from))];
}

const LONGEST_LINE = 1_500;
const MOST_SHOWN = 20_000;

function shortened(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines
    .map((line) => line.slice(0, LONGEST_LINE))
    .join('\n')
    .slice(0, MOST_SHOWN);
}
