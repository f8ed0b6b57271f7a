import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started, itself first. Reads `/proc`, so it knows Linux only. */
function processTree(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = statOf(Number(name))?.parent;
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (let next = 0; next < found.length; next += 1) found.push(...(parents.get(found[next] ?? 0) ?? []));
  return found;
}

/** Sends a signal to a process and to all that it has started; those that are gone are skipped. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const each of processTree(pid)) {
    try {
      process.kill(each, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Whether a SIGSTOP holds it. */
export function isStopped(pid: number): boolean {
  return statOf(pid)?.state === 'T';
}

function statOf(pid: number): { state: string; parent: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in parentheses, and may itself contain spaces and parentheses.
    const [state = '', parent = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}
