import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeCached } from './cache.ts';
import type { Log } from './processes.ts';
import { outputOf, runTool } from './run-tool.ts';

/** Pinned with their hashes: Schemathesis and all that it needs. */
const REQUIREMENTS = resolve(import.meta.dirname, '..', 'test', 'contract', 'requirements.txt');
const OLDEST_PYTHON = [3, 11] as const;
const INSTALL_TIMEOUT_MS = 600_000;

/** Prints the version of a Python that can make an environment; Debian's has no `ensurepip` of its own. */
const PROBE = 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])';

/**
 * The Python of an environment that has Schemathesis, made once for this user: `python -m schemathesis.cli` runs it.
 *
 * @throws Error that says what is missing and how to get it
 */
export async function schemathesisPython(log: Log): Promise<string> {
  const { program, version } = findPython();
  const requirements = readFileSync(REQUIREMENTS);
  const pinned = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const make = async (folder: string) => {
    log('installing Schemathesis from PyPI into an environment of its own, once');
    await runTool({ program, args: ['-m', 'venv', folder], timeoutMs: INSTALL_TIMEOUT_MS });
    await runTool({
      program: join(folder, 'bin', 'python'),
      args: ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--requirement', REQUIREMENTS],
      timeoutMs: INSTALL_TIMEOUT_MS,
      onWait: (seconds) => log(`  still installing Schemathesis (${seconds} s)`),
    });
  };
  // An environment belongs to the Python that made it.
  const name = `schemathesis/${pinned}-python${version}`;
  return await makeCached({ name, file: join('bin', 'python'), log, make });
}

function findPython(): { program: string; version: string } {
  const named = process.env.RINGLEADER_PYTHON;
  for (const program of named ? [named] : ['python3', 'python']) {
    const version = outputOf(program, ['-c', PROBE]);
    if (version !== null && isRecentEnough(version)) return { program, version };
  }
  throw new Error(
    `There is no Python ${OLDEST_PYTHON.join('.')} or newer that can make environments, which Schemathesis runs in: ` +
      '"apt-get install python3-venv" puts one there, and RINGLEADER_PYTHON names another.',
  );
}

function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_PYTHON;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
