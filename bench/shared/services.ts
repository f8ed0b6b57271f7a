import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { guardProcess } from '#launcher/lifeline.ts';
import type { MeterAnswer, MeterReading, MeterRequest } from './meter.ts';

const METER = new URL('./meter.ts', import.meta.url);
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 30_000;
const WORDS_KEPT = 4_000;

/** A part of the product as a separate process with the meter in it. */
export interface MeteredService {
  readonly pid: number;
  /** Its ready message. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Its database work since the last reading. */
  read(): Promise<MeterReading>;
  /** Takes a CPU profile of the main thread until `finish`, which writes the file. */
  profile(): { finish(file: string): Promise<void> };
  stop(): Promise<void>;
}

/** Starts an entry point, named from the repository's root, and waits until it is ready. */
export async function startService(entry: string, env: NodeJS.ProcessEnv): Promise<MeteredService> {
  const path = fileURLToPath(new URL(`../../${entry}`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, '--import', METER.href, path], {
    env,
    detached: true,
    // Logging is part of the product's cost, but its output is not needed here.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (child.pid === undefined) throw new Error(`${entry} could not be started.`);
  child.once('exit', guardProcess('services', child.pid));
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(-WORDS_KEPT);
  });
  const ready = await message(child, READY_TIMEOUT_MS, isReady).catch((error: Error) => {
    child.kill('SIGKILL');
    throw new Error(`${entry} ${error.message}. The end of its output:\n${words}`);
  });
  const ask = (request: MeterRequest) => child.send(request);
  return {
    pid: child.pid,
    ready,
    async read() {
      ask({ meter: 'read' });
      return (await message(child, ANSWER_TIMEOUT_MS, isAnswer)).meter;
    },
    profile() {
      ask({ meter: 'profile' });
      return {
        async finish(file) {
          ask({ meter: 'profiled', file });
          await message(child, ANSWER_TIMEOUT_MS, isAnswer);
        },
      };
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await exit;
      clearTimeout(timer);
    },
  };
}

/** The next matching message. @throws Error that completes "The service …" */
function message<T>(
  child: ChildProcess,
  timeoutMs: number,
  fits: (message: unknown) => message is T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('close', onClose);
      act();
    };
    const onMessage = (received: unknown) => {
      if (fits(received)) settle(() => resolve(received));
    };
    const onClose = () => settle(() => reject(new Error('ended by itself')));
    const timer = setTimeout(
      () => settle(() => reject(new Error(`did not answer within ${timeoutMs / 1_000} s`))),
      timeoutMs,
    );
    child.on('message', onMessage);
    child.once('close', onClose);
  });
}

function isReady(received: unknown): received is Record<string, unknown> {
  return typeof received === 'object' && received !== null && 'ready' in received && received.ready === true;
}

function isAnswer(received: unknown): received is MeterAnswer {
  return typeof received === 'object' && received !== null && 'meter' in received;
}
