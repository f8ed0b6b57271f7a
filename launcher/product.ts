import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildDashboard } from './dashboard.ts';
import { LockedError } from './lock.ts';
import { serviceOutput } from './service-output.ts';
import { onStopRequest } from './signals.ts';
import { type Stack, startStack } from './stack.ts';

/** Progress goes to standard error; standard output is for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs the product on `dataDir` until Ctrl-C, SIGTERM or the end of a server it needs, and exits with 0 or 1.
 * `whileRunning` is called once, when everything is up.
 */
export async function runProduct(options: {
  readonly dataDir: string;
  readonly whileRunning?: (stack: Stack) => void;
  /** `live`: something else serves it from its sources. */
  readonly dashboard?: 'built' | 'live';
}): Promise<void> {
  let stack: Stack | null = null;
  let stopping = false;
  const stop = async (exitCode: number) => {
    if (stopping) return;
    stopping = true;
    await stack?.stop();
    say('everything is stopped');
    process.exit(exitCode);
  };
  onStopRequest(
    (reason) => {
      say(`\nstopping (${reason})`);
      // During the start nothing can be stopped in order; the lifeline ends what runs.
      if (stack === null) process.exit(1);
      void stop(0);
    },
    () => {
      say('stopping at once');
      process.exit(1);
    },
  );
  try {
    // PostgreSQL's account must be able to enter it; secret files are protected one by one.
    mkdirSync(options.dataDir, { recursive: true, mode: 0o755 });
    const onLine = serviceOutput(join(options.dataDir, 'logs'), say);
    if (options.dashboard !== 'live') await buildDashboard(say);
    stack = await startStack({ dataDir: options.dataDir, log: say, onLine });
  } catch (error) {
    say(`error: ${startFailure(error, options.dataDir)}`);
    process.exit(1);
  }
  for (const line of addresses(stack)) say(line);
  options.whileRunning?.(stack);
  const sentence = await stack.died;
  if (stopping) return;
  say(`error: ${sentence}`);
  await stop(1);
}

function startFailure(error: unknown, dataDir: string): string {
  if (error instanceof LockedError) {
    return `Ringleader already runs on ${dataDir} (process ${error.pid}). Stop it, or name another folder in RINGLEADER_DATA_DIR.`;
  }
  return error instanceof Error ? error.message : String(error);
}

function addresses(stack: Stack): string[] {
  return [
    '',
    'Ringleader is running. Ctrl-C stops it.',
    `  dashboard   ${stack.apiUrl}`,
    `  API docs    ${stack.apiUrl}/docs`,
    `  API key     ${process.env.RINGLEADER_API_KEY ? 'as set in RINGLEADER_API_KEY' : stack.apiKey}`,
    `  Temporal    ${stack.temporalAddress}`,
    ...(stack.webUrl === null ? [] : [`  Web UI      ${stack.webUrl}`]),
    ...(stack.simulatorUrl === null ? [] : [`  simulator   ${stack.simulatorUrl}`]),
    '',
  ];
}
