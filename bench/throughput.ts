// `npm run bench -- throughput`: leads a second through the product, compared with what Temporal alone allows
// on this machine.
import { v7 as uuid } from 'uuid';
import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { lineFreedSignal } from '#workflows/messages.ts';
import { lineBackSignal } from './floor/messages.ts';
import type { FloorEnv } from './floor/worker.ts';
import type { floorCampaign } from './floor/workflows.ts';
import { type CampaignParts, importCampaign, leadIdsOf, runCampaign } from './shared/campaign.ts';
import { type Costs, comparison } from './shared/comparison.ts';
import { oneCallNumbers } from './shared/fictional-leads.ts';
import { costOfWorkflow, type HistoryCost, signalTimesMs, sumOfCosts } from './shared/histories.ts';
import type { MeterReading } from './shared/meter.ts';
import { type Profile, profileServices } from './shared/profiling.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { createDatabase, startBenchTemporal, startProduct } from './shared/rig.ts';
import { type MeteredService, startService } from './shared/services.ts';
import {
  cpuPerLead,
  databasePerLead,
  measureSide,
  type SideRound,
  statementsPerLead,
  totalCpuPerLead,
  transactionsPerLead,
} from './shared/side.ts';
import { median, pairedRatio, significant } from './shared/statistics.ts';

/**
 * At a speed of 100 a call takes 1 to 2.7 s, so fifty lines could carry 27 leads a second, more than two
 * cores do. With shorter calls, calls would end before a busy server has recorded their dials, which makes
 * other histories than real ones; more lines would lengthen its queues with the same effect. Rounds are
 * short, since a shared machine rarely keeps its speed for a minute.
 */
const DEFAULTS = { leads: 240, lines: 50, rounds: 5, speed: 100, sampled: 100 };
/** Practically no pace: the gate works in whole milliseconds. */
const NO_PACE_PER_SECOND = 100_000;
const FLOOR_QUEUE = 'floor';
/** Other processes' largest share of the machine in a round that counts. */
const MAX_OTHERS_SHARE = 0.2;
const SERVICES = ['worker', 'api'] as const;

/** Everything that runs, with its sizes. */
interface Bench extends CampaignParts {
  sizes: typeof DEFAULTS;
  floor: MeteredService;
  numbers: readonly string[];
}

interface ProductRound extends SideRound {
  campaignId: string;
  importMs: number;
  meters: Record<(typeof SERVICES)[number], MeterReading>;
}

type FloorRound = SideRound & { campaignId: string };

async function main(): Promise<void> {
  const { sizes, jsonFile, profileFolder } = readOptions(DEFAULTS);
  const numbers = oneCallNumbers();
  if (sizes.leads > numbers.length) throw new RangeError(`--leads must be at most ${numbers.length}.`);
  const database = await createDatabase();
  const temporal = await startBenchTemporal();
  const product = await startProduct({
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    speed: sizes.speed,
  });
  const floor = await startService('bench/floor/worker.ts', {
    PATH: process.env.PATH,
    ...({
      TEMPORAL_ADDRESS: temporal.address,
      FLOOR_TASK_QUEUE: FLOOR_QUEUE,
      FLOOR_SPEED: String(sizes.speed),
    } satisfies FloorEnv),
  });
  const bench: Bench = { product, database, temporal, floor, sizes, numbers };
  try {
    say('warming up');
    await productRound(bench, 0, warmUpLeads(sizes));
    await floorRound(bench, warmUpLeads(sizes));
    const products: ProductRound[] = [];
    const floors: FloorRound[] = [];
    for (let round = 0; round < sizes.rounds; round += 1) {
      products.push(await productRound(bench, round, sizes.leads));
      floors.push(await floorRound(bench, sizes.leads));
      const rates = [products, floors].map((side) => side.at(-1)?.leadsPerSecond.toFixed(1));
      say(`round ${round + 1}: product ${rates[0]}, floor ${rates[1]} leads/s`);
    }
    const { api, worker } = product.services;
    // An extra round that is not counted, since profiling itself takes time.
    const profile =
      profileFolder === null
        ? null
        : await profileServices({ api, worker }, profileFolder, () =>
            productRound(bench, sizes.rounds, sizes.leads),
          );
    const costs = await compareHistories(bench, products.at(-1), floors.at(-1));
    report(bench, { products, floors, costs, profile, jsonFile });
  } finally {
    await floor.stop();
    await product.stop();
    await temporal.stop();
    await database.drop();
  }
}

/** Just enough to fill the lines for a moment. */
function warmUpLeads({ lines }: typeof DEFAULTS): number {
  return lines * 2 + 10;
}

/** A campaign through the API and everything behind it. */
async function productRound(bench: Bench, round: number, leads: number): Promise<ProductRound> {
  const { sizes, product, database, temporal } = bench;
  const { api, worker, simulator } = product.services;
  if (worker === null || simulator === null) throw new Error('The product runs without its worker.');
  const numbers = Array.from(
    { length: leads },
    (_, index) => bench.numbers[(round * leads + index) % bench.numbers.length] ?? '',
  );
  const { campaignId, importMs } = await importCampaign(bench, {
    numbers,
    lines: sizes.lines,
    callsPerSecond: NO_PACE_PER_SECOND,
  });
  await Promise.all([worker.read(), api.read()]);
  const pids = {
    worker: worker.pid,
    api: api.pid,
    simulator: simulator.pid,
    postgres: database.serverPid,
    temporal: temporal.serverPid,
  };
  const side = await measureSide({
    lines: sizes.lines,
    pids,
    run: () => runCampaign(bench, campaignId),
    overAtMs: () => signalTimesMs(temporal.client, campaignWorkflowId(campaignId), lineFreedSignal.name),
  });
  return { ...side, campaignId, importMs, meters: { worker: await worker.read(), api: await api.read() } };
}

async function floorRound({ sizes, temporal, floor }: Bench, leads: number): Promise<FloorRound> {
  const campaignId = uuid();
  const pids = { worker: floor.pid, temporal: temporal.serverPid };
  const workflowId = campaignWorkflowId(campaignId);
  const side = await measureSide({
    lines: sizes.lines,
    pids,
    run: async () => {
      const startedMs = performance.now();
      await temporal.client.workflow.execute<typeof floorCampaign>('floorCampaign', {
        workflowId,
        taskQueue: FLOOR_QUEUE,
        args: [{ id: campaignId, leads, lines: sizes.lines }],
      });
      return performance.now() - startedMs;
    },
    overAtMs: () => signalTimesMs(temporal.client, workflowId, lineBackSignal.name),
  });
  return { ...side, campaignId };
}

async function compareHistories(bench: Bench, product?: ProductRound, floor?: FloorRound): Promise<Costs> {
  if (product === undefined || floor === undefined) throw new Error('There was no round.');
  const { client } = bench.temporal;
  const sampled = Math.min(bench.sizes.sampled, product.leads);
  const own = async (ids: readonly string[]) => {
    const costs: HistoryCost[] = [];
    for (const id of ids.slice(0, sampled)) costs.push(await costOfWorkflow(client, leadWorkflowId(id)));
    return sumOfCosts(costs);
  };
  const floorIds = Array.from({ length: floor.leads }, (_, index) => `${floor.campaignId}-${index}`);
  return {
    leads: product.leads,
    sampled,
    product: {
      own: await own(await leadIdsOf(bench, product.campaignId)),
      campaign: await costOfWorkflow(client, campaignWorkflowId(product.campaignId)),
    },
    floor: {
      own: await own(floorIds),
      campaign: await costOfWorkflow(client, campaignWorkflowId(floor.campaignId)),
    },
  };
}

interface Found {
  products: ProductRound[];
  floors: FloorRound[];
  costs: Costs;
  profile: Profile | null;
  jsonFile: string | null;
}

function figuresOf({ products, floors, costs }: Found) {
  const leads = products.reduce((sum, round) => sum + round.leads, 0);
  const both = <T>(of: (side: readonly SideRound[]) => T) => ({ product: of(products), floor: of(floors) });
  const rates = both((side) => side.map(({ leadsPerSecond }) => significant(leadsPerSecond)));
  const others = both((side) => side.map(({ othersShare }) => significant(othersShare, 2)));
  const quiet = others.product.map(
    (share, round) => Math.max(share, others.floor[round] ?? 1) <= MAX_OTHERS_SHARE,
  );
  const readings = SERVICES.map((name) => products.map(({ meters }) => meters[name]));
  return {
    ratio: pairedRatio(rates.product, rates.floor, quiet),
    rates,
    others,
    runSeconds: both((side) => side.map(({ runMs }) => significant(runMs / 1_000, 3))),
    events: comparison(costs),
    cpu: both((side) => cpuPerLead(side, 'cpu')),
    // Steadier than rates on a shared machine: other processes cost time, but little of our CPU.
    totalCpu: both(totalCpuPerLead),
    threads: cpuPerLead(products, 'workerThreads'),
    databasePerLead: Object.fromEntries(
      SERVICES.map((name, index) => [name, databasePerLead(readings[index] ?? [], leads)]),
    ),
    transactions: transactionsPerLead(readings.flat(), leads),
    statements: statementsPerLead(readings.flat(), leads, 12),
  };
}

function report({ sizes, database, temporal }: Bench, found: Found): void {
  const figures = figuresOf(found);
  const { ratio, rates, others, totalCpu } = figures;
  print(sizes, figures);
  conclude(
    {
      name: 'throughput',
      value: ratio.value,
      unit: 'product leads/s ÷ floor leads/s',
      samples: ratio.samples,
      context: {
        machine: describeMachine(),
        versions: { postgres: database.version, temporal: temporal.version },
        sizes,
        pace: `callsPerSecond ${NO_PACE_PER_SECOND}, written into the settings' row past the API's limit`,
        spread: significant(ratio.spread, 3),
        quietRounds: ratio.quietRounds,
        othersShareOfCpu: others,
        leadsPerSecond: rates,
        runSeconds: figures.runSeconds,
        importMs: found.products.map(({ importMs }) => Math.round(importMs)),
        events: figures.events,
        cpuMsPerLead: figures.cpu,
        totalCpuMsPerLead: totalCpu,
        cpuRatio: significant(totalCpu.floor / totalCpu.product, 3),
        workerThreadMsPerLead: figures.threads,
        databasePerLead: figures.databasePerLead,
        transactions: figures.transactions,
        statements: figures.statements,
        ...(found.profile === null ? {} : { profile: found.profile }),
      },
    },
    found.jsonFile,
  );
}

function print(sizes: typeof DEFAULTS, figures: ReturnType<typeof figuresOf>): void {
  const { ratio, rates, others, events, cpu, totalCpu } = figures;
  const rounds = (name: string, samples: readonly number[]) => [name, median(samples), ...samples];
  printTable(`${sizes.leads} leads a round on ${sizes.lines} lines`, [
    ['leads/s', 'median', ...ratio.samples.map((_, round) => `round ${round + 1}`)],
    rounds('product', rates.product),
    rounds('floor', rates.floor),
    rounds('product ÷ floor', ratio.samples),
    rounds('CPU used by others, product', others.product),
    rounds('CPU used by others, floor', others.floor),
  ]);
  printTable('Events a lead', [
    ['', 'product', 'floor'],
    ['own history', events.product.ownEvents, events.floor.ownEvents],
    ["share of the campaign's", events.product.campaignEvents, events.floor.campaignEvents],
  ]);
  printTable('CPU milliseconds a lead', [
    ['process', 'product', 'floor'],
    ...Object.entries(cpu.product).map(([name, ms]) => [name, ms, cpu.floor[name] ?? '–']),
    ['together', totalCpu.product, totalCpu.floor],
  ]);
  printTable("The product's worker, by thread", [
    ['thread', 'CPU ms a lead'],
    ...Object.entries(figures.threads),
  ]);
  printTable('Transactions', [
    ['', 'a lead', 'ms a lead', 'median ms', '95 % below ms'],
    ...figures.transactions.map((row) => [row.kind, row.perLead, row.msPerLead, row.medianMs, row.p95Ms]),
  ]);
  printTable('Statements by time waited', [
    ['', 'a lead', 'ms a lead'],
    ...figures.statements.map(({ shape, perLead, msPerLead }) => [shape, perLead, msPerLead]),
  ]);
  if (ratio.quietRounds === 0) say('warning: others used the machine in every round; compare CPU, not rates');
  if (!events.equal) say(`warning: the lead histories differ by ${events.ownDifference * 100} %`);
}

await main();
