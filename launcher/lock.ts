import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, isAlive, type Log, startMark } from './processes.ts';

export interface HeldLock {
  release(): void;
}

/** A living process holds the lock. */
export class LockedError extends Error {
  readonly pid: number;

  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}.`);
    this.name = 'LockedError';
    this.pid = pid;
  }
}

/**
 * Takes a lock file. A lock of a dead process is taken over, even when its process id is in use again. Throws
 * LockedError when a living process holds it.
 */
export function takeLock(path: string): HeldLock {
  mkdirSync(dirname(path), { recursive: true });
  const own = `${process.pid} ${startMark(process.pid)}`;
  const candidate = `${path}.${process.pid}`;
  writeFileSync(candidate, own);
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (linked(candidate, path)) return { release: () => releaseLock(path, own) };
      const content = contentOf(path);
      if (content === null) continue;
      const holder = livingHolder(content);
      if (holder !== null) throw new LockedError(path, holder);
      removeStale(path, content);
    }
    throw new Error(`${path} could not be taken: other processes keep taking it.`);
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Runs `work` while holding the lock; logs `waiting` once when another process holds it. */
export async function withLock<T>(
  path: string,
  waiting: string,
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  let logged = false;
  for (;;) {
    let lock: HeldLock;
    try {
      lock = takeLock(path);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (!logged) log(`${waiting} (process ${error.pid})`);
      logged = true;
      await delay(500);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}

/** Links to a complete file, so that no reader sees a lock without its owner. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function livingHolder(content: string): number | null {
  const [pidText = '', ...rest] = content.split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  return startMark(pid) === rest.join(' ') ? pid : null;
}

/**
 * The stale file is moved away first: of two processes that find it, one must not remove the other's new
 * lock.
 */
function removeStale(path: string, content: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (contentOf(aside) !== content) linked(aside, path);
  rmSync(aside, { force: true });
}

function releaseLock(path: string, own: string): void {
  if (contentOf(path) === own) rmSync(path, { force: true });
}
