import { relative } from 'node:path';

/** What we read of the JSON report of vitest. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: ReadonlyArray<{
    readonly name: string;
    readonly status: string;
    readonly assertionResults: ReadonlyArray<{
      readonly fullName: string;
      readonly status?: string;
      readonly duration?: number | null;
      readonly failureMessages?: readonly string[] | null;
    }>;
  }>;
}

export interface TestSummary {
  readonly lines: readonly string[];
  /** Never 0 when the run as a whole failed. */
  readonly failed: number;
}

const SLOWEST_SHOWN = 5;

/**
 * The slowest tests, those that failed, the time and the counts; the last line is "N passed, N failed". A file that could not be
 * loaded or set up counts as one failure, and so does a run that failed or ended without a report.
 */
export function summarise(report: VitestReport | null, exitCode: number, elapsedMs: number): TestSummary {
  if (report === null) return { lines: ['0 passed, 1 failed'], failed: 1 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const counted = report.numFailedTests + brokenFiles.length;
  const failed = counted === 0 && exitCode !== 0 ? 1 : counted;
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      name: test.fullName,
      file: file.name,
      durationMs: test.duration ?? 0,
      failure: test.status === 'failed' ? firstLine(test.failureMessages?.[0]) : null,
    })),
  );
  const failures = [
    ...tests.filter((test) => test.failure !== null),
    ...brokenFiles.map((file) => ({ name: 'could not be run', file: file.name, failure: '' })),
  ];
  const slowest = [...tests].sort((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST_SHOWN);
  const skipped = report.numPendingTests === 0 ? '' : `, ${report.numPendingTests} skipped`;
  return {
    failed,
    lines: [
      'slowest tests',
      ...slowest.map(
        (test) => `${seconds(test.durationMs)}  ${test.name}  (${relative(process.cwd(), test.file)})`,
      ),
      // Here, at the end, because the start of a long output is what gets cut.
      ...(failures.length === 0 ? [] : ['failed tests']),
      ...failures.map(({ name, file, failure }) =>
        `  ${name}  (${relative(process.cwd(), file)})  ${failure}`.trimEnd(),
      ),
      `${tests.length} tests in ${(elapsedMs / 1000).toFixed(1)} s${skipped}`,
      `${report.numPassedTests} passed, ${failed} failed`,
    ],
  };
}

const MOST_SHOWN = 200;

function firstLine(message = ''): string {
  return (message.split('\n')[0] ?? '').slice(0, MOST_SHOWN);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(2)} s`.padStart(10);
}
