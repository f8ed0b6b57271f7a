import { startPostgres } from './postgres.ts';
import type { Log } from './processes.ts';
import { startTemporal } from './temporal.ts';

export interface TestServers {
  /** `TEST_DATABASE_URL` (its user may create databases) and `TEST_TEMPORAL_ADDRESS`. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A PostgreSQL and a Temporal server that keep nothing, shared by everything that runs in one go. */
export async function startTestServers(options: { durable: boolean; log: Log }): Promise<TestServers> {
  const { durable, log } = options;
  const postgres = await startPostgres({ dataDir: null, durable, log });
  try {
    const temporal = await startTemporal({ dataDir: null, log });
    return {
      env: { TEST_DATABASE_URL: postgres.url, TEST_TEMPORAL_ADDRESS: temporal.address },
      stop: async () => {
        await temporal.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
