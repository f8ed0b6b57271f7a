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
/** On a machine that does much else. */
const BUILD_MS = 300_000;
/** Holds the fingerprint of what the build was made of. */
const STAMP = join(DIST, '.built-from');

/** Builds the dashboard unless it is built of what is there now. Takes some seconds. */
export async function buildDashboard(log: Log): Promise<void> {
  const fingerprint = fingerprintOf(FOLDER);
  if (isBuiltFrom(fingerprint)) return;
  const lock = join(ROOT, '.ringleader', 'dashboard.lock');
  await withLock(lock, 'waiting for another process that builds the dashboard', log, async () => {
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

/** The modules that the built page loads before it shows anything, with the bytes of each as the API sends them: gzipped. */
export function initialModules(): { name: string; bytes: number }[] {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  // What the entry imports statically stands beside it as preloads.
  const names = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  return [...new Set(names)].map((name) => ({
    name,
    bytes: gzipSync(readFileSync(join(DIST, 'assets', name)), { level: 9 }).length,
  }));
}

function isBuiltFrom(fingerprint: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint;
}

/** Of every source file, and of the versions of the libraries. */
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
