// `npm run mutation [-- files]`: StrykerJS changes the pure rules in one place at a time and runs their tests. A
// change that no test notices survives and is listed. Fails below the score that `docs/mutation.md` states.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const STRYKER = join(ROOT, 'node_modules', '.bin', 'stryker');
const LOWEST_SCORE = 85;
/** Generated data. */
const NOT_RULES = ['domain/zones/zones-by-prefix.ts'];

/** Of the report's schema, what is read here: https://github.com/stryker-mutator/mutation-testing-elements */
interface Mutant {
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: { line: number; column: number } };
}

interface Counts {
  noticed: number;
  survived: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: '2' } },
});
process.chdir(ROOT);
mkdirSync('.ringleader', { recursive: true });
const folder = mkdtempSync(join('.ringleader', 'mutation-'));

/** One file at a time: only the tests that import it are run, also for what is evaluated when it is loaded. */
function mutate(file: string): Mutant[] {
  const report = join(folder, 'report.json');
  const config = join(folder, 'config.json');
  const options = {
    mutate: [file],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', join(ROOT, 'scripts', 'mutation-ignore.mjs')],
    ignorers: ['documentation'],
    vitest: { configFile: 'vitest.mutation.config.ts' },
    coverageAnalysis: 'perTest',
    concurrency: Number(values.concurrency),
    // It would be rewritten by a compiler that the project does not have, and the tests do not read it.
    tsconfigFile: 'none',
    ignorePatterns: ['bench', 'dashboard', 'docs', 'test', '.ringleader'],
    tempDirName: join(folder, 'sandbox'),
    reporters: ['json'],
    jsonReporter: { fileName: report },
    logLevel: 'error',
    // A search without an end is noticed by its time.
    timeoutMS: 10_000,
  };
  writeFileSync(config, JSON.stringify(options));
  const run = spawnSync(STRYKER, ['run', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (run.status !== 0) throw new Error(`${file} could not be judged.`);
  const { files } = JSON.parse(readFileSync(report, 'utf8')) as {
    files: Record<string, { mutants: Mutant[] }>;
  };
  return Object.values(files).flatMap(({ mutants }) => mutants);
}

function count(mutants: readonly Mutant[]): Counts {
  const of = (...statuses: string[]) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return { noticed: of('Killed', 'Timeout'), survived: of('Survived', 'NoCoverage') };
}

function line(name: string, { noticed, survived }: Counts): string {
  const all = noticed + survived;
  const score = all === 0 ? '–' : `${((100 * noticed) / all).toFixed(1)} %`;
  return `${score.padStart(8)}  ${String(noticed).padStart(5)} of ${String(all).padStart(5)}  ${name}`;
}

function describe(file: string, { location, mutatorName, replacement = '', status }: Mutant): string {
  const text = replacement.replaceAll(/\s+/g, ' ').slice(0, 100);
  const untested = status === 'NoCoverage' ? ' (no test comes here)' : '';
  return `          ${file}:${location.start.line}:${location.start.column} ${mutatorName} → ${text}${untested}`;
}

const rules = globSync('domain/**/*.ts').filter(
  (file) => !file.endsWith('.test.ts') && !NOT_RULES.includes(file),
);
const total: Counts = { noticed: 0, survived: 0 };
const startedAt = Date.now();
try {
  for (const file of positionals.length > 0 ? positionals : rules.sort()) {
    const mutants = mutate(file);
    const counts = count(mutants);
    total.noticed += counts.noticed;
    total.survived += counts.survived;
    console.log(line(file, counts));
    for (const mutant of mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage'))
      console.log(describe(file, mutant));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${line('in total', total)}, in ${Math.round((Date.now() - startedAt) / 60_000)} minutes`);
const score = (100 * total.noticed) / Math.max(1, total.noticed + total.survived);
process.exitCode = score < LOWEST_SCORE ? 1 : 0;
