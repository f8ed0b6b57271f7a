import { defineConfig } from 'vitest/config';
import { filesOf, LANES } from '#launcher/test-lanes.ts';

const NOT_OURS = ['**/node_modules/**', '.ringleader/**', 'dashboard/dist/**'];

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    teardownTimeout: 20_000,
    maxWorkers: 2,
    projects: LANES.map((lane) => {
      const { include, exclude } = filesOf(lane);
      return {
        test: {
          name: lane,
          include,
          exclude: [...NOT_OURS, ...exclude],
          // The Temporal SDK is a native module with one runtime per process.
          pool: 'forks' as const,
          // The providers' SDKs take seconds to load: a process loads them once, not once a file.
          isolate: false,
          // Where processes are really killed, and must be back in time, nothing else runs beside it.
          maxWorkers: lane === 'faults' ? 1 : 2,
          sequence: { groupOrder: lane === 'faults' ? 1 : 0 },
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // The machine may be busy with much else.
          expect: { poll: { timeout: 10_000 } },
        },
      };
    }),
  },
});
