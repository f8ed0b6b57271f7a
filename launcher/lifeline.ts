import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell that waits for this process to end, however it ends. It reads lines from a pipe that only this process
 * holds open; when the pipe closes, it ends what is still on its lists: first our own services, which leave by
 * themselves and get 15 seconds, then the servers that they use, then temporary folders.
 */
const SCRIPT = `
trap '' INT TERM HUP
services=
servers=
while read -r kind rest; do
  case $kind in
    services) services=$rest ;;
    servers) servers=$rest ;;
    folder) set -- "$@" "$rest" ;;
  esac
done
wait_for() {
  rounds=0
  while [ $rounds -lt 75 ]; do
    alive=
    for pid in $1; do kill -0 "$pid" 2>/dev/null && alive=1; done
    [ -z "$alive" ] && return
    sleep 0.2
    rounds=$((rounds + 1))
  done
  kill -KILL $1 2>/dev/null
}
[ -n "$services" ] && wait_for "$services"
[ -n "$servers" ] && kill -INT $servers 2>/dev/null && wait_for "$servers"
for folder in "$@"; do rm -rf -- "$folder"; done
`;

type Kind = 'services' | 'servers';

const pids: Record<Kind, Set<number>> = { services: new Set(), servers: new Set() };
let shell: ChildProcess | null = null;

/** Makes sure that a process does not outlive this one. Returns what to call when it has ended. */
export function guardProcess(kind: Kind, pid: number): () => void {
  pids[kind].add(pid);
  tellPids(kind);
  return () => {
    pids[kind].delete(pid);
    tellPids(kind);
  };
}

/** Has a temporary folder removed after this process has ended. */
export function guardFolder(path: string): void {
  tell(`folder ${path}`);
}

function tellPids(kind: Kind): void {
  tell(`${kind} ${[...pids[kind]].join(' ')}`);
}

function tell(line: string): void {
  shell ??= startShell();
  shell.stdin?.write(`${line}\n`);
}

function startShell(): ChildProcess {
  // Detached: Ctrl-C in the terminal must not reach it.
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'ringleader-lifeline'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  child.unref();
  child.stdin?.on('error', () => undefined);
  const pipe: unknown = child.stdin;
  if (pipe !== null && typeof pipe === 'object' && 'unref' in pipe && typeof pipe.unref === 'function')
    pipe.unref();
  return child;
}
