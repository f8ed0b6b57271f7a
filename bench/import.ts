// `npm run bench -- import`: CSV rows a second through the API, compared with `COPY` of the same rows into
// the same columns.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { cpuMs, residentMb } from './shared/cpu.ts';
import { fictionalNumbers, leadCsv } from './shared/fictional-leads.ts';
import type { MeterReading } from './shared/meter.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { type BenchDatabase, createDatabase, type Product, startProduct } from './shared/rig.ts';
import { databasePerLead, statementsPerLead, transactionsPerLead } from './shared/side.ts';
import { median, pairedRatio, significant } from './shared/statistics.ts';

const DEFAULTS = { rows: 50_000, rounds: 4 };
const MEMORY_EVERY_MS = 50;
/** Chunk size of the `COPY`, as a loader would send it. */
const CHUNK_BYTES = 64 * 1_024;

interface ImportRound {
  ms: number;
  apiCpuMs: number;
  postgresCpuMs: number;
  /** Resident memory of the API: before, peak, after. */
  memoryMb: { before: number; peak: number; after: number };
  meter: MeterReading;
}

interface CopyRound {
  ms: number;
  postgresCpuMs: number;
}

async function main(): Promise<void> {
  const { sizes, jsonFile } = readOptions(DEFAULTS);
  const csv = leadCsv(fictionalNumbers(sizes.rows));
  const database = await createDatabase();
  const product = await startProduct({
    databaseUrl: database.url,
    // A draft has no workflow to notify, so Temporal is never contacted.
    temporalAddress: process.env.TEST_TEMPORAL_ADDRESS ?? '127.0.0.1:9',
    speed: null,
  });
  try {
    const idleMb = Math.round(residentMb(product.services.api.pid));
    say('warming up; a first import provides the rows for COPY');
    await importOnce(product, database, csv, sizes.rows);
    const rows = await exportRows(database.client);
    // `like` leaves out foreign keys; columns, defaults, checks and all indexes are the same.
    await database.client.query('create table copied_leads (like leads including all)');
    await copyOnce(database, rows);
    const imports: ImportRound[] = [];
    const copies: CopyRound[] = [];
    for (let round = 0; round < sizes.rounds; round += 1) {
      imports.push(await importOnce(product, database, csv, sizes.rows));
      copies.push(await copyOnce(database, rows));
      const [importMs, copyMs] = [imports.at(-1)?.ms ?? 0, copies.at(-1)?.ms ?? 0];
      say(`round ${round + 1}: import ${Math.round(importMs)} ms, COPY ${Math.round(copyMs)} ms`);
    }
    report({ sizes, csv, copyBytes: rows.byteLength, database, imports, copies, idleMb, jsonFile });
  } finally {
    await product.stop();
    await database.drop();
  }
}

/** A new campaign in an empty database, so that every round does the same work. */
async function importOnce(
  product: Product,
  { client, serverPid }: BenchDatabase,
  csv: string,
  rows: number,
): Promise<ImportRound> {
  const { api } = product.services;
  await client.query('truncate contacts, leads, events, audit_log cascade');
  await client.query('checkpoint');
  const { id } = await product.call<{ id: string }>('POST', '/api/campaigns', { name: 'Bench' });
  await api.read();
  const memoryMb = { before: residentMb(api.pid), peak: 0, after: 0 };
  const sampling = setInterval(() => {
    memoryMb.peak = Math.max(memoryMb.peak, residentMb(api.pid));
  }, MEMORY_EVERY_MS);
  const cpu = { api: cpuMs(api.pid), postgres: cpuMs(serverPid) };
  const startedMs = performance.now();
  const report = await product.call<{ accepted: number }>('POST', `/api/campaigns/${id}/leads/import`, csv);
  const ms = performance.now() - startedMs;
  clearInterval(sampling);
  if (report.accepted !== rows) throw new Error(`The import gave ${JSON.stringify(report)}.`);
  memoryMb.after = residentMb(api.pid);
  return {
    ms,
    apiCpuMs: cpuMs(api.pid) - cpu.api,
    postgresCpuMs: cpuMs(serverPid) - cpu.postgres,
    memoryMb: { ...memoryMb, peak: Math.max(memoryMb.peak, memoryMb.after) },
    meter: await api.read(),
  };
}

async function exportRows(client: pg.Client): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(copyTo('copy leads to stdout'))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function copyOnce({ client, serverPid }: BenchDatabase, rows: Buffer): Promise<CopyRound> {
  await client.query('truncate copied_leads');
  await client.query('checkpoint');
  const cpu = cpuMs(serverPid);
  const startedMs = performance.now();
  await pipeline(Readable.from(chunksOf(rows)), client.query(copyFrom('copy copied_leads from stdin')));
  return { ms: performance.now() - startedMs, postgresCpuMs: cpuMs(serverPid) - cpu };
}

function* chunksOf(rows: Buffer): Generator<Buffer> {
  for (let at = 0; at < rows.byteLength; at += CHUNK_BYTES) yield rows.subarray(at, at + CHUNK_BYTES);
}

interface Found {
  sizes: typeof DEFAULTS;
  csv: string;
  copyBytes: number;
  database: BenchDatabase;
  imports: ImportRound[];
  copies: CopyRound[];
  /** The API's memory before its first import. */
  idleMb: number;
  jsonFile: string | null;
}

function figuresOf({ sizes, imports, copies }: Found) {
  const rates = (side: readonly { ms: number }[]) =>
    side.map(({ ms }) => Math.round((sizes.rows / ms) * 1_000));
  const thousands = sizes.rows / 1_000;
  const aThousand = (figures: number[]) => significant(median(figures) / thousands, 3);
  const readings = imports.map(({ meter }) => meter);
  const allThousands = thousands * imports.length;
  return {
    ratio: pairedRatio(rates(imports), rates(copies)),
    rates: { import: rates(imports), copy: rates(copies) },
    wallMs: aThousand(imports.map(({ ms }) => ms)),
    cpuMs: {
      api: aThousand(imports.map(({ apiCpuMs }) => apiCpuMs)),
      postgres: aThousand(imports.map(({ postgresCpuMs }) => postgresCpuMs)),
      copyPostgres: aThousand(copies.map(({ postgresCpuMs }) => postgresCpuMs)),
    },
    database: databasePerLead(readings, allThousands),
    transactions: transactionsPerLead(readings, allThousands),
    statements: statementsPerLead(readings, allThousands, 8),
    memoryMb: imports.map(({ memoryMb: { before, peak, after } }) => ({
      before: Math.round(before),
      peak: Math.round(peak),
      after: Math.round(after),
    })),
  };
}

function report(found: Found): void {
  const { sizes, csv, idleMb } = found;
  const figures = figuresOf(found);
  print(found, figures);
  conclude(
    {
      name: 'import',
      value: figures.ratio.value,
      unit: 'imported rows/s ÷ COPY rows/s',
      samples: figures.ratio.samples,
      context: {
        machine: describeMachine(),
        versions: { postgres: found.database.version },
        sizes: { ...sizes, csvBytes: csv.length, copyBytes: found.copyBytes },
        spread: significant(figures.ratio.spread, 3),
        rowsPerSecond: figures.rates,
        perThousandRows: {
          wallMs: figures.wallMs,
          cpuMs: figures.cpuMs,
          database: figures.database,
          transactions: figures.transactions,
          statements: figures.statements,
        },
        idleMb,
        memoryMb: figures.memoryMb,
      },
    },
    found.jsonFile,
  );
}

function print({ sizes, csv, idleMb }: Found, figures: ReturnType<typeof figuresOf>): void {
  const { ratio, rates, cpuMs } = figures;
  printTable(`${sizes.rows} rows, ${(csv.length / 2 ** 20).toFixed(1)} MB of CSV`, [
    ['rows/s', 'median', ...ratio.samples.map((_, round) => `round ${round + 1}`)],
    ['import', median(rates.import), ...rates.import],
    ['COPY', median(rates.copy), ...rates.copy],
    ['import ÷ COPY', ratio.value, ...ratio.samples],
  ]);
  printTable('A thousand rows', [
    ['', 'ms'],
    ['wall clock of the import', figures.wallMs],
    ["CPU of the API's process", cpuMs.api],
    ['CPU of PostgreSQL', cpuMs.postgres],
    ['waiting for statements', figures.database.queryMs],
    ['CPU of PostgreSQL in COPY', cpuMs.copyPostgres],
  ]);
  printTable('Statements by time waited, a thousand rows', [
    ['', 'count', 'ms'],
    ...figures.statements.map(({ shape, perLead, msPerLead }) => [shape, perLead, msPerLead]),
  ]);
  printTable(`The API's memory in MB (${idleMb} before its first import)`, [
    ['', 'before', 'peak', 'after'],
    ...figures.memoryMb.map(({ before, peak, after }, round) => [`round ${round + 1}`, before, peak, after]),
  ]);
}

await main();
