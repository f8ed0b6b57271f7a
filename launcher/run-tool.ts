import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export interface ToolRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** After this time the tool is killed. */
  readonly timeoutMs: number;
  /** Called every few seconds while the tool runs. */
  readonly onWait?: (elapsedSeconds: number) => void;
}

/** The program's output; null when it is missing or fails with these arguments. */
export function outputOf(program: string, args: readonly string[]): string | null {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return result.status === 0 ? `${result.stdout}${result.stderr}`.trim() : null;
}

/**
 * Runs a build tool without showing its output. On a failure or a timeout the error holds its last lines. The
 * tool stays in the terminal's process group, so that Ctrl-C ends it too.
 */
export async function runTool(run: ToolRun): Promise<string> {
  const startedAt = Date.now();
  const child = spawn(run.program, run.args, {
    cwd: run.cwd,
    env: { ...process.env, ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: run.timeoutMs,
    killSignal: 'SIGKILL',
  });
  const output: string[] = [];
  const keep = (chunk: Buffer) => {
    output.push(chunk.toString('utf8'));
    if (output.length > 200) output.shift();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const progress = setInterval(() => run.onWait?.(Math.round((Date.now() - startedAt) / 1000)), 20_000);
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  try {
    const [code, signal] = await once(child, 'close');
    const text = output.join('').trimEnd();
    if (code === 0) return text;
    const reason = signal === null ? `ended with ${code}` : `was ended (${signal})`;
    throw new Error(`${run.program} ${reason}:\n${text.split('\n').slice(-8).join('\n')}`);
  } finally {
    clearInterval(progress);
    process.removeListener('exit', endWithUs);
  }
}
