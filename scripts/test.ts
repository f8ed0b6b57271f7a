// `npm test [-- vitest arguments]`: starts the servers that the tests share, runs them, and sums up.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { say } from '#launcher/product.ts';
import { attachedRunner } from '#launcher/run-attached.ts';
import { startTestServers } from '#launcher/test-servers.ts';
import { summarise, type VitestReport } from '#launcher/test-summary.ts';
import { timeSkippingServerPath } from '#launcher/time-skipping.ts';

const ROOT = resolve(import.meta.dirname, '..');

const startedAt = Date.now();
const run = attachedRunner();
const folder = mkdtempSync(join(tmpdir(), 'ringleader-tests-'));
const reportFile = join(folder, 'report.json');
let exitCode = 1;
let report: VitestReport | null = null;
try {
  const timeSkippingPath = await timeSkippingServerPath(say);
  const servers = await startTestServers({ durable: false, log: say });
  try {
    exitCode = await run({
      program: join(ROOT, 'node_modules', '.bin', 'vitest'),
      args: [
        ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
        ...process.argv.slice(2),
      ],
      env: { ...process.env, ...servers.env, TEST_TIME_SKIPPING_PATH: timeSkippingPath },
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
