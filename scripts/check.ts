// `npm run check`: types, lint and format, dead code and the dashboard's size; every step runs even when one
// fails.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CLIENT_FILE, generateClient } from '#launcher/client.ts';
import { buildDashboard, initialModules } from '#launcher/dashboard.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Gzipped size of what a browser fetches before the dashboard shows anything. */
const MAX_INITIAL_BYTES = 200_000;

interface Step {
  readonly name: string;
  /** Reports the reason itself. */
  readonly holds: () => boolean | Promise<boolean>;
}

const STEPS: readonly Step[] = [
  program('types', 'tsc', '-p', '.'),
  program("the dashboard's types", 'tsc', '-p', 'dashboard'),
  program('lint and format', 'biome', 'ci', '--error-on-warnings', '.'),
  program('dead code', 'knip'),
  { name: "the dashboard's client matches the API", holds: isClientCurrent },
  { name: "size of the dashboard's first script", holds: isPageSmall },
];

function program(name: string, file: string, ...args: string[]): Step {
  const bin = join(ROOT, 'node_modules', '.bin', file);
  return { name, holds: () => spawnSync(bin, args, { cwd: ROOT, stdio: 'inherit' }).status === 0 };
}

async function isClientCurrent(): Promise<boolean> {
  const isCurrent = readFileSync(CLIENT_FILE, 'utf8') === (await generateClient());
  if (!isCurrent)
    console.log('  dashboard/client/generated.ts does not match the API: npm run client generates it');
  return isCurrent;
}

async function isPageSmall(): Promise<boolean> {
  await buildDashboard(console.log);
  const modules = initialModules();
  const bytes = modules.reduce((sum, module) => sum + module.bytes, 0);
  for (const module of modules) console.log(`  ${kilobytes(module.bytes)}  ${module.name}`);
  console.log(`  ${kilobytes(bytes)}  in total, gzipped; at most ${kilobytes(MAX_INITIAL_BYTES).trim()}`);
  return modules.length > 0 && bytes <= MAX_INITIAL_BYTES;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`.padStart(9);
}

let failed = 0;
for (const { name, holds } of STEPS) {
  process.stdout.write(`\n— ${name}\n`);
  const isFine = await Promise.resolve()
    .then(holds)
    .catch((error: unknown) => {
      console.log(`  ${error instanceof Error ? error.message : String(error)}`);
      return false;
    });
  process.stdout.write(isFine ? `  ${name}: fine\n` : `  ${name}: FAILED\n`);
  if (!isFine) failed += 1;
}

process.stdout.write(`\n${STEPS.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
