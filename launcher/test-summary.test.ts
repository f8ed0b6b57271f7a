import { describe, expect, it } from 'vitest';
import { summarise, type TestFile } from './test-summary.ts';

type Test = TestFile['tests'][number];

function testOf(name: string, durationMs: number, state: Test['state'] = 'passed', failure = ''): Test {
  return { name, durationMs, state, failure };
}

function fileOf(file: string, tests: readonly Test[], change: Partial<TestFile> = {}): TestFile {
  const durationMs = tests.reduce((sum, test) => sum + test.durationMs, 0);
  return { file, lane: 'unit', failed: false, importMs: 0, durationMs, tests, ...change };
}

function filesOf(durationsMs: readonly number[]): TestFile[] {
  return [
    fileOf(
      'some.test.ts',
      durationsMs.map((durationMs, index) => testOf(`test ${index}`, durationMs)),
    ),
  ];
}

function namesBelow(title: string, lines: readonly string[], count: number): (string | undefined)[] {
  const from = lines.indexOf(title) + 1;
  return lines.slice(from, from + count).map((line) => /(test|file) \d+/.exec(line)?.[0]);
}

describe('summarise', () => {
  it('ends with a line of counts', () => {
    expect(summarise(filesOf([1, 2, 3]), 0, 4_000).lines.at(-1)).toBe('3 passed, 0 failed');
  });

  it('lists the five slowest, slowest first', () => {
    const { lines } = summarise(filesOf([10, 60, 20, 50, 30, 40]), 0, 1_000);
    expect(namesBelow('slowest tests', lines, 5)).toEqual(['test 1', 'test 3', 'test 5', 'test 4', 'test 2']);
    expect(lines[6]).toBe('slowest files');
  });

  it('lists the ten slowest files, with their imports and hooks', () => {
    const files = Array.from({ length: 12 }, (_, nth) =>
      fileOf(`file ${nth}`, [], { durationMs: nth * 1_000, importMs: 500 }),
    );
    const { lines } = summarise(files, 0, 1_000);
    const names = Array.from({ length: 10 }, (_, nth) => `file ${11 - nth}`);
    expect(namesBelow('slowest files', lines, 10)).toEqual(names);
    expect(lines).toContain('   11.00 s  file 11  (0 tests, 0.50 s of imports)');
    expect(lines[lines.indexOf('slowest files') + 11]).toBe('lanes');
  });

  it('sums up each lane', () => {
    const files = [
      ...filesOf([1_000, 500]),
      fileOf('a.test.ts', [testOf('one', 2_000)], { lane: 'database' }),
      fileOf('b.test.ts', [testOf('two', 1_000)], { lane: 'database', durationMs: 4_000 }),
    ];
    const { lines } = summarise(files, 0, 1_000);
    expect(lines.slice(lines.indexOf('lanes') + 1, -2)).toEqual([
      '    6.00 s  database  (2 tests in 2 files)',
      '    1.50 s  unit  (2 tests in 1 files)',
    ]);
  });

  it('counts a file that could not be loaded, or set up', () => {
    const broken = fileOf('broken.test.ts', [], { failed: true });
    const skipped = testOf('after a hook that failed', 0, 'skipped');
    const unprepared = fileOf('unprepared.test.ts', [skipped], { failed: true });
    const { lines } = summarise([...filesOf([5]), broken, unprepared], 1, 1_000);
    expect(lines.slice(-2)).toEqual(['2 tests in 1.0 s, 1 skipped', '1 passed, 2 failed']);
  });

  it('names the failures, with the first line of the reason', () => {
    const failing = testOf('test bad', 1, 'failed', 'Error: no\n    at there');
    const files = [
      fileOf('some.test.ts', [testOf('test good', 5), failing], { failed: true }),
      fileOf('broken.test.ts', [], { failed: true }),
    ];
    const { lines } = summarise(files, 1, 1_000);
    expect(lines.slice(lines.indexOf('failed tests'), -2)).toEqual([
      'failed tests',
      '  test bad  (some.test.ts)  Error: no',
      '  could not be run  (broken.test.ts)',
    ]);
  });

  it('never reports a failed run as clean', () => {
    expect(summarise(filesOf([5]), 1, 1_000).failed).toBe(1);
    expect(summarise(null, 1, 1_000).lines.at(-1)).toBe('0 passed, 1 failed');
  });
});
