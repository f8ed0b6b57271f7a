import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { guardProcess } from './lifeline.ts';
import type { Log } from './processes.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 20_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** A process that lived this long is not in a crash loop. */
const HEALTHY_AFTER_MS = 60_000;
const LINES_KEPT = 30;

/** The IPC message of a service that is ready: `{ready: true, ...}`. */
export type ReadyMessage = Readonly<Record<string, unknown>>;

export interface ServiceExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when it ended without `stop` or `restart`. */
  readonly unexpected: boolean;
}

export interface ServiceOptions {
  readonly name: string;
  /** Absolute path of the TypeScript entry. */
  readonly entry: string;
  /** Complete; nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly onLine?: (line: string) => void;
  /** Restarts it, after growing delays, when it ends unexpectedly. Default true. */
  readonly keepAlive?: boolean;
}

export interface Service {
  readonly name: string;
  /** Null while no process runs. */
  readonly pid: number | null;
  /** The ready message of the current or last process. */
  readonly ready: ReadyMessage;
  /** SIGTERM, then SIGKILL after 20 seconds; no restart. */
  stop(): Promise<void>;
  /** SIGKILL, like a crash; with `keepAlive` it is restarted. */
  kill(): void;
  restart(): Promise<void>;
  onExit(listener: (exit: ServiceExit) => void): void;
}

/**
 * Runs one of our entry points in its own process group, so that Ctrl-C reaches only the launcher. Resolves
 * when it is ready; otherwise throws with its last lines. The entry must exit when its IPC channel
 * disconnects, because then the launcher has been killed.
 */
export async function spawnService(options: ServiceOptions): Promise<Service> {
  const service = new SupervisedService(options);
  await service.start();
  return service;
}

class SupervisedService implements Service {
  readonly name: string;
  ready: ReadyMessage = {};
  readonly #options: ServiceOptions;
  readonly #listeners: Array<(exit: ServiceExit) => void> = [];
  #child: ChildProcess | null = null;
  #lines: string[] = [];
  #backoffMs = FIRST_BACKOFF_MS;
  #timer: NodeJS.Timeout | null = null;
  #wanted = true;
  /** While `start` waits, an end of the process is reported to its caller and leads to no restart. */
  #starting = false;
  #startedAt = 0;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#listeners.push(listener);
  }

  async start(): Promise<void> {
    this.#wanted = true;
    this.#starting = true;
    const child = this.#spawn();
    try {
      this.ready = await this.#announcement(child);
    } catch (error) {
      this.#wanted = false;
      killGroup(child);
      throw error;
    } finally {
      this.#starting = false;
    }
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const child = this.#child;
    if (child === null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#options.log(`${this.name} does not end within ${STOP_GRACE_MS / 1000} s: killing it`);
      killGroup(child);
    }, STOP_GRACE_MS);
    await exit;
    clearTimeout(timer);
  }

  kill(): void {
    if (this.#child === null) return;
    // A requested restart must not lengthen the backoff.
    this.#backoffMs = FIRST_BACKOFF_MS;
    killGroup(this.#child);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #spawn(): ChildProcess {
    const { entry, env } = this.#options;
    const child = spawn(process.execPath, [...process.execArgv, entry], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#lines = [];
    this.#startedAt = Date.now();
    const unguard = child.pid === undefined ? () => undefined : guardProcess('services', child.pid);
    this.#read(child.stdout);
    this.#read(child.stderr);
    child.on('error', (error) => {
      this.#keep(error.message);
      if (child.pid === undefined) this.#child = null;
    });
    child.on('exit', (code, signal) => {
      unguard();
      this.#ended({ code, signal, unexpected: this.#wanted });
    });
    return child;
  }

  #read(stream: Readable | null): void {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#keep(line));
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    this.#options.onLine?.(line);
  }

  #announcement(child: ChildProcess): Promise<ReadyMessage> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        clearTimeout(timer);
        reject(new Error(`${this.name} ${reason}. The end of its output:\n${this.#lines.join('\n')}`));
      };
      const timer = setTimeout(
        () => fail(`was not ready within ${READY_TIMEOUT_MS / 1000} s`),
        READY_TIMEOUT_MS,
      );
      // "close" follows the last line of output; "exit" may precede it.
      child.once('close', (code, signal) => fail(`ended (${signal ?? `code ${code}`}) before it was ready`));
      child.once('error', () => fail('could not be started'));
      child.on('message', (message) => {
        if (!isReady(message)) return;
        clearTimeout(timer);
        resolve(message);
      });
    });
  }

  #ended(exit: ServiceExit): void {
    this.#child = null;
    for (const listener of this.#listeners) listener(exit);
    if (!this.#wanted || this.#starting || this.#options.keepAlive === false) return;
    if (Date.now() - this.#startedAt > HEALTHY_AFTER_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const how = exit.signal ?? `code ${exit.code}`;
    this.#options.log(`${this.name} ended unexpectedly (${how}): restarting it in ${this.#backoffMs} ms`);
    this.#timer = setTimeout(() => this.#startAgain(), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS);
  }

  #startAgain(): void {
    this.#timer = null;
    const child = this.#spawn();
    this.#announcement(child).then(
      (ready) => {
        this.ready = ready;
        this.#options.log(`${this.name} runs again (process ${child.pid})`);
      },
      (error: Error) => {
        if (this.#wanted) this.#options.log(error.message);
        // It hangs; once killed, it is restarted after the next delay.
        if (this.#child === child) killGroup(child);
      },
    );
  }
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
