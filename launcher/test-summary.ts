/** One test file's results. */
export interface TestFile {
  /** Relative to the repository. */
  readonly file: string;
  readonly lane: string;
  readonly failed: boolean;
  /** Until its first hook could run. */
  readonly importMs: number;
  /** Imports and hooks included. */
  readonly durationMs: number;
  readonly tests: readonly Test[];
}

interface Test {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** The message of the failure. */
  readonly failure: string;
}

export interface TestSummary {
  readonly lines: readonly string[];
  /** Never 0 when the run as a whole failed. */
  readonly failed: number;
}

const SLOWEST_TESTS = 5;
const SLOWEST_FILES = 10;

/**
 * The slowest tests and files, time and counts by lane, and the failures; the last line is "N passed, N
 * failed". A file that could not be loaded or set up counts as one failure, and so does a run that failed or
 * ended without a report.
 */
export function summarise(
  files: readonly TestFile[] | null,
  exitCode: number,
  elapsedMs: number,
): TestSummary {
  if (files === null) return { lines: ['0 passed, 1 failed'], failed: 1 };
  const tests = files.flatMap(({ file, tests }) => tests.map((test) => ({ file, ...test })));
  const count = (state: Test['state']) => tests.filter((test) => test.state === state).length;
  const brokenFiles = files.filter(({ failed, tests }) => failed && !tests.some(isFailed));
  const counted = count('failed') + brokenFiles.length;
  const failed = counted === 0 && exitCode !== 0 ? 1 : counted;
  const failures = [
    ...tests.filter(isFailed),
    ...brokenFiles.map(({ file }) => ({ name: 'could not be run', file, failure: '' })),
  ];
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} skipped`;
  return {
    failed,
    lines: [
      'slowest tests',
      ...slowest(tests, SLOWEST_TESTS).map(
        ({ durationMs, name, file }) => `${seconds(durationMs)}  ${name}  (${file})`,
      ),
      'slowest files',
      ...slowest(files, SLOWEST_FILES).map(
        ({ durationMs, importMs, file, tests }) =>
          `${seconds(durationMs)}  ${file}  (${tests.length} tests, ${seconds(importMs).trim()} of imports)`,
      ),
      'lanes',
      ...lanesOf(files),
      // At the end, since long output is cut at its start.
      ...(failures.length === 0 ? [] : ['failed tests']),
      ...failures.map(({ name, file, failure }) => `  ${name}  (${file})  ${firstLine(failure)}`.trimEnd()),
      `${tests.length} tests in ${(elapsedMs / 1000).toFixed(1)} s${skipped}`,
      `${count('passed')} passed, ${failed} failed`,
    ],
  };
}

function isFailed({ state }: Test): boolean {
  return state === 'failed';
}

function lanesOf(files: readonly TestFile[]): string[] {
  const lanes = [...new Set(files.map(({ lane }) => lane))].sort();
  return lanes.map((lane) => {
    const its = files.filter((file) => file.lane === lane);
    const spentMs = its.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const tests = its.reduce((sum, { tests }) => sum + tests.length, 0);
    return `${seconds(spentMs)}  ${lane}  (${tests} tests in ${its.length} files)`;
  });
}

function slowest<T extends { readonly durationMs: number }>(all: readonly T[], shown: number): T[] {
  return all.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, shown);
}

const MAX_SHOWN = 200;

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, MAX_SHOWN);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(2)} s`.padStart(10);
}
