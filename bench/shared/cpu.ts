import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Linux counts CPU time in hundredths of a second on every machine that Node supports. */
const MS_PER_TICK = 10;

interface Stat {
  name: string;
  parent: number;
  /** Of the process or thread, and of its ended children. */
  ownMs: number;
  endedChildrenMs: number;
}

function readStat(file: string): Stat | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Ended, or not Linux.
    return null;
  }
  // The name is in parentheses and may contain spaces.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const ticks = (from: number) => Number(fields[from]) + Number(fields[from + 1]);
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    parent: Number(fields[1]),
    ownMs: ticks(11) * MS_PER_TICK,
    endedChildrenMs: ticks(13) * MS_PER_TICK,
  };
}

/** CPU time of a process and its children so far, in milliseconds; 0 where it cannot be read. */
export function cpuMs(pid: number): number {
  const stat = readStat(`/proc/${pid}/stat`);
  if (stat === null) return 0;
  let total = stat.ownMs + stat.endedChildrenMs;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const child = readStat(`/proc/${entry}/stat`);
    if (child?.parent === pid) total += child.ownMs + child.endedChildrenMs;
  }
  return total;
}

/** CPU time of the whole machine so far, in milliseconds. */
export function machineBusyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/** CPU milliseconds by the names of a process's threads. */
export function threadCpuMs(pid: number): Record<string, number> {
  const byName: Record<string, number> = {};
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return byName;
  }
  for (const thread of threads) {
    const stat = readStat(`/proc/${pid}/task/${thread}/stat`);
    if (stat === null) continue;
    const name = stat.name.replace(/[-\s]*\d+$/, '');
    byName[name] = (byName[name] ?? 0) + stat.ownMs;
  }
  return byName;
}

/** What grew between two readings. */
export function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const added = Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, ms]) => ms > 0));
}

/** A process's resident memory in megabytes; 0 where it cannot be read. */
export function residentMb(pid: number): number {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kb ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
