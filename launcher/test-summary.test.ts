import { describe, expect, it } from 'vitest';
import { summarise, type VitestReport } from './test-summary.ts';

function reportOf(durationsMs: readonly number[], numFailedTests = 0): VitestReport {
  const assertionResults = durationsMs.map((duration, index) => ({ fullName: `test ${index}`, duration }));
  return {
    numPassedTests: durationsMs.length - numFailedTests,
    numFailedTests,
    numPendingTests: 0,
    testResults: [{ name: 'some.test.ts', status: 'passed', assertionResults }],
  };
}

describe('summarise', () => {
  it('ends with the counts alone on a line', () => {
    expect(summarise(reportOf([1, 2, 3]), 0, 4_000).lines.at(-1)).toBe('3 passed, 0 failed');
  });

  it('lists the five slowest, slowest first', () => {
    const lines = summarise(reportOf([10, 60, 20, 50, 30, 40]), 0, 1_000).lines.slice(1, 6);
    expect(lines.map((line) => /test \d/.exec(line)?.[0])).toEqual([
      'test 1',
      'test 3',
      'test 5',
      'test 4',
      'test 2',
    ]);
  });

  it('counts a file that could not be loaded, or set up', () => {
    const report = reportOf([5]);
    const broken = { name: 'broken.test.ts', status: 'failed', assertionResults: [] };
    const skipped = { fullName: 'after a hook that failed', status: 'skipped' };
    const unprepared = { name: 'unprepared.test.ts', status: 'failed', assertionResults: [skipped] };
    const testResults = [...report.testResults, broken, unprepared];
    expect(summarise({ ...report, testResults }, 1, 1_000).lines.at(-1)).toBe('1 passed, 2 failed');
  });

  it('names what failed, with the first line of why', () => {
    const report = reportOf([5, 6], 1);
    const [file] = report.testResults;
    const failing = { fullName: 'test bad', status: 'failed', failureMessages: ['Error: no\n    at there'] };
    const testResults = [
      {
        name: 'some.test.ts',
        status: 'failed',
        assertionResults: [...(file?.assertionResults ?? []), failing],
      },
      { name: 'broken.test.ts', status: 'failed', assertionResults: [] },
    ];
    const { lines } = summarise({ ...report, testResults }, 1, 1_000);
    expect(lines.slice(lines.indexOf('failed tests'), -2)).toEqual([
      'failed tests',
      '  test bad  (some.test.ts)  Error: no',
      '  could not be run  (broken.test.ts)',
    ]);
  });

  it('never calls a failed run clean', () => {
    expect(summarise(reportOf([5]), 1, 1_000).failed).toBe(1);
    expect(summarise(null, 1, 1_000).lines.at(-1)).toBe('0 passed, 1 failed');
  });
});
