import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { guardFolder } from '#launcher/lifeline.ts';
import { bundleWorkflows } from '#worker/bundle.ts';
import type { ChaosOptions } from './options.ts';
import { describePlan, planOf } from './plan.ts';
import { resultLine, resultTable } from './report.ts';
import { runSeed, type SeedResult } from './run-seed.ts';
import { type Servers, startServers } from './servers.ts';

const FOLDER = resolve('.ringleader', 'chaos');

/** Runs the seeds one after another, and prints what came of each and of all. True when nothing was found. */
export async function runChaos(options: ChaosOptions, stopping: AbortSignal): Promise<boolean> {
  const untilMs = options.minutes === null ? Number.POSITIVE_INFINITY : Date.now() + options.minutes * 60_000;
  const work = mkdtempSync(join(tmpdir(), 'ringleader-bundle-'));
  guardFolder(work);
  const bundle = join(work, 'workflows.js');
  writeFileSync(bundle, (await bundleWorkflows()).code);
  const results: SeedResult[] = [];
  let servers: Servers | null = null;
  try {
    for (let nth = 0; nth < options.seeds && Date.now() < untilMs && !stopping.aborted; nth += 1) {
      servers ??= await startServers();
      const result = await runOne(options.seed + nth, servers, bundle);
      results.push(result);
      console.log(resultLine(result));
      // What a failed run left behind must not be met by the next one.
      if (result.findings.length > 0) {
        await servers.stop();
        servers = null;
      }
    }
  } finally {
    await servers?.stop();
    rmSync(work, { recursive: true, force: true });
  }
  console.log(['', ...resultTable(results)].join('\n'));
  return results.every(({ findings }) => findings.length === 0);
}

/** Keeps the logs of a run that found something, with its plan. */
async function runOne(seed: number, servers: Servers, bundle: string): Promise<SeedResult> {
  const plan = planOf(seed);
  const logFolder = join(FOLDER, `seed-${seed}`);
  rmSync(logFolder, { recursive: true, force: true });
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const startedAtMs = Date.now();
  let result: SeedResult;
  try {
    result = await runSeed(plan, { servers, bundle, logFolder });
  } catch (error) {
    const seconds = (Date.now() - startedAtMs) / 1_000;
    const finding = `the run itself failed: ${error instanceof Error ? error.message : String(error)}`;
    result = { seed, leads: 0, dials: 0, faults: new Map(), seconds, findings: [finding] };
  }
  if (result.findings.length === 0) {
    rmSync(logFolder, { recursive: true, force: true });
    return result;
  }
  writeFileSync(
    join(logFolder, 'plan.txt'),
    `${[...describePlan(plan), '', ...result.findings].join('\n')}\n`,
  );
  console.log([`seed ${seed} found:`, ...result.findings.map((line) => `  ${line}`), 'Its plan:'].join('\n'));
  console.log(
    describePlan(plan)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
  console.log(`  replay: npm run chaos -- --seed ${seed}    logs: ${logFolder}`);
  return result;
}
