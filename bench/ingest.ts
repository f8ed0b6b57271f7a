// `npm run bench -- ingest`: post-call webhooks a second through the API (verified, stored, merged, workflow
// notified), compared with a bare route that verifies and inserts.
import { leadWorkflowId } from '#domain/ids.ts';
import type { BareRouteEnv } from './floor/webhook-route.ts';
import type { CampaignParts } from './shared/campaign.ts';
import { cpuMs, difference } from './shared/cpu.ts';
import { dialCalls } from './shared/dialled-calls.ts';
import type { MeterReading } from './shared/meter.ts';
import { postCallBody, postSigned } from './shared/post-call.ts';
import { profileServices } from './shared/profiling.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { createDatabase, startBenchTemporal, startProduct, WEBHOOK_SECRET } from './shared/rig.ts';
import { type MeteredService, startService } from './shared/services.ts';
import { databasePerLead, statementsPerLead, transactionsPerLead } from './shared/side.ts';
import { median, pairedRatio, percentile, significant } from './shared/statistics.ts';

const DEFAULTS = { webhooks: 1_000, rounds: 5, atOnce: 32 };
const NOTIFIED_WITHIN_MS = 120_000;

interface Bench extends CampaignParts {
  bare: MeteredService;
  sizes: typeof DEFAULTS;
}

interface Round {
  perSecond: number;
  latenciesMs: number[];
  cpu: Record<string, number>;
}

interface ProductRound extends Round {
  /** Webhooks a second until the last workflow was notified and that was recorded. */
  notifiedPerSecond: number;
  meter: MeterReading;
}

async function main(): Promise<void> {
  const { sizes, jsonFile, profileFolder } = readOptions(DEFAULTS);
  const database = await createDatabase();
  const temporal = await startBenchTemporal();
  const product = await startProduct({
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    speed: null,
  });
  const bare = await startService('bench/floor/webhook-route.ts', {
    PATH: process.env.PATH,
    ...({ DATABASE_URL: database.url, WEBHOOK_SECRET } satisfies BareRouteEnv),
  });
  const bench: Bench = { product, database, temporal, bare, sizes };
  try {
    const rounds = sizes.rounds + (profileFolder === null ? 1 : 2);
    const calls = await dialCalls(bench, rounds * sizes.webhooks);
    const bodiesOf = (round: number) =>
      calls
        .slice(round * sizes.webhooks, (round + 1) * sizes.webhooks)
        .map((call) => postCallBody(call, new Date()));
    say('warming up');
    await productRound(bench, bodiesOf(0));
    await bareRound(bench, bodiesOf(0));
    const products: ProductRound[] = [];
    const bares: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      const bodies = bodiesOf(round);
      products.push(await productRound(bench, bodies));
      bares.push(await bareRound(bench, bodies));
      const rates = [products, bares].map((side) => Math.round(side.at(-1)?.perSecond ?? 0));
      say(`round ${round}: product ${rates[0]}, bare route ${rates[1]} webhooks/s`);
    }
    if (profileFolder !== null) {
      const { api } = product.services;
      await profileServices({ api }, profileFolder, () => productRound(bench, bodiesOf(sizes.rounds + 1)));
    }
    await checkMerged(bench, rounds * sizes.webhooks);
    report(bench, { products, bares, bodyBytes: bodiesOf(1)[0]?.length ?? 0, jsonFile });
  } finally {
    await bare.stop();
    await product.stop();
    await temporal.stop();
    await database.drop();
  }
}

async function productRound(bench: Bench, bodies: readonly string[]): Promise<ProductRound> {
  const { product, database, temporal, sizes } = bench;
  const { api } = product.services;
  await database.client.query('checkpoint');
  await api.read();
  const pids = { api: api.pid, postgres: database.serverPid, temporal: temporal.serverPid };
  const before = cpuOf(pids);
  const startedMs = performance.now();
  const posted = await postSigned(String(api.ready.url), bodies, {
    secret: WEBHOOK_SECRET,
    atOnce: sizes.atOnce,
  });
  await untilNotified(bench);
  const notifiedMs = performance.now() - startedMs;
  return {
    perSecond: perSecond(bodies.length, posted.ms),
    notifiedPerSecond: perSecond(bodies.length, notifiedMs),
    latenciesMs: posted.latenciesMs,
    cpu: difference(before, cpuOf(pids)),
    meter: await api.read(),
  };
}

async function bareRound({ bare, database, sizes }: Bench, bodies: readonly string[]): Promise<Round> {
  await database.client.query('checkpoint');
  const pids = { api: bare.pid, postgres: database.serverPid };
  const before = cpuOf(pids);
  const posted = await postSigned(String(bare.ready.url), bodies, {
    secret: WEBHOOK_SECRET,
    atOnce: sizes.atOnce,
  });
  return {
    perSecond: perSecond(bodies.length, posted.ms),
    latenciesMs: posted.latenciesMs,
    cpu: difference(before, cpuOf(pids)),
  };
}

/** Waits until every workflow was notified of its call's end. */
async function untilNotified({ database }: Bench): Promise<void> {
  const giveUpAtMs = performance.now() + NOTIFIED_WITHIN_MS;
  for (;;) {
    const { rows } = await database.client.query<{ pending: boolean }>(
      'select exists (select from webhook_events where signalled_at is null) as pending',
    );
    if (rows[0]?.pending === false) return;
    if (performance.now() > giveUpAtMs) throw new Error('Not every workflow was notified.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @throws Error when a webhook had less than its whole effect */
async function checkMerged({ database, temporal }: Bench, count: number): Promise<void> {
  const { rows } = await database.client.query<{ done: number; lead: string }>(
    `select count(*)::int as done, min(lead_id::text) as lead from calls
      join call_details on call_id = id
      where status = 'ended' and reach = 'answered' and source = 'webhook' and jsonb_array_length(transcript) > 0`,
  );
  const [{ done, lead } = { done: 0, lead: '' }] = rows;
  const { rows: events } = await database.client.query<{ recorded: number }>(
    `select count(distinct call_id)::int as recorded from events where type = 'call.ended'`,
  );
  const described = await temporal.client.workflow.getHandle(leadWorkflowId(lead)).fetchHistory();
  const signals = (described.events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes);
  if (done !== count || events[0]?.recorded !== count || signals.length !== 1) {
    throw new Error(
      `Of ${count} calls ${done} were merged, ${events[0]?.recorded} have an event, ${signals.length} signals.`,
    );
  }
}

function cpuOf(pids: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMs(pid)]));
}

function perSecond(count: number, ms: number): number {
  return (count / ms) * 1_000;
}

interface Found {
  products: ProductRound[];
  bares: Round[];
  bodyBytes: number;
  jsonFile: string | null;
}

function figuresOf({ products, bares }: Found, webhooks: number) {
  const rates = (side: readonly Round[]) => side.map((round) => significant(round.perSecond));
  const latency = (side: readonly Round[]) => {
    const all = side.flatMap(({ latenciesMs }) => latenciesMs);
    return { p50Ms: significant(percentile(all, 0.5), 3), p99Ms: significant(percentile(all, 0.99), 3) };
  };
  const cpu = (side: readonly Round[]) => {
    const names = [...new Set(side.flatMap((round) => Object.keys(round.cpu)))];
    return Object.fromEntries(
      names.map((name) => [
        name,
        significant(median(side.map((round) => (round.cpu[name] ?? 0) / webhooks)), 3),
      ]),
    );
  };
  const readings = products.map(({ meter }) => meter);
  const all = webhooks * products.length;
  const notified = products.map(({ notifiedPerSecond }) => significant(notifiedPerSecond));
  return {
    ratio: pairedRatio(rates(products), rates(bares)),
    notifiedRatio: pairedRatio(notified, rates(bares)),
    rates: { product: rates(products), productNotified: notified, bare: rates(bares) },
    latency: { product: latency(products), bare: latency(bares) },
    cpuMs: { product: cpu(products), bare: cpu(bares) },
    database: databasePerLead(readings, all),
    transactions: transactionsPerLead(readings, all),
    statements: statementsPerLead(readings, all, 24),
  };
}

function report({ sizes, database, temporal }: Bench, found: Found): void {
  const figures = figuresOf(found, sizes.webhooks);
  const { ratio, notifiedRatio, rates, latency, cpuMs: cpu } = figures;
  printTable(`${sizes.webhooks} webhooks of ${found.bodyBytes} bytes a round, ${sizes.atOnce} at once`, [
    ['webhooks/s', 'median', ...ratio.samples.map((_, round) => `round ${round + 1}`)],
    ['product, answered', median(rates.product), ...rates.product],
    ['product, workflows notified', median(rates.productNotified), ...rates.productNotified],
    ['bare route', median(rates.bare), ...rates.bare],
    ['product ÷ bare route', ratio.value, ...ratio.samples],
    ['product, notified ÷ bare route', notifiedRatio.value, ...notifiedRatio.samples],
  ]);
  printTable('Milliseconds until the answer', [
    ['', 'p50', 'p99'],
    ['product', latency.product.p50Ms, latency.product.p99Ms],
    ['bare route', latency.bare.p50Ms, latency.bare.p99Ms],
  ]);
  printTable('CPU milliseconds a webhook', [
    ['process', 'product', 'bare route'],
    ...Object.entries(cpu.product).map(([name, ms]) => [name, ms, cpu.bare[name] ?? '–']),
  ]);
  printTable('Transactions', [
    ['', 'a webhook', 'ms a webhook', 'median ms', '95 % below ms'],
    ...figures.transactions.map((row) => [row.kind, row.perLead, row.msPerLead, row.medianMs, row.p95Ms]),
  ]);
  printTable('Statements by time waited', [
    ['', 'a webhook', 'ms a webhook'],
    ...figures.statements.map(({ shape, perLead, msPerLead }) => [shape, perLead, msPerLead]),
  ]);
  conclude(
    {
      name: 'ingest',
      value: ratio.value,
      unit: 'product webhooks/s ÷ bare route webhooks/s',
      samples: ratio.samples,
      context: {
        machine: describeMachine(),
        versions: { postgres: database.version, temporal: temporal.version },
        sizes: { ...sizes, bodyBytes: found.bodyBytes },
        spread: significant(ratio.spread, 3),
        notifiedRatio: significant(notifiedRatio.value, 3),
        webhooksPerSecond: rates,
        latency,
        cpuMsPerWebhook: cpu,
        databasePerWebhook: figures.database,
        transactions: figures.transactions,
        statements: figures.statements,
      },
    },
    found.jsonFile,
  );
}

await main();
