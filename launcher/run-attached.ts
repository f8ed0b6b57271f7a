import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onStopRequest } from './signals.ts';

export interface AttachedRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a program on this terminal and returns its exit code; 130 when interrupted. The program stays in the
 * terminal's process group, where Ctrl-C reaches it directly; signals from elsewhere are forwarded.
 */
export function attachedRunner(): (run: AttachedRun) => Promise<number> {
  let child: ChildProcess | null = null;
  let interrupted = false;
  onStopRequest(
    () => {
      interrupted = true;
      if (child === null) process.exit(130);
      child.kill('SIGTERM');
    },
    () => {
      child?.kill('SIGKILL');
    },
  );
  return async (run) => {
    child = spawn(run.program, run.args, { stdio: 'inherit', env: run.env });
    const [code] = await once(child, 'exit');
    child = null;
    return interrupted ? 130 : (code ?? 1);
  };
}
