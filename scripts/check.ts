// `npm run check`: types, lint with formatting, and dead code, all of them even when one fails.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

interface Step {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: 'types', program: 'tsc', args: ['-p', '.'] },
  { name: "the dashboard's types", program: 'tsc', args: ['-p', 'dashboard'] },
  { name: 'lint and format', program: 'biome', args: ['ci', '--error-on-warnings', '.'] },
  { name: 'dead code', program: 'knip', args: [] },
];

const failed = STEPS.filter((step) => {
  process.stdout.write(`\n— ${step.name}: ${[step.program, ...step.args].join(' ')}\n`);
  const bin = join(ROOT, 'node_modules', '.bin', step.program);
  const { status } = spawnSync(bin, step.args, { cwd: ROOT, stdio: 'inherit' });
  process.stdout.write(status === 0 ? `  ${step.name}: fine\n` : `  ${step.name}: FAILED\n`);
  return status !== 0;
});

process.stdout.write(`\n${STEPS.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
