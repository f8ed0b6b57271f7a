import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell that outlives this process, however it ends. It reads lines from a pipe that only this process
 * holds open. When the pipe closes, it ends what is still listed: first our services, which exit by
 * themselves within 15 seconds, then the servers they use, then temporary folders.
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

/**
 * Ensures that a process does not outlive this one. Call the returned function when the process has ended.
 */
export function guardProcess(kind: Kind, pid: number): () => void {
  pids[kind].add(pid);
  sendPids(kind);
  return () => {
    pids[kind].delete(pid);
    sendPids(kind);
  };
}

/** The folder is removed after this process has ended. */
export function guardFolder(path: string): void {
  send(`folder ${path}`);
}

function sendPids(kind: Kind): void {
  send(`${kind} ${[...pids[kind]].join(' ')}`);
}

function send(line: string): void {
  shell ??= startShell();
  shell.stdin?.write(`${line}\n`);
}

function startShell(): ChildProcess {
  // Detached, so that Ctrl-C in the terminal does not reach it.
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
