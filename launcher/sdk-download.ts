import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFile, makeCached } from './cache.ts';
import type { Log } from './processes.ts';

export type SdkServer = 'dev-server' | 'time-skipping';

/** A network that drops packets would stall the download; a slow one gets its time. */
const SILENCE_MS = 25_000;
const DOWNLOAD_MS = 300_000;

/** An earlier download in the cache, or null. */
export function downloadedServer(server: SdkServer): string | null {
  return cachedFile(entryName(server), 'server');
}

/** Lets the SDK download its server into the cache. Null when it cannot, after logging why. */
export async function downloadServer(server: SdkServer, log: Log): Promise<string | null> {
  const what = server === 'dev-server' ? 'development server' : 'time-skipping server';
  log(`asking the Temporal SDK to download its ${what} (RINGLEADER_NO_DOWNLOAD=1 skips this)`);
  try {
    const make = (folder: string) => downloadInto(folder, server);
    return await makeCached({ name: entryName(server), file: 'server', log, make });
  } catch (error) {
    log(`no download here: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function entryName(server: SdkServer): string {
  const file = createRequire(import.meta.url).resolve('@temporalio/testing/package.json');
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return `temporal-sdk-${server}/${version}`;
}

async function downloadInto(folder: string, server: SdkServer): Promise<void> {
  const script = fileURLToPath(new URL('./sdk-download-child.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, server, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4_000);
  });
  const startedAt = Date.now();
  let bytes = 0;
  let grewAt = startedAt;
  const watch = setInterval(() => {
    const now = bytesIn(folder);
    if (now !== bytes) grewAt = Date.now();
    bytes = now;
    if (Date.now() - grewAt > SILENCE_MS || Date.now() - startedAt > DOWNLOAD_MS) child.kill('SIGKILL');
  }, 1_000);
  const [code, signal] = await once(child, 'close').finally(() => clearInterval(watch));
  if (code !== 0) throw new Error(signal === null ? reasonIn(words) : 'the download stalled');
  const found = readdirSync(folder).find((name) => isExecutable(join(folder, name)));
  if (found === undefined) throw new Error('the SDK left no program behind');
  renameSync(join(folder, found), join(folder, 'server'));
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The SDK's message is a stack with a chain of causes; its first line with "Error" is the reason. */
function reasonIn(words: string): string {
  const line = words.split('\n').find((text) => /error/i.test(text)) ?? words.split('\n')[0] ?? '';
  const withoutAddresses = line.replaceAll(/ for url \(.*?\)/g, '');
  return withoutAddresses.trim().slice(0, 200) || 'no reason given';
}
