// `npm run bench -- queries`: every list and sum of the API compared with a row read by its key, with a
// million calls.
import { migrateToLatest } from '#db/migrate.ts';
import { fillDatabase } from './shared/filled.ts';
import { type InProcessApi, startInProcess } from './shared/in-process.ts';
import { type ListRequest, listRequests, pointReads } from './shared/lists.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { createDatabase } from './shared/rig.ts';
import { median, percentile, significant } from './shared/statistics.ts';

const DEFAULTS = { calls: 1_000_000, rounds: 40 };
const WARM_UP_ROUNDS = 3;
/** The most that the slowest may cost, in reads by key. */
const BOUND = 50;

interface Timed {
  name: string;
  ms: number[];
}

async function main(): Promise<void> {
  const { sizes, jsonFile } = readOptions(DEFAULTS);
  const database = await createDatabase();
  try {
    await migrateToLatest(database.url);
    say(`filling a database with ${sizes.calls} calls`);
    const startedMs = performance.now();
    await fillDatabase(database.client, database.url, sizes.calls);
    const { rows } = await database.client.query<{ bytes: string }>(
      'select pg_database_size(current_database()) as bytes',
    );
    const databaseMb = Math.round(Number(rows[0]?.bytes) / 2 ** 20);
    say(`filled in ${Math.round((performance.now() - startedMs) / 1_000)} s: ${databaseMb} MB`);
    const api = await startInProcess(database.url);
    try {
      const requests = await listRequests(api, sizes.calls);
      const timed = await measure(api, [pointReads(sizes.calls), ...requests], sizes.rounds);
      report(timed, { sizes, databaseMb, postgres: database.version }, jsonFile);
    } finally {
      await api.stop();
    }
  } finally {
    await database.drop();
  }
}

/**
 * One request at a time, and one of each kind in a round, so that other load on the machine affects all
 * alike.
 */
async function measure(api: InProcessApi, kinds: readonly ListRequest[], rounds: number): Promise<Timed[]> {
  const timed: Timed[] = kinds.map(({ name }) => ({ name, ms: [] }));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const [index, { paths }] of kinds.entries()) {
      const path = paths[(round + WARM_UP_ROUNDS) % paths.length] ?? '';
      const startedMs = performance.now();
      await api.read(path);
      if (round >= 0) timed[index]?.ms.push(performance.now() - startedMs);
    }
    if ((round + 1) % 10 === 0) say(`round ${round + 1} of ${rounds}`);
  }
  return timed;
}

function report(
  [point, ...lists]: Timed[],
  context: { sizes: typeof DEFAULTS; databaseMb: number; postgres: string },
  jsonFile: string | null,
): void {
  if (point === undefined) throw new Error('Nothing was measured.');
  const pointP95Ms = percentile(point.ms, 0.95);
  const figuresOf = ({ name, ms }: Timed) => {
    const p95Ms = percentile(ms, 0.95);
    return { name, medianMs: median(ms), p95Ms, ratio: p95Ms / pointP95Ms };
  };
  const figures = lists.map(figuresOf).toSorted((one, other) => other.ratio - one.ratio);
  printTable(`Milliseconds of a request, ${context.sizes.calls} calls, ${context.databaseMb} MB`, [
    ['', 'median', '95 % below', '÷ the key'],
    ...[figuresOf(point), ...figures].map(({ name, medianMs, p95Ms, ratio }) => [
      name,
      medianMs,
      p95Ms,
      ratio,
    ]),
  ]);
  const above = figures.filter(({ ratio }) => ratio > BOUND);
  say(
    above.length === 0
      ? `all ${figures.length} are within ${BOUND} reads by key`
      : `above ${BOUND} reads by key: ${above.map(({ name }) => name).join(', ')}`,
  );
  conclude(
    {
      name: 'queries',
      value: figures[0]?.ratio ?? Number.NaN,
      unit: "slowest request's 95th percentile ÷ that of a read by key",
      samples: figures.map(({ ratio }) => ratio),
      context: {
        machine: describeMachine(),
        ...context,
        bound: BOUND,
        point: { medianMs: significant(median(point.ms)), p95Ms: significant(pointP95Ms) },
        requests: Object.fromEntries(
          figures.map(({ name, medianMs, p95Ms, ratio }) => [
            name,
            { medianMs: significant(medianMs), p95Ms: significant(p95Ms), ratio: significant(ratio) },
          ]),
        ),
      },
    },
    jsonFile,
  );
}

await main();
