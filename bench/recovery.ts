// `npm run bench -- recovery`: how long the product stands still after a SIGKILL, of a worker and of everything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLink } from '#chaos/link.ts';
import { Operator } from '#chaos/operator.ts';
import { type RunningProduct, startProduct } from '#chaos/product.ts';
import { type Servers, startServers } from '#chaos/servers.ts';
import { type Db, openDatabase } from '#db/client.ts';
import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { ALWAYS_OPEN } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import { guardFolder } from '#launcher/lifeline.ts';
import type { Checkpoint } from '#services/context.ts';
import { AGENTS } from '#simulator/fleet.ts';
import type { LedgerSnapshot } from '#simulator/ledger.ts';
import { oneCallNumbers } from './shared/fictional-leads.ts';
import { takenUpAt } from './shared/histories.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { median } from './shared/statistics.ts';

/** Twenty lines carry three or four calls a second at this speed: busy, and not more than two cores do. */
const DEFAULTS = { leads: 100, lines: 20, speed: 40, workers: 3, rounds: 1 };
const GOALS = { nextDial: 10, heldGoesOn: 20, everything: 30 };
/** The campaign has found its pace when so many dials were made. */
const DIALS_BEFORE = 25;
const OVER_MS = 300_000;

/** Where the worker is when it is killed: inside the short activity after a call, in that of a dial, or anywhere. */
const MOMENTS = ['call_concluded', 'dial_answered', null] as const satisfies readonly (Checkpoint | null)[];

interface Round {
  what: string;
  /** Seconds from the kill of a worker, or from when the servers were back. */
  nextDial: number;
  heldGoesOn: number;
  /** Activities and workflow tasks that were taken up again. */
  held: number;
  violations: string[];
}

const { sizes, jsonFile } = readOptions(DEFAULTS);
const servers = await startServers();
try {
  const killed: Round[] = [];
  const everything: Round[] = [];
  for (let round = 0; round < sizes.rounds; round += 1) {
    for (const at of MOMENTS) killed.push(await measure(`a worker, ${at ?? 'at any time'}`, at));
    everything.push(await measure('everything', 'everything'));
  }
  report(killed, everything);
} finally {
  await servers.stop();
}

async function measure(what: string, at: Checkpoint | null | 'everything'): Promise<Round> {
  const database = await servers.createDatabase();
  const logFolder = mkdtempSync(join(tmpdir(), 'ringleader-recovery-'));
  guardFolder(logFolder);
  const boundary = at === null || at === 'everything' ? null : at;
  const product = await startProduct({
    servers,
    database,
    taskQueue: `recovery-${database}`,
    seed: 1,
    speed: sizes.speed,
    // The product's own, as in production.
    timeouts: {},
    faults: {},
    workers: sizes.workers,
    ordersOf: (worker, nth) => ({
      order:
        boundary !== null && worker === 0 && nth === 0 ? { at: boundary, nth: 8, signal: 'SIGKILL' } : null,
      clockMs: 0,
      bundle: null,
    }),
    logFolder,
  });
  const view = await openLink(() => servers.postgres.address);
  const db = openDatabase(servers.databaseUrl(database, view.port), { maxConnections: 2 });
  try {
    const campaignId = await launch(product);
    await ledgerWith(product, ({ dials }) => dials.length >= DIALS_BEFORE);
    const sinceMs =
      at === 'everything' ? await killEverything(servers, product) : await killWorker(product, boundary);
    const ledger = await ledgerWith(product, () => isOver(db));
    const round = { what, ...(await readRound(db, campaignId, { sinceMs, ledger })) };
    say(`${what}: next dial ${round.nextDial} s, all that was held (${round.held}) ${round.heldGoesOn} s`);
    return round;
  } finally {
    await db.destroy();
    await product.stop();
    await view.close();
    await servers.clearTemporal();
    await servers.dropDatabase(database);
    rmSync(logFolder, { recursive: true, force: true });
  }
}

async function launch(product: RunningProduct): Promise<string> {
  const operator = new Operator(product);
  const { id } = await operator.must<{ id: string }>('POST', '/api/campaigns', {
    name: 'Recovery',
    agentId: AGENTS[0]?.agentId,
    settings: {
      lines: sizes.lines,
      callsPerSecond: 50,
      window: ALWAYS_OPEN,
      caps: { perDay: null, perWeek: null, minGapSeconds: 0 },
    },
  });
  const leads = oneCallNumbers()
    .slice(0, sizes.leads)
    .map((phone) => ({ phone }));
  await operator.must('POST', `/api/campaigns/${id}/leads`, { leads });
  await operator.must('POST', `/api/campaigns/${id}/start`, {});
  return id;
}

/** The network's record once it is as wanted. */
async function ledgerWith(
  { simulatorUrl }: RunningProduct,
  met: (ledger: LedgerSnapshot) => boolean | Promise<boolean>,
): Promise<LedgerSnapshot> {
  const giveUpAtMs = Date.now() + OVER_MS;
  for (;;) {
    const response = await fetch(`${simulatorUrl}/_sim/ledger`);
    const ledger = (await response.json()) as LedgerSnapshot;
    if (await met(ledger)) return ledger;
    if (Date.now() > giveUpAtMs) throw new Error('The campaign got stuck.');
    await delay(100);
  }
}

/** Returns when the first worker was killed: now, or when it came to the boundary. */
async function killWorker({ workers: [worker] }: RunningProduct, at: Checkpoint | null): Promise<number> {
  if (at === null) worker?.kill();
  while (worker?.killedAtMs === null) await delay(5);
  return worker?.killedAtMs ?? 0;
}

/** Returns when the servers were back. The product's own processes are started again by whoever supervises them. */
async function killEverything({ postgres, temporal }: Servers, product: RunningProduct): Promise<number> {
  for (const part of [...product.workers, product.api, temporal, postgres]) part.kill();
  await Promise.all([postgres.start(), temporal.start()]);
  return Date.now();
}

async function isOver(db: Db): Promise<boolean> {
  const { open } = await db
    .selectFrom('campaigns')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('finished_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(open) === 0;
}

async function readRound(
  db: Db,
  campaignId: string,
  { sinceMs, ledger }: { sinceMs: number; ledger: LedgerSnapshot },
): Promise<Omit<Round, 'what'>> {
  const seconds = (untilMs: number) => Math.max(0, Math.round((untilMs - sinceMs) / 10) / 100);
  const dialsAfter = ledger.dials
    .map(({ receivedAt }) => Date.parse(receivedAt))
    .filter((ms) => ms > sinceMs);
  const { client, close } = await servers.temporalClient();
  try {
    const leads = await db.selectFrom('leads').select('id').execute();
    const ids = [campaignWorkflowId(campaignId), ...leads.map(({ id }) => leadWorkflowId(id))];
    const takenUp = (await Promise.all(ids.map((id) => takenUpAt(client, id, sinceMs)))).flat();
    const verdict = await checkInvariants({ db, ledger, temporal: client });
    return {
      nextDial: seconds(Math.min(...dialsAfter)),
      heldGoesOn: seconds(Math.max(sinceMs, ...takenUp)),
      held: takenUp.length,
      violations: Object.values(verdict).flatMap(({ violations }) => violations),
    };
  } finally {
    await close();
  }
}

function report(killed: readonly Round[], everything: readonly Round[]): void {
  const rounds = [...killed, ...everything];
  printTable('Seconds after a SIGKILL', [
    ['killed', 'next dial', 'all that was held', 'held', 'violations'],
    ...rounds.map((round) => [
      round.what,
      round.nextDial,
      round.heldGoesOn,
      round.held,
      round.violations.length,
    ]),
  ]);
  for (const { violations } of rounds) for (const violation of violations) say(`violation: ${violation}`);
  const worst = (of: readonly Round[], name: 'nextDial' | 'heldGoesOn') =>
    Math.max(...of.map((round) => round[name]));
  const found = {
    nextDial: worst(killed, 'nextDial'),
    heldGoesOn: worst(killed, 'heldGoesOn'),
    everything: Math.max(worst(everything, 'nextDial'), worst(everything, 'heldGoesOn')),
  };
  printTable('Worst round, in seconds', [
    ['', 'found', 'goal'],
    ['a killed worker: the next dial', found.nextDial, GOALS.nextDial],
    ['a killed worker: all that it held goes on', found.heldGoesOn, GOALS.heldGoesOn],
    ['everything: all goes on after the servers are back', found.everything, GOALS.everything],
  ]);
  const samples = killed.map(({ heldGoesOn }) => heldGoesOn);
  conclude(
    {
      name: 'recovery',
      value: median(samples),
      unit: 's from the SIGKILL of a worker until all that it held goes on',
      samples,
      context: { machine: describeMachine(), sizes, goals: GOALS, worst: found, rounds },
    },
    jsonFile,
  );
}
