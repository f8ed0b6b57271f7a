import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedFile, makeCached } from './cache.ts';
import { findGo } from './go.ts';
import type { Log } from './processes.ts';
import { outputOf, runTool } from './run-tool.ts';
import { downloadedServer, downloadServer } from './sdk-download.ts';

const MODULE = 'github.com/temporalio/cli/cmd/temporal';
/** The last version that `go install` accepts: later ones have a `replace` line in go.mod. */
const VERSION = '1.5.1';
const ENTRY = `temporal/${VERSION}`;
/** The oldest server with updates-with-start, summaries and the search-attribute listing that we use. */
const OLDEST_SERVER = [1, 27] as const;
const BUILD_TIMEOUT_MS = 1_800_000;

const WAYS_OUT = `No Temporal server could be found, downloaded or built. Three ways out:
  1. set TEMPORAL_ADDRESS to a running server (host:port)
  2. install the Temporal CLI so that "temporal" is on PATH, or name its file in RINGLEADER_TEMPORAL_BIN
  3. install Go 1.25 or newer, or Python 3 with pip, and start again: the server is then built from source`;

/**
 * A Temporal CLI with its development server: the configured one, the one on PATH, a cached one, the SDK's
 * download, or one built from source, in this order. Each step taken is logged.
 */
export async function temporalBinary(log: Log): Promise<string> {
  const named = process.env.RINGLEADER_TEMPORAL_BIN;
  if (named) {
    if (!existsSync(named)) throw new Error(`RINGLEADER_TEMPORAL_BIN names ${named}, which does not exist.`);
    log(`Temporal: ${named} (RINGLEADER_TEMPORAL_BIN)`);
    return named;
  }
  if (isRecentEnough('temporal', log)) {
    log('Temporal: the "temporal" on PATH');
    return 'temporal';
  }
  const cached = downloadedServer('dev-server') ?? cachedFile(ENTRY, 'temporal');
  if (cached !== null) {
    log(`Temporal: ${cached}`);
    return cached;
  }
  const downloaded = process.env.RINGLEADER_NO_DOWNLOAD ? null : await downloadServer('dev-server', log);
  const binary = downloaded ?? (await buildTemporal(log));
  log(`Temporal: ${binary}`);
  return binary;
}

function isRecentEnough(program: string, log: Log): boolean {
  const version = outputOf(program, ['--version']);
  if (version === null) return false;
  const [major = 0, minor = 0] = (/Server (\d+\.\d+)/.exec(version)?.[1] ?? '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_SERVER;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return true;
  log(`the "temporal" on PATH is too old (${version}; server ${OLDEST_SERVER.join('.')} is needed)`);
  return false;
}

async function buildTemporal(log: Log): Promise<string> {
  const go = await findGo(log);
  if (go === null) throw new Error(WAYS_OUT);
  const make = (folder: string) => goInstall(go, folder, log);
  try {
    return await makeCached({ name: ENTRY, file: 'temporal', log, make });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${WAYS_OUT}`);
  }
}

async function goInstall(go: string, folder: string, log: Log): Promise<void> {
  log(`building Temporal ${VERSION} from source, once; this takes three to six minutes`);
  await runTool({
    program: go,
    args: ['install', `${MODULE}@v${VERSION}`],
    // The chosen Go comes first on PATH: it starts its own tools by name.
    env: { GOBIN: folder, PATH: `${dirname(go)}:${process.env.PATH ?? ''}`, CGO_ENABLED: '0' },
    timeoutMs: BUILD_TIMEOUT_MS,
    onWait: (seconds) => log(`  still building Temporal (${seconds} s)`),
  });
  const withSuffix = join(folder, 'temporal.exe');
  if (existsSync(withSuffix)) renameSync(withSuffix, join(folder, 'temporal'));
  log('Temporal is built');
}
