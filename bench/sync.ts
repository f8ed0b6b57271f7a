// `npm run bench -- sync`: conversations a second that the synchronisation stores, compared with a bare loop
// that only reads them, and the worker's memory meanwhile.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import { Client, Connection } from '@temporalio/client';
import { migrateToLatest } from '#db/migrate.ts';
import type { SyncReport } from '#services/provider-events/sync.ts';
import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import type { syncWorkflow } from '#workflows/scheduled.ts';
import { cpuMs } from './shared/cpu.ts';
import { fictionalNumbers } from './shared/fictional-leads.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { createDatabase } from './shared/rig.ts';
import { startService } from './shared/services.ts';
import { significant } from './shared/statistics.ts';
import type { MemoryNote, SyncWorkerEnv } from './sync/worker.ts';

/** The bare loop has as many readers as the synchronisation. */
const DEFAULTS = { conversations: 10_000, readers: 4 };
/** Fast enough for each call to end before the next one is requested. */
const SPEED = 100_000;
const CALLERS = 20;
const PAGE_SIZE = 100;
const QUEUE = 'bench-sync';
/** Memory is compared from here on, when caches and pools are filled and code is compiled. */
const SETTLED_AFTER = 2_000;

interface Timed {
  seconds: number;
  /** Of the worker. */
  cpuSeconds: number;
  report: SyncReport;
}

async function main(): Promise<void> {
  const { sizes, jsonFile } = readOptions(DEFAULTS);
  if (sizes.conversations <= SETTLED_AFTER)
    throw new RangeError(`--conversations must be above ${SETTLED_AFTER}: memory is compared from there on.`);
  const address = process.env.TEST_TEMPORAL_ADDRESS;
  if (!address) throw new Error('There is no Temporal server: run the benchmarks with "npm run bench".');
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-sync-'));
  const memoryFile = join(folder, 'memory');
  const database = await createDatabase();
  await migrateToLatest(database.url);
  const simulator = await startService('simulator/main.ts', {
    PATH: process.env.PATH,
    SIMULATOR_SPEED: String(SPEED),
  });
  const providerUrl = String(simulator.ready.url);
  const worker = await startService('bench/sync/worker.ts', {
    PATH: process.env.PATH,
    ...({
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: address,
      TASK_QUEUE: QUEUE,
      PROVIDER_URL: providerUrl,
      MEMORY_FILE: memoryFile,
    } satisfies SyncWorkerEnv),
  });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const synchronise = async (): Promise<Timed> => {
    const startedMs = performance.now();
    const cpuBefore = cpuMs(worker.pid);
    const report = await client.workflow.execute<typeof syncWorkflow>('syncWorkflow', {
      workflowId: 'bench-sync',
      taskQueue: QUEUE,
      args: [{ since: null }],
    });
    const cpuSeconds = (cpuMs(worker.pid) - cpuBefore) / 1_000;
    return { seconds: (performance.now() - startedMs) / 1_000, cpuSeconds, report };
  };
  try {
    say(`${sizes.conversations} people call in`);
    await placeInboundCalls(providerUrl, sizes.conversations);
    const bare = [await readAll(providerUrl, sizes)];
    say(`bare loop: ${significant(bare[0] ?? 0)} conversations/s`);
    const first = await synchronise();
    say(`synchronisation: ${significant(first.report.stored / first.seconds)} conversations/s`);
    bare.push(await readAll(providerUrl, sizes));
    if (first.report.stored !== sizes.conversations)
      throw new Error(`The synchronisation returned ${JSON.stringify(first.report)}.`);
    const again = await synchronise();
    if (again.report.stored !== 0) throw new Error('The second synchronisation stored something.');
    const notes = readFileSync(memoryFile, 'utf8').trim().split('\n');
    report({ sizes, bare, first, again, notes: notes.map((line) => JSON.parse(line)), jsonFile });
  } finally {
    await connection.close();
    await worker.stop();
    await simulator.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Places inbound calls, and resolves when all have ended. */
async function placeInboundCalls(providerUrl: string, count: number): Promise<void> {
  const waiting = fictionalNumbers(count);
  const to = PHONE_NUMBERS[0]?.phoneNumber;
  const call = async () => {
    for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
      const answer = await fetch(`${providerUrl}/_sim/calls-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from, to }),
      });
      if (!answer.ok) throw new Error(`The call was refused: ${await answer.text()}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  const { conversations } = createClient(providerUrl).conversationalAi;
  for (;;) {
    const { conversations: newest } = await conversations.list({ pageSize: PAGE_SIZE });
    if (newest.every(({ status }) => status === 'done' || status === 'failed')) return;
  }
}

function createClient(baseUrl: string): ElevenLabsClient {
  return new ElevenLabsClient({ apiKey: 'simulated', baseUrl });
}

/**
 * Pages through the list and reads every conversation, a few at a time, storing none. Returns conversations a
 * second.
 */
async function readAll(providerUrl: string, { conversations, readers }: typeof DEFAULTS): Promise<number> {
  const { conversations: api } = createClient(providerUrl).conversationalAi;
  const startedMs = performance.now();
  let seen = 0;
  let cursor: string | undefined;
  do {
    const page = await api.list({ pageSize: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) });
    const waiting = page.conversations.map(({ conversationId }) => conversationId);
    seen += waiting.length;
    const read = async () => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await api.get(id);
    };
    await Promise.all(Array.from({ length: readers }, read));
    cursor = page.nextCursor;
  } while (cursor !== undefined && cursor !== null);
  if (seen !== conversations) throw new Error(`The bare loop saw ${seen} conversations.`);
  return (seen / (performance.now() - startedMs)) * 1_000;
}

interface Found {
  sizes: typeof DEFAULTS;
  /** Conversations a second of the bare loop, before and after the synchronisation. */
  bare: number[];
  first: Timed;
  again: Timed;
  notes: MemoryNote[];
  jsonFile: string | null;
}

function report({ sizes, bare, first, again, notes, jsonFile }: Found): void {
  const rate = sizes.conversations / first.seconds;
  const samples = bare.map((one) => rate / one);
  const value = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const settled = notes.find(({ conversations }) => conversations >= SETTLED_AFTER) ?? notes[0];
  const last = notes.at(-1);
  if (settled === undefined || last === undefined) throw new Error('There are too few conversations.');
  const growth = {
    resident: significant(last.residentMb / settled.residentMb, 3),
    heap: significant(last.heapMb / settled.heapMb, 3),
  };
  printTable(`${sizes.conversations} conversations`, [
    ['', 'conversations/s'],
    ['bare loop before', bare[0] ?? 0],
    ['synchronisation', rate],
    ['bare loop after', bare[1] ?? 0],
  ]);
  printTable("The worker's memory in MB", [
    ['conversations', 'resident', 'heap'],
    ...notes.map(({ conversations, residentMb, heapMb }) => [String(conversations), residentMb, heapMb]),
    [`last ÷ at ${settled.conversations}`, growth.resident, growth.heap],
  ]);
  say(`a second synchronisation, which reads none of them again: ${significant(again.seconds, 3)} s`);
  conclude(
    {
      name: 'sync',
      value,
      unit: 'stored conversations/s ÷ conversations/s of a bare loop',
      samples,
      context: {
        machine: describeMachine(),
        sizes,
        perSecond: { sync: significant(rate), bare: bare.map((one) => significant(one)) },
        workerCpuMsPerConversation: significant((first.cpuSeconds * 1_000) / sizes.conversations, 3),
        secondWalkSeconds: significant(again.seconds, 3),
        memory: notes,
        memoryGrowth: growth,
      },
    },
    jsonFile,
  );
}

await main();
