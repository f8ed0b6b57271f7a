import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Shows one line of progress at the terminal. */
export type Log = (line: string) => void;

/** The `code` of a system error ("ENOENT"), otherwise null. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** False for a process that has ended but was not reaped yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return processStat(pid)?.state !== 'Z';
}

/** Words separated by spaces; null when it cannot be read. */
function commandLine(pid: number): string | null {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || null;
    } catch {
      return null;
    }
  }
  return outputOfPs(pid, 'args=');
}

/** Identifies a process among later ones with the same id; null when there is no such process. */
export function startMark(pid: number): string | null {
  const stat = processStat(pid);
  if (stat === null) return existsSync('/proc/self/stat') ? null : outputOfPs(pid, 'lstart=');
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${stat.startedAtTicks}`;
}

/** For processes that are not our children. False when it still runs after `timeoutMs`. */
async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

/**
 * Ends a server that a killed launcher left running. Its process id may be in use again, so nothing happens
 * unless the command line contains every word of `words`.
 */
export async function stopOrphan(pid: number, words: readonly string[], log: Log): Promise<void> {
  const line = isAlive(pid) ? commandLine(pid) : null;
  if (line === null || !words.every((word) => line.includes(word))) return;
  log(`stopping process ${pid}, left running by an earlier start`);
  process.kill(pid, 'SIGINT');
  if (await waitForEnd(pid, 30_000)) return;
  process.kill(pid, 'SIGKILL');
  if (!(await waitForEnd(pid, 5_000)))
    throw new Error(`Process ${pid} (${line}) does not end; stop it yourself.`);
}

/** Sends SIGINT for an orderly shutdown, and kills the server after `timeoutMs`. */
export async function stopChild(child: ChildProcess, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await exit;
  clearTimeout(timer);
}

/** Empty when the file does not exist. */
export function lastLines(file: string, lines: number): string {
  const bytes = 16_384;
  try {
    const descriptor = openSync(file, 'r');
    try {
      const size = fstatSync(descriptor).size;
      const buffer = Buffer.alloc(Math.min(bytes, size));
      readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}

function processStat(pid: number): { state: string; startedAtTicks: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may itself contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAtTicks: fields[19] ?? '' };
  } catch {
    return null;
  }
}

function outputOfPs(pid: number, column: string): string | null {
  const result = spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() || null : null;
}
