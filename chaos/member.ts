import { setTimeout as delay } from 'node:timers/promises';
import { type Service, type ServiceExit, spawnService } from '#launcher/supervise.ts';
import { signalTree } from './process-tree.ts';

const RESTART_MS = 300;
const TRY_AGAIN_MS = 1_000;

export interface MemberOptions {
  name: string;
  /** Absolute path of its entry. */
  entry: string;
  /** The environment of its nth process, from 0. */
  env: (nth: number) => NodeJS.ProcessEnv;
  onLine: (line: string) => void;
}

/** One process of the product, started again after every end, as a supervisor would. */
export class Member {
  readonly name: string;
  readonly #options: MemberOptions;
  #service: Service | null = null;
  #started = 0;
  #wanted = false;
  #running: Promise<void> = Promise.resolve();
  /** Ends that nobody ordered. */
  readonly crashes: ServiceExit[] = [];
  /** Ends by SIGKILL, and when the last one was. */
  killed = 0;
  killedAtMs: number | null = null;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Processes until now. */
  get started(): number {
    return this.#started;
  }

  get pid(): number | null {
    return this.#service?.pid ?? null;
  }

  /** Resolves when it is ready. @throws Error when its first process does not become ready */
  async start(): Promise<void> {
    this.#wanted = true;
    await this.#spawn();
  }

  /** SIGKILL; it is started again. */
  kill(): void {
    if (this.pid !== null) signalTree(this.pid, 'SIGKILL');
  }

  freeze(): void {
    if (this.pid !== null) signalTree(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    if (this.pid !== null) signalTree(this.pid, 'SIGCONT');
  }

  /** Ends it in order, for good. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.thaw();
    await this.#service?.stop();
    await this.#running;
  }

  /** Kills it, for good. */
  async end(): Promise<void> {
    this.#wanted = false;
    this.kill();
    await this.#running;
  }

  async #spawn(): Promise<void> {
    const { name, entry, env, onLine } = this.#options;
    const nth = this.#started;
    this.#started += 1;
    const service = await spawnService({ name, entry, env: env(nth), log: onLine, onLine, keepAlive: false });
    this.#service = service;
    service.onExit((exit) => {
      if (exit.signal === 'SIGKILL') {
        this.killed += 1;
        this.killedAtMs = Date.now();
      } else if (this.#wanted) this.crashes.push(exit);
      this.#service = null;
      this.#running = this.#startAgain();
    });
    // It may have been told to end while it started, or killed itself at once.
    if (!this.#wanted) await service.stop();
    else if (service.pid === null) this.#running = this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    for (let waitMs = RESTART_MS; this.#wanted; waitMs = TRY_AGAIN_MS) {
      await delay(waitMs);
      if (!this.#wanted) return;
      try {
        return await this.#spawn();
      } catch (error) {
        // What it needs may be down at the moment: a supervisor tries again.
        this.#options.onLine(error instanceof Error ? error.message : String(error));
      }
    }
  }
}
