import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { withLock } from './lock.ts';
import type { Log } from './processes.ts';
import { runTool } from './run-tool.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dashboard');
const DIST = join(FOLDER, 'dist');
/** Enough for a busy machine. */
const BUILD_MS = 300_000;
/** Holds the fingerprint of the sources of the build. */
const STAMP = join(DIST, '.built-from');

/** Builds the dashboard unless the build is current. Takes some seconds. */
export async function buildDashboard(log: Log): Promise<void> {
  const fingerprint = fingerprintOf(FOLDER);
  if (isBuiltFrom(fingerprint)) return;
  const lock = join(ROOT, '.ringleader', 'dashboard.lock');
  await withLock(lock, 'waiting for another process to build the dashboard', log, async () => {
    if (isBuiltFrom(fingerprint)) return;
    log('building the dashboard');
    await runTool({
      program: process.execPath,
      args: [join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', FOLDER],
      env: { NODE_ENV: 'production' },
      timeoutMs: BUILD_MS,
    });
    writeFileSync(STAMP, fingerprint);
  });
}

/**
 * The modules that the page loads before it shows anything, with their gzipped bytes as the API sends them.
 */
export function initialModules(): { name: string; bytes: number }[] {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  // The entry's static imports appear as preloads.
  const names = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  return [...new Set(names)].map((name) => ({
    name,
    bytes: gzipSync(readFileSync(join(DIST, 'assets', name)), { level: 9 }).length,
  }));
}

function isBuiltFrom(fingerprint: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint;
}

/** Over all source files and the lockfile's versions. */
function fingerprintOf(folder: string): string {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(ROOT, 'package-lock.json')));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !file.startsWith(DIST))
    .sort();
  for (const file of files) hash.update(`\n${relative(folder, file)}\n`).update(readFileSync(file));
  return hash.digest('hex');
}
