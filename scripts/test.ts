// `npm test [-- vitest arguments]`: starts the servers that the chosen tests need, runs the tests, and prints
// a summary. One lane of launcher/test-lanes.ts: `npm test -- --project unit`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { say } from '#launcher/product.ts';
import { attachedRunner } from '#launcher/run-attached.ts';
import { LANES, type Lane, serversFor, vitestArguments } from '#launcher/test-lanes.ts';
import { startTestServers } from '#launcher/test-servers.ts';
import { summarise, type TestFile } from '#launcher/test-summary.ts';
import { timeSkippingServerPath } from '#launcher/time-skipping.ts';

const ROOT = resolve(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules', '.bin', 'vitest');
const REPORTER = join(ROOT, 'launcher', 'test-reporter.ts');

/** The lanes of the chosen files; all lanes when Vitest does not list any. */
function chosenLanes(args: readonly string[], listFile: string): Set<Lane> {
  const list = spawnSync(VITEST, ['list', '--filesOnly', `--json=${listFile}`, ...args], { cwd: ROOT });
  if (list.status !== 0) return new Set(LANES);
  const files = JSON.parse(readFileSync(listFile, 'utf8')) as { projectName: Lane }[];
  return new Set(files.map(({ projectName }) => projectName));
}

const startedAt = Date.now();
const run = attachedRunner();
const folder = mkdtempSync(join(tmpdir(), 'ringleader-tests-'));
const reportFile = join(folder, 'report.json');
let exitCode = 1;
let report: TestFile[] | null = null;
try {
  const args = vitestArguments(process.argv.slice(2), { ci: Boolean(process.env.CI) });
  const needed = serversFor(chosenLanes(args, join(folder, 'list.json')));
  const timeSkipping = needed.has('temporal')
    ? { TEST_TIME_SKIPPING_PATH: await timeSkippingServerPath(say) }
    : {};
  const servers = await startTestServers({ durable: false, servers: needed, log: say });
  try {
    exitCode = await run({
      program: VITEST,
      args: ['run', '--reporter=default', `--reporter=${REPORTER}`, ...args],
      env: { ...process.env, ...servers.env, ...timeSkipping, TEST_REPORT: reportFile },
    });
  } finally {
    await servers.stop();
  }
  report = JSON.parse(readFileSync(reportFile, 'utf8'));
} catch (error) {
  say(`error: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const summary = summarise(report, exitCode, Date.now() - startedAt);
process.stdout.write(`\n${summary.lines.join('\n')}\n`);
process.exit(summary.failed > 0 ? Math.max(exitCode, 1) : 0);
