// `npm run bench -- stream`: how long an event takes to reach a thousand clients of the live stream when a
// tenth of them have stopped reading, compared with none; and how a thousand stalled clients affect the API
// and the others.
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { cpuMs, residentMb } from './shared/cpu.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { type BenchDatabase, createDatabase, type Product, startProduct } from './shared/rig.ts';
import { connectionsOf, openClients, type SseClient } from './shared/sse-clients.ts';
import { median, pairedRatio, percentile, significant } from './shared/statistics.ts';

const DEFAULTS = { clients: 1_000, stalledPercent: 10, rounds: 4, seconds: 8, perSecond: 10, live: 20 };
/**
 * Goes only to the stalled clients, or to as many reading ones, so that stalling is compared and not traffic.
 * It makes a stalled client's backlog exceed its limit within the phase.
 */
const FILLER = { bytes: 8_192, perSecond: 20 };
/** The kernel holds megabytes for a client that does not read; they are filled before the measurement. */
const FLOOD = { bytes: 32_768, events: 8, mostSteps: 60 };
const MEMORY_EVERY_MS = 100;
const ARRIVED_WITHIN_MS = 60_000;
/** Sent before the measurement: once they have arrived, nothing of the flood is in flight. */
const WARM_UP_EVENTS = 10;

interface Bench {
  product: Product;
  database: BenchDatabase;
  sizes: typeof DEFAULTS;
}

interface Phase {
  /** From the append until a client had it, for every event and every reading client. */
  delaysMs: number[];
  apiCpuMs: number;
  memoryMb: { before: number; peak: number; after: number };
  /** Other clients connected when the measurement began, and at its end. */
  others: { before: number; after: number };
}

async function main(): Promise<void> {
  const { sizes, jsonFile } = readOptions(DEFAULTS);
  const database = await createDatabase();
  // Temporal is never contacted.
  const temporalAddress = process.env.TEST_TEMPORAL_ADDRESS ?? '127.0.0.1:9';
  const product = await startProduct({ databaseUrl: database.url, temporalAddress, speed: null });
  const bench: Bench = { product, database, sizes };
  const stalled = Math.round((sizes.clients * sizes.stalledPercent) / 100);
  try {
    say('warming up');
    const reading = sizes.clients - stalled;
    await phase(bench, { reading, other: stalled, stall: false });
    const without: Phase[] = [];
    const withStalled: Phase[] = [];
    for (let round = 0; round < sizes.rounds; round += 1) {
      without.push(await phase(bench, { reading, other: stalled, stall: false }));
      withStalled.push(await phase(bench, { reading, other: stalled, stall: true }));
      const p95 = [without, withStalled].map((side) => p95Of(side.at(-1)).toFixed(1));
      say(`round ${round + 1}: p95 ${p95[0]} ms without stalled clients, ${p95[1]} ms with ${stalled}`);
    }
    say(`${sizes.live} clients that read, then beside ${sizes.clients} stalled ones`);
    const alone = await phase(bench, { reading: sizes.live, other: 0, stall: false });
    const crowded = await phase(bench, { reading: sizes.live, other: sizes.clients, stall: true });
    report(bench, { without, withStalled, alone, crowded, stalled, jsonFile });
  } finally {
    await product.stop();
    await database.drop();
  }
}

/**
 * Connects the clients, appends events at a steady pace and waits until each reading client has every one.
 * The `other` clients receive all events, and `stall` or read them.
 */
async function phase(
  { product, database, sizes }: Bench,
  { reading, other, stall }: { reading: number; other: number; stall: boolean },
): Promise<Phase> {
  const { api } = product.services;
  const url = String(api.ready.url);
  const port = Number(new URL(url).port);
  const campaignId = uuid();
  const sentMs: number[] = [];
  const delaysMs: number[] = [];
  const { key } = product;
  const readers = await openClients(reading, { url, key, campaignId }, (nth) => {
    delaysMs.push(performance.now() - (sentMs[nth] ?? Number.NaN));
  });
  const others = await openClients(other, { url, key }, null);
  const append = () => appendEvent(database, campaignId, sentMs);
  const appended = async () => {
    await append();
    await arrived(delaysMs, reading * sentMs.length);
  };
  const memory = watchMemory(api.pid);
  if (stall) {
    for (const client of others) client.stall();
    await flood(database, port, other, appended);
  }
  for (let nth = 0; nth < WARM_UP_EVENTS; nth += 1) await append();
  await arrived(delaysMs, reading * sentMs.length);
  delaysMs.length = 0;
  const cpuBefore = cpuMs(api.pid);
  const events = sizes.seconds * sizes.perSecond;
  const stalledBefore = connectionsOf(port).count - reading;
  let appending = true;
  const filling = fill(database, () => appending);
  for (let nth = 0; nth < events; nth += 1) {
    const nextAtMs = performance.now() + 1_000 / sizes.perSecond;
    await append();
    await sleep(Math.max(0, nextAtMs - performance.now()));
  }
  appending = false;
  await filling;
  await arrived(delaysMs, reading * events);
  const apiCpuMs = cpuMs(api.pid) - cpuBefore;
  const left = { before: stalledBefore, after: connectionsOf(port).count - reading };
  await closeAll(port, [...readers, ...others]);
  return { delaysMs, apiCpuMs, memoryMb: memory.stop(), others: left };
}

/** Appends events for the stalled clients until the kernel accepts no more. */
async function flood(
  database: BenchDatabase,
  port: number,
  clients: number,
  appended: () => Promise<void>,
): Promise<void> {
  const data = JSON.stringify({ filler: 'x'.repeat(FLOOD.bytes) });
  let held = 0;
  for (let step = 0; step < FLOOD.mostSteps; step += 1) {
    for (let nth = 0; nth < FLOOD.events; nth += 1) await appendFiller(database, data);
    await appended();
    const holds = await settled(() => connectionsOf(port).unsentBytes);
    // Less than half of the step was accepted.
    if (holds - held < (clients * FLOOD.bytes * FLOOD.events) / 2) return;
    held = holds;
  }
}

/** A figure once it has stopped changing. */
async function settled(read: () => number): Promise<number> {
  for (let last = read(); ; ) {
    await sleep(100);
    const now = read();
    if (now === last) return now;
    last = now;
  }
}

async function appendEvent({ client }: BenchDatabase, campaignId: string, sentMs: number[]): Promise<void> {
  const nth = sentMs.length;
  sentMs.push(performance.now());
  await client.query('insert into events (type, campaign_id, data) values ($1, $2, $3)', [
    'bench.event',
    campaignId,
    JSON.stringify({ nth }),
  ]);
}

/** Appends events that only the `other` clients receive. */
async function fill(database: BenchDatabase, wanted: () => boolean): Promise<void> {
  const data = JSON.stringify({ filler: 'x'.repeat(FILLER.bytes) });
  while (wanted()) {
    const nextAtMs = performance.now() + 1_000 / FILLER.perSecond;
    await appendFiller(database, data);
    await sleep(Math.max(0, nextAtMs - performance.now()));
  }
}

async function appendFiller({ client }: BenchDatabase, data: string): Promise<void> {
  await client.query('insert into events (type, data) values ($1, $2)', ['bench.filler', data]);
}

async function arrived(delaysMs: readonly number[], count: number): Promise<void> {
  const giveUpAtMs = performance.now() + ARRIVED_WITHIN_MS;
  while (delaysMs.length < count) {
    if (performance.now() > giveUpAtMs) throw new Error(`Of ${count} events ${delaysMs.length} arrived.`);
    await sleep(5);
  }
}

async function closeAll(port: number, clients: readonly SseClient[]): Promise<void> {
  for (const client of clients) client.close();
  while (connectionsOf(port).count > 0) await sleep(20);
}

function watchMemory(pid: number): { stop(): Phase['memoryMb'] } {
  const before = residentMb(pid);
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentMb(pid));
  }, MEMORY_EVERY_MS);
  return {
    stop() {
      clearInterval(sampling);
      const after = residentMb(pid);
      const rounded = [before, Math.max(peak, after), after].map(Math.round);
      return { before: rounded[0] ?? 0, peak: rounded[1] ?? 0, after: rounded[2] ?? 0 };
    },
  };
}

function p95Of(phase: Phase | undefined): number {
  return percentile(phase?.delaysMs ?? [], 0.95);
}

interface Found {
  without: Phase[];
  withStalled: Phase[];
  alone: Phase;
  crowded: Phase;
  stalled: number;
  jsonFile: string | null;
}

function figuresOf(phase: Phase) {
  const { delaysMs, apiCpuMs, memoryMb, others } = phase;
  const delayMs = Object.fromEntries(
    [50, 95, 99, 100].map((percent) => [`p${percent}`, significant(percentile(delaysMs, percent / 100), 3)]),
  );
  return { delayMs, apiCpuMs, memoryMb, others };
}

function report({ database, sizes }: Bench, found: Found): void {
  const { without, withStalled, alone, crowded, stalled } = found;
  const p95 = (side: readonly Phase[]) => side.map((each) => significant(p95Of(each), 3));
  const [a, b] = [p95(withStalled), p95(without)];
  const ratio = pairedRatio(a, b);
  printTable(
    `${sizes.clients - stalled} clients that read, ${sizes.perSecond} events a second: p95 until an event is there`,
    [
      ['ms', 'median', ...ratio.samples.map((_, round) => `round ${round + 1}`)],
      [`beside ${stalled} stalled`, median(a), ...a],
      ['without them', median(b), ...b],
      ['with ÷ without', ratio.value, ...ratio.samples],
    ],
  );
  const rows = { without, withStalled, alone: [alone], crowded: [crowded] };
  const names = {
    without: `beside ${stalled} reading`,
    withStalled: `beside ${stalled} stalled`,
    alone: `${sizes.live} reading`,
    crowded: `beside ${sizes.clients} stalled`,
  };
  const figures = Object.fromEntries(Object.entries(rows).map(([name, side]) => [name, side.map(figuresOf)]));
  printTable('Every phase', [
    [
      '',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'most ms',
      'API CPU ms',
      'MB before',
      'MB peak',
      'MB after',
      'stalled left',
    ],
    ...Object.entries(figures).flatMap(([name, phases]) =>
      phases.map(({ delayMs, apiCpuMs, memoryMb, others }) => [
        names[name as keyof typeof names],
        ...Object.values(delayMs),
        apiCpuMs,
        ...Object.values(memoryMb),
        others.before,
        others.after,
      ]),
    ),
  ]);
  conclude(
    {
      name: 'stream',
      value: ratio.value,
      unit: `p95 delay beside ${stalled} stalled clients ÷ without them`,
      samples: ratio.samples,
      context: {
        machine: describeMachine(),
        versions: { postgres: database.version },
        sizes: { ...sizes, filler: FILLER },
        spread: significant(ratio.spread, 3),
        phases: figures,
        allStalledRatio: significant(p95Of(crowded) / p95Of(alone), 3),
      },
    },
    found.jsonFile,
  );
}

await main();
