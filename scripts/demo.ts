// `npm run demo`: a campaign of fictional people through the whole product, judged at its end.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { renderAddresses } from '#demo/addresses.ts';
import { type DemoOptions, parseOptions, USAGE, UsageError } from '#demo/options.ts';
import { renderResult } from '#demo/result.ts';
import { type DemoRun, runDemo } from '#demo/run.ts';
import { FAULTS, TIMEOUT_ENV } from '#demo/settings.ts';
import { createDisplay } from '#demo/terminal.ts';
import { allHold } from '#invariants/judge.ts';
import { buildDashboard } from '#launcher/dashboard.ts';
import { say } from '#launcher/product.ts';
import { serviceOutput } from '#launcher/service-output.ts';
import { onStopRequest } from '#launcher/signals.ts';
import { type Stack, startStack } from '#launcher/stack.ts';

const FOLDER = resolve('.ringleader', 'demo');

const display = createDisplay(process.stderr);
const interrupt = new AbortController();
const options = readOptions();
let stack: Stack | null = null;
let stopping = false;

onStopRequest(
  (reason) => {
    display.end();
    say(`\nstopping (${reason})`);
    interrupt.abort();
    // During the start nothing can be stopped in order; the lifeline ends what runs.
    if (stack === null) process.exit(1);
    void stop(options.once ? 1 : 0);
  },
  () => process.exit(1),
);

try {
  await main();
} catch (error) {
  display.end();
  if (!stopping) say(`error: ${error instanceof Error ? error.message : String(error)}`);
  await stop(1);
}

async function main(): Promise<void> {
  await buildDashboard(display.log);
  const running = await startStack({
    dataDir: null,
    simulator: { seed: options.seed, speed: options.speed, faults: { ...FAULTS } },
    alwaysSimulate: true,
    env: TIMEOUT_ENV,
    log: display.log,
    onLine: serviceOutput(join(FOLDER, 'logs'), display.log),
  });
  stack = running;
  const { signal } = interrupt;
  const announce = (campaignId: string) => display.log(addressesOf(running, campaignId).join('\n'));
  const demo = runDemo(running, options, { folder: FOLDER, display, signal, announce });
  const run = await Promise.race([demo, running.died.then((why) => Promise.reject(new Error(why)))]);
  if (run === null) return;
  report(run);
  const passed = run.ending === 'completed' && allHold(run.verdict);
  if (options.once) return await stop(passed ? 0 : 1);
  for (const line of [...addressesOf(running, run.campaignId), '']) say(line);
  say('Everything stays up. Ctrl-C stops it.');
  throw new Error(await running.died);
}

function report({ ending, result, verdict }: DemoRun): void {
  const late = ending === 'late' ? ['The campaign did not complete in time.', ''] : [];
  process.stdout.write(`${['', ...late, ...renderResult(result, verdict), ''].join('\n')}\n`);
  if (options.jsonFile !== null) writeFileSync(options.jsonFile, `${JSON.stringify(result, null, 2)}\n`);
}

function addressesOf({ apiUrl, apiKey, webUrl, temporalNamespace: namespace }: Stack, campaignId: string) {
  return renderAddresses({ apiUrl, apiKey, webUrl, namespace, campaignId });
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await stack?.stop();
  process.exit(exitCode);
}

function readOptions(): DemoOptions {
  try {
    const parsed = parseOptions(process.argv.slice(2));
    // Checked before the run, whose result would be lost.
    if (parsed.jsonFile !== null && !existsSync(dirname(resolve(parsed.jsonFile)))) {
      throw new UsageError(`--json ${parsed.jsonFile}: there is no such folder`);
    }
    return parsed;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`error: ${error.message}\n\n${USAGE}`);
    process.exit(1);
  }
}
