import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './processes.ts';

/** The user that PostgreSQL runs as; null ids: the current user. */
export interface Account {
  readonly uid: number | null;
  readonly gid: number | null;
}

/** Root's data are kept here when PostgreSQL's account cannot enter the project's folder. */
const REACHABLE_ROOT = '/var/lib/ringleader';

/**
 * PostgreSQL refuses to run as root. Root therefore uses a system account (`RINGLEADER_POSTGRES_USER`,
 * default "ringleader"), created if missing; anybody else runs it as themselves.
 */
export function postgresAccount(log: Log): Account {
  if (process.getuid?.() !== 0) return { uid: null, gid: null };
  const name = process.env.RINGLEADER_POSTGRES_USER || 'ringleader';
  const known = idsOf(name);
  if (known !== null) return known;
  log(`PostgreSQL does not run as root: creating the system account "${name}" for it`);
  const made = spawnSync(
    'useradd',
    [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/bin/false',
      name,
    ],
    { encoding: 'utf8' },
  );
  // Two first starts may both try at once; only the existence of the account matters.
  const ids = idsOf(name);
  if (ids !== null) return ids;
  throw new Error(
    `The account "${name}" could not be created (${(made.stderr || made.error?.message || 'no reason given').trim()}). ` +
      'Run as a user other than root, name an existing account in RINGLEADER_POSTGRES_USER, or set DATABASE_URL.',
  );
}

export function canEnter(folder: string, account: Account): boolean {
  if (account.uid === null || account.gid === null) return true;
  const shell = ['-c', 'cd -- "$1" 2>/dev/null', 'sh', folder];
  return spawnSync('/bin/sh', shell, { uid: account.uid, gid: account.gid, cwd: '/' }).status === 0;
}

/** Makes a folder that only the account can enter. */
export function makeOwnFolder(folder: string, account: Account): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  giveTo(folder, account);
}

export function giveTo(path: string, account: Account): void {
  if (account.uid !== null && account.gid !== null) chownSync(path, account.uid, account.gid);
}

/** Copies a folder; the account owns the copy. */
export function copyFor(account: Account, from: string, to: string): void {
  const partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  cpSync(from, partial, { recursive: true, preserveTimestamps: true });
  const owned = spawnSync('chown', ['-R', `${account.uid}:${account.gid}`, partial], { encoding: 'utf8' });
  if (owned.status !== 0) throw new Error(`${partial} could not be given to PostgreSQL: ${owned.stderr}`);
  renameSync(partial, to);
}

/** A folder that every account can enter, named after the path it replaces. */
export function reachablePlaceFor(path: string): string {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  mkdirSync(REACHABLE_ROOT, { recursive: true, mode: 0o755 });
  return join(REACHABLE_ROOT, name);
}

function idsOf(name: string): { uid: number; gid: number } | null {
  const read = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const user = read('-u');
  if (user.status !== 0) return null;
  return { uid: Number(user.stdout), gid: Number(read('-g').stdout) };
}
