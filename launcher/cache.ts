import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { withLock } from './lock.ts';
import type { Log } from './processes.ts';

/** Downloads and builds are kept here once a user; `RINGLEADER_CACHE_DIR` names another folder. */
function cacheDir(): string {
  if (process.env.RINGLEADER_CACHE_DIR) return resolve(process.env.RINGLEADER_CACHE_DIR);
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, 'ringleader');
  return join(homedir(), '.cache', 'ringleader');
}

interface CacheEntry {
  /** Folder in the cache, with its version: "temporal/1.5.1". */
  readonly name: string;
  /** A file in that folder which exists only when the entry is complete. */
  readonly file: string;
  readonly log: Log;
  /** Fills the given empty folder, which becomes the entry. */
  readonly make: (folder: string) => Promise<void>;
}

/** Null when it has not been made yet. */
export function cachedFile(name: string, file: string): string | null {
  const path = join(cacheDir(), name, file);
  return existsSync(path) ? path : null;
}

/**
 * Returns a cache entry's file, making the entry if needed. It is made elsewhere and renamed when complete,
 * so that an interruption leaves no partial entry. Two processes that want the same entry make it once.
 */
export async function makeCached(entry: CacheEntry): Promise<string> {
  const found = cachedFile(entry.name, entry.file);
  if (found !== null) return found;
  const home = join(cacheDir(), entry.name);
  const partial = `${home}.partial`;
  return withLock(
    `${home}.lock`,
    `waiting for another process to make ${entry.name}`,
    entry.log,
    async () => {
      const made = cachedFile(entry.name, entry.file);
      if (made !== null) return made;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      try {
        await entry.make(partial);
        if (!existsSync(join(partial, entry.file)))
          throw new Error(`${entry.name} was made without ${entry.file}.`);
        rmSync(home, { recursive: true, force: true });
        renameSync(partial, home);
      } finally {
        rmSync(partial, { recursive: true, force: true });
      }
      return join(home, entry.file);
    },
  );
}
