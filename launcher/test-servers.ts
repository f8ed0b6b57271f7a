import { startPostgres } from './postgres.ts';
import type { Log } from './processes.ts';
import { startTemporal } from './temporal.ts';
import type { TestServer } from './test-lanes.ts';

export interface TestServers {
  /**
   * `TEST_DATABASE_URL` (its user may create databases) and `TEST_TEMPORAL_ADDRESS`, for the servers that
   * were started.
   */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const BOTH: ReadonlySet<TestServer> = new Set(['postgres', 'temporal']);

/** Servers without persistent data, shared by a whole test run. */
export async function startTestServers(options: {
  durable: boolean;
  log: Log;
  /** Left out: both. */
  servers?: ReadonlySet<TestServer>;
}): Promise<TestServers> {
  const { durable, log, servers = BOTH } = options;
  const postgres = servers.has('postgres') ? await startPostgres({ dataDir: null, durable, log }) : null;
  try {
    const temporal = servers.has('temporal') ? await startTemporal({ dataDir: null, log }) : null;
    return {
      env: {
        ...(postgres === null ? {} : { TEST_DATABASE_URL: postgres.url }),
        ...(temporal === null ? {} : { TEST_TEMPORAL_ADDRESS: temporal.address }),
      },
      stop: async () => {
        await temporal?.stop();
        await postgres?.stop();
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}
