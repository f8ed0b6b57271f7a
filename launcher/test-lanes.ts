/** The lanes of `npm test` are Vitest's projects, divided by the servers they need. */
export const LANES = ['browser', 'contract', 'database', 'faults', 'temporal', 'unit'] as const;

export type Lane = (typeof LANES)[number];

export type TestServer = 'postgres' | 'temporal';

interface LaneFiles {
  readonly include: readonly string[];
  readonly needs: readonly TestServer[];
}

const WITH_SERVERS: Readonly<Record<Exclude<Lane, 'unit'>, LaneFiles>> = {
  browser: { include: ['test/browser/*.test.ts'], needs: ['postgres', 'temporal'] },
  // It starts the whole product, with servers of its own.
  contract: { include: ['test/contract/**/*.test.ts'], needs: [] },
  database: {
    include: ['test/api/**/*.test.ts', 'test/database/**/*.test.ts', 'test/launcher/processes.test.ts'],
    needs: ['postgres'],
  },
  // Its tests kill servers, and so have their own.
  faults: { include: ['test/faults/**/*.test.ts'], needs: [] },
  temporal: {
    include: ['test/workflows/**/*.test.ts', 'test/launcher/stack-incoming.test.ts'],
    needs: ['postgres', 'temporal'],
  },
};

/** Run locally only on request. */
const ONLY_IN_CI: readonly Lane[] = ['contract'];

export function filesOf(lane: Lane): { include: string[]; exclude: string[] } {
  if (lane !== 'unit') return { include: [...WITH_SERVERS[lane].include], exclude: [] };
  // All other tests, so that a file in a new folder is never left out.
  const exclude = Object.values(WITH_SERVERS).flatMap(({ include }) => include);
  return { include: ['**/*.test.ts'], exclude };
}

export function serversFor(lanes: Iterable<Lane>): Set<TestServer> {
  return new Set([...lanes].flatMap((lane) => (lane === 'unit' ? [] : WITH_SERVERS[lane].needs)));
}

/** Vitest's arguments for the given ones of `npm test`; lanes for CI are excluded unless requested. */
export function vitestArguments(args: readonly string[], options: { ci: boolean }): string[] {
  if (options.ci || args.some((arg) => arg === '--project' || arg.startsWith('--project='))) return [...args];
  const excluded = ONLY_IN_CI.filter((lane) => !args.some((arg) => arg.includes(`test/${lane}`)));
  return [...args, ...excluded.map((lane) => `--project=!${lane}`)];
}
