import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Db, openDatabase } from '#db/client.ts';
import { readSettledLedger } from '#demo/ledger.ts';
import { TIMEOUT_ENV } from '#demo/settings.ts';
import { ALWAYS_OPEN } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import { INVARIANTS, type Verdict } from '#invariants/judge.ts';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import type { LedgerSnapshot } from '#simulator/ledger.ts';
import { peopleOf, SETTINGS, windowUntil } from './campaigns.ts';
import { openLink } from './link.ts';
import type { Member } from './member.ts';
import { Operator } from './operator.ts';
import {
  type Action,
  FAULT_PHASE_MS,
  faultsOf,
  nameOf,
  type Plan,
  type Strike,
  type Target,
  WORKERS,
} from './plan.ts';
import { isStopped } from './process-tree.ts';
import { type RunningProduct, startProduct } from './product.ts';
import type { Breakable, Servers } from './servers.ts';

/** People live this much faster. */
const SPEED = 20;
const MINUTE_MS = 60_000;
/** A worker that stopped itself at a boundary goes on after this. */
const STOPPED_MS = 1_500;
/** The phone network may stop no longer than a dial may take. */
const NETWORK_STOPPED_MS = 400;
/** A run in which nothing happens for so long got stuck; one that only goes on is slow, up to a limit. */
const STUCK_MS = 100_000;
const OVER_MS = 600_000;

const TIMEOUTS = {
  ...TIMEOUT_ENV,
  SWEEP_EVERY_SECONDS: '3',
  CALL_MARGIN_SECONDS: '5',
  POLL_AFTER_SECONDS: '2',
};

export interface SeedResult {
  seed: number;
  leads: number;
  dials: number;
  /** How often each kind of fault was injected. */
  faults: Map<string, number>;
  seconds: number;
  /** One text a finding: a violated invariant, a run that got stuck, a process that ended by itself. */
  findings: string[];
}

/** One run: the product, two campaigns, the faults of the plan, the end of all of them, the verdict. */
export async function runSeed(
  plan: Plan,
  { servers, bundle, logFolder }: { servers: Servers; bundle: string; logFolder: string },
): Promise<SeedResult> {
  const startedAtMs = Date.now();
  const { seed } = plan;
  const database = await servers.createDatabase();
  const product = await startProduct({
    servers,
    database,
    taskQueue: `chaos-${database}`,
    seed,
    speed: SPEED,
    timeouts: TIMEOUTS,
    faults: {},
    workers: WORKERS,
    ordersOf: (worker, nth) => ({ order: null, clockMs: 0, ...plan.orders[worker]?.[nth], bundle }),
    logFolder,
  });
  // PostgreSQL has another port after it was killed; the judge's way to it stays.
  const view = await openLink(() => servers.postgres.address);
  const db = openDatabase(servers.databaseUrl(database, view.port), { maxConnections: 3 });
  const run = new Run(plan, servers, product, db);
  try {
    await run.prepare();
    await run.strike();
    await run.heal();
    const { ledger, findings } = await run.judge();
    if (findings.length > 0) await run.keep(ledger, logFolder);
    return {
      seed,
      leads: run.imported,
      dials: ledger.dials.length,
      faults: run.counts(ledger),
      seconds: (Date.now() - startedAtMs) / 1_000,
      findings,
    };
  } finally {
    await run.close();
    await db.destroy();
    await Promise.all([product.stop(), view.close()]);
    await servers.clearTemporal();
    await servers.dropDatabase(database);
  }
}

class Run {
  readonly #plan: Plan;
  readonly #servers: Servers;
  readonly #product: RunningProduct;
  readonly #db: Db;
  readonly #operator: Operator;
  readonly #people: ReturnType<typeof peopleOf>;
  readonly #campaigns: [string, string] = ['', ''];
  readonly #counts = new Map<string, number>();
  readonly #happened: string[] = [];
  readonly #undo: Promise<void>[] = [];
  /** Faults end early from then on. */
  readonly #over = new AbortController();
  #closed = false;
  /** Killed and not started again yet. */
  readonly #down = new Set<Breakable>();
  readonly #acting: Promise<void>[] = [];
  /** When requests could not reach the phone network in their time. */
  readonly #heldUp: { startMs: number; endMs: number }[] = [];
  /** When a transaction could not be committed in its time. */
  readonly #slowCommits: { startMs: number; endMs: number }[] = [];
  readonly #watching: Promise<void>;

  constructor(plan: Plan, servers: Servers, product: RunningProduct, db: Db) {
    this.#plan = plan;
    this.#servers = servers;
    this.#product = product;
    this.#db = db;
    this.#operator = new Operator(product);
    this.#people = peopleOf(plan.seed);
    this.#watching = this.#thawStopped();
  }

  get imported(): number {
    return this.#people.first.length + this.#people.second.length;
  }

  async prepare(): Promise<void> {
    const agentId = AGENTS[0]?.agentId;
    await this.#operator.must('PATCH', '/api/settings/single-calls', {
      window: ALWAYS_OPEN,
      maxCallSeconds: 40,
      ringSeconds: 10,
      caps: { perDay: 6, perWeek: 10, minGapSeconds: 1 },
    });
    for (const [index, phones] of [this.#people.first, this.#people.second].entries()) {
      const { id } = await this.#operator.must<{ id: string }>('POST', '/api/campaigns', {
        name: `Chaos ${index + 1}`,
        agentId,
        settings: SETTINGS,
      });
      await this.#operator.must('POST', `/api/campaigns/${id}/leads`, {
        leads: phones.map((phone) => ({ phone })),
      });
      this.#campaigns[index] = id;
    }
    const end = this.#plan.strikes.find(({ kind }) => kind === 'hours_end');
    if (end !== undefined) await this.#awaitMinute(end.atMs);
    await this.#setFaults(this.#plan.faults);
    for (const id of this.#campaigns) await this.#operator.must('POST', `/api/campaigns/${id}/start`, {});
  }

  /** Waits until a full minute is as far away as the plan has it, and closes the second campaign's hours then. */
  async #awaitMinute(aheadMs: number): Promise<void> {
    const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
    await delay((leftMs - aheadMs + MINUTE_MS) % MINUTE_MS);
    const at = new Date(Math.ceil((Date.now() + 500) / MINUTE_MS) * MINUTE_MS);
    await this.#operator.must('PATCH', `/api/campaigns/${this.#campaigns[1]}`, {
      settings: { window: windowUntil(at) },
    });
  }

  async strike(): Promise<void> {
    const startMs = Date.now();
    for (const strike of this.#plan.strikes) {
      await delay(Math.max(0, startMs + strike.atMs - Date.now()));
      this.#begin(strike);
    }
    await delay(Math.max(0, startMs + FAULT_PHASE_MS - Date.now()));
  }

  #begin(strike: Strike): void {
    if (strike.kind === 'action') return void this.#acting.push(this.#act(strike.action, strike.nth));
    this.#count(nameOf(strike));
    this.#note(`begins: ${nameOf(strike)}`);
    if (strike.kind === 'hours_end') return;
    const undo = this.#inflict(strike);
    const held = { startMs: Date.now(), endMs: Number.POSITIVE_INFINITY };
    if (strikes(strike, 'network')) this.#heldUp.push(held);
    if (strikes(strike, 'postgres')) this.#slowCommits.push(held);
    const after = delay(strike.forMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    this.#undo.push(
      after.then(undo).then(() => {
        held.endMs = Date.now();
        this.#note(`is over: ${nameOf(strike)}`);
      }),
    );
  }

  /** Begins a fault. Returns what ends it. */
  #inflict(strike: Exclude<Strike, { kind: 'action' | 'hours_end' }>): () => Promise<void> | void {
    const { links } = this.#product;
    switch (strike.kind) {
      case 'slowed': {
        links[strike.link].delayMs = strike.delayMs;
        return () => {
          links[strike.link].delayMs = 0;
        };
      }
      case 'cut':
        links[strike.link].cut();
        return () => links[strike.link].mend();
      case 'silenced':
        links[strike.link].silence();
        return () => links[strike.link].mend();
      case 'storm':
        void this.#setFaults(faultsOf(strike.storm));
        return () => this.#setFaults(calm(faultsOf(strike.storm), this.#plan.faults));
      case 'killed':
        return this.#kill(strike.target);
      case 'stopped':
        return this.#freeze(strike.target, strike.forMs);
    }
  }

  #kill(target: Target): () => Promise<void> | void {
    if (target === 'network') {
      // Its own record of what it was asked has to survive: what dies is the way to it.
      const link = this.#product.links['worker-network'];
      link.cut();
      return () => link.mend();
    }
    const server = this.#serverOf(target);
    if (server === null) {
      this.#memberOf(target).kill();
      return () => undefined;
    }
    if (this.#down.has(server)) return () => undefined;
    server.thaw();
    server.kill();
    this.#down.add(server);
    return async () => {
      await server.start();
      this.#down.delete(server);
    };
  }

  #freeze(target: Target, forMs: number): () => Promise<void> | void {
    const held = this.#serverOf(target) ?? this.#memberOf(target);
    held.freeze();
    if (target === 'network') {
      this.#undo.push(delay(Math.min(forMs, NETWORK_STOPPED_MS)).then(() => held.thaw()));
    }
    return () => held.thaw();
  }

  #serverOf(target: Target): Breakable | null {
    if (target === 'postgres') return this.#servers.postgres;
    return target === 'temporal' ? this.#servers.temporal : null;
  }

  #memberOf(target: Target): Member {
    const { api, network, workers } = this.#product;
    const worker = workers[Number(/\d$/.exec(target)?.[0] ?? 0) - 1];
    const member = target === 'api' ? api : target === 'network' ? network : worker;
    if (member === undefined) throw new Error(`There is no ${target}.`);
    return member;
  }

  /** What somebody asks for is counted when it was granted. */
  async #act(action: Action, nth: number): Promise<void> {
    const answer = await this.#request(action, nth);
    this.#note(`${action}: ${answer?.status ?? 'no answer'}`);
    if (answer !== null && answer.status < 300) this.#count(action.replaceAll('_', ' '));
    if (action !== 'pause') return;
    await delay(1_000);
    await this.#operator.ask('POST', `/api/campaigns/${this.#campaigns[nth % 2]}/resume`);
  }

  async #request(action: Action, nth: number) {
    const ask = this.#operator.ask.bind(this.#operator);
    const { first, spare } = this.#people;
    const campaign = `/api/campaigns/${this.#campaigns[nth % 2]}`;
    switch (action) {
      case 'opt_out':
        return await ask('POST', '/api/opt-outs', {
          phone: first[nth % first.length],
          reason: 'asked for it',
        });
      case 'pause':
        return await ask('POST', `${campaign}/pause`);
      case 'stop':
        // Not the first: there would be little left to disturb.
        return nth % 3 === 0 ? await ask('POST', `/api/campaigns/${this.#campaigns[1]}/stop`) : null;
      case 'settings':
        return await ask('PATCH', campaign, {
          settings: { lines: 2 + (nth % 8), callsPerSecond: 5 + (nth % 20) },
        });
      case 'leads_added':
        return await ask('POST', `${campaign}/leads`, { leads: [{ phone: spare[nth % spare.length] }] });
      case 'one_off_call':
        return await ask('POST', '/api/calls', {
          agentId: AGENTS[0]?.agentId,
          phoneNumberId: PHONE_NUMBERS[0]?.phoneNumberId,
          to: nth % 2 === 0 ? first[nth % first.length] : spare[nth % spare.length],
        });
      case 'settle':
        return await this.#settle(nth);
      case 'call_now':
        return await this.#callNow(nth);
    }
  }

  async #settle(nth: number) {
    const open = await this.#operator.ask('GET', '/api/attention');
    const items = (open?.body as { items?: { id: number; kind: string }[] } | null)?.items ?? [];
    const item = items.filter(({ kind }) => kind === 'unknown_call')[nth % Math.max(1, items.length)];
    if (item === undefined) return null;
    const outcome = nth % 2 === 0 ? 'answered' : 'no_answer';
    return await this.#operator.ask('POST', `/api/attention/${item.id}/settle`, {
      outcome,
      note: 'Seen in the log.',
    });
  }

  async #callNow(nth: number) {
    const page = await this.#operator.ask('GET', `/api/campaigns/${this.#campaigns[nth % 2]}/leads?limit=50`);
    const leads = (page?.body as { items?: { id: string }[] } | null)?.items ?? [];
    const lead = leads[nth % Math.max(1, leads.length)];
    return lead === undefined ? null : await this.#operator.ask('POST', `/api/leads/${lead.id}/call-now`, {});
  }

  /** Ends every fault, and gives back what was taken: everything has to come to its end by itself now. */
  async heal(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#undo);
    for (const link of Object.values(this.#product.links)) {
      link.delayMs = 0;
      link.mend();
    }
    for (const held of [this.#servers.postgres, this.#servers.temporal, ...this.#members()]) held.thaw();
    await Promise.all(this.#acting);
    await this.#setFaults(calm(this.#plan.faults, {}));
    const [, second] = this.#campaigns;
    const reopened = this.#plan.hoursEnd ? { settings: { window: ALWAYS_OPEN } } : null;
    if (reopened !== null)
      await until(async () =>
        isFinal(await this.#operator.ask('PATCH', `/api/campaigns/${second}`, reopened)),
      );
    for (const id of this.#campaigns)
      await until(async () => isFinal(await this.#operator.ask('POST', `/api/campaigns/${id}/resume`)));
  }

  async judge(): Promise<{ ledger: LedgerSnapshot; findings: string[] }> {
    const findings: string[] = [];
    if (!(await this.#comesToItsEnd())) findings.push(...(await this.#describeStuck()));
    for (const { name, crashes } of this.#members())
      findings.push(
        ...crashes.map(({ code, signal }) => `${name} ended by itself (${signal ?? `code ${code}`})`),
      );
    const ledger = await readSettledLedger(this.#product.simulatorUrl);
    const { client, close } = await this.#servers.temporalClient();
    try {
      const verdict = await checkInvariants({
        db: this.#db,
        ledger,
        temporal: client,
        heldUp: this.#heldUp,
        slowCommits: this.#slowCommits,
      });
      findings.push(...violationsOf(verdict));
    } finally {
      await close();
    }
    return { ledger, findings };
  }

  async #comesToItsEnd(): Promise<boolean> {
    const giveUpAtMs = Date.now() + OVER_MS;
    let [last, movedAtMs] = ['', Date.now()];
    while (Date.now() < giveUpAtMs && Date.now() - movedAtMs < STUCK_MS) {
      if (await this.#isOver()) return true;
      const { mark } = await this.#db
        .selectFrom('events')
        .select((eb) => eb.fn.countAll<string>().as('mark'))
        .where('type', '!=', 'lead.restarted')
        .executeTakeFirstOrThrow();
      if (String(mark) !== last) [last, movedAtMs] = [String(mark), Date.now()];
      await delay(200);
    }
    return false;
  }

  async #isOver(): Promise<boolean> {
    const { open } = await this.#db
      .selectFrom('campaigns')
      .select((eb) => eb.fn.countAll<number>().as('open'))
      .where((eb) => eb.or([eb('status', 'not in', ['completed', 'stopped']), eb('finished_at', 'is', null)]))
      .executeTakeFirstOrThrow();
    const { calls } = await this.#db
      .selectFrom('calls')
      .select((eb) => eb.fn.countAll<number>().as('calls'))
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('concluded_at', 'is', null)]))
      .executeTakeFirstOrThrow();
    return Number(open) === 0 && Number(calls) === 0;
  }

  async #describeStuck(): Promise<string[]> {
    const campaigns = await this.#db.selectFrom('campaigns').select(['id', 'status']).execute();
    const leads = await this.#db
      .selectFrom('leads')
      .select(['id', 'state', 'not_before', 'hold_rule'])
      .where('state', '!=', 'finished')
      .limit(10)
      .execute();
    const calls = await this.#db
      .selectFrom('calls')
      .select(['id', 'status', 'reach', 'deadline_at', 'concluded_at'])
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('concluded_at', 'is', null)]))
      .limit(10)
      .execute();
    return [
      `not over ${OVER_MS / 1_000} s after the last fault: ${JSON.stringify({ campaigns, leads, calls })}`,
    ];
  }

  counts({ dials }: LedgerSnapshot): Map<string, number> {
    const webhooks = dials.flatMap((dial) => dial.webhooks);
    for (const { fault } of webhooks)
      if (fault !== null) this.#count(`one webhook ${fault.replace(/:.*/, '')}`);
    for (const { answer } of dials) if (answer !== 'placed') this.#count(`one dial answered ${answer}`);
    for (const [worker, processes] of this.#plan.orders.entries()) {
      const started = this.#product.workers[worker]?.started ?? 0;
      for (const { clockMs } of processes.slice(0, started)) if (clockMs !== 0) this.#count('clock shifted');
    }
    for (const { killed } of this.#product.workers) this.#count('worker killed, in all', killed);
    return this.#counts;
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#closed = true;
    await Promise.allSettled(this.#undo);
    await Promise.all([...this.#down].map((server) => server.start()));
    for (const held of [this.#servers.postgres, this.#servers.temporal, ...this.#members()]) held.thaw();
    await this.#watching;
  }

  #members(): Member[] {
    const { api, network, workers } = this.#product;
    return [api, network, ...workers];
  }

  /** A worker that stopped itself at a boundary cannot go on by itself. */
  async #thawStopped(): Promise<void> {
    const since = new Map<number, number>();
    while (!this.#closed) {
      for (const worker of this.#product.workers) {
        const { pid } = worker;
        if (pid === null || !isStopped(pid)) continue;
        const stoppedAtMs = since.get(pid) ?? Date.now();
        since.set(pid, stoppedAtMs);
        if (Date.now() - stoppedAtMs < STOPPED_MS) continue;
        since.delete(pid);
        this.#count('worker stopped at a boundary');
        this.#note(`goes on after it stopped itself: ${worker.name}`);
        worker.thaw();
      }
      await delay(50);
    }
  }

  /** What really happened and when, and what the gate and the network say of it: for whoever looks for the cause. */
  async keep(ledger: LedgerSnapshot, folder: string): Promise<void> {
    const decisions = await this.#db.selectFrom('decisions').selectAll().orderBy('id').execute();
    const calls = await this.#db.selectFrom('calls').selectAll().orderBy('id').execute();
    for (const [name, rows] of Object.entries({ ledger, decisions, calls }))
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(rows, null, 1));
    writeFileSync(join(folder, 'happened.txt'), `${this.#happened.join('\n')}\n`);
  }

  #note(what: string): void {
    this.#happened.push(`${new Date().toISOString()} ${what}`);
  }

  #count(name: string, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  async #setFaults(faults: Plan['faults']): Promise<void> {
    // A network that is stopped answers when it goes on.
    await fetch(`${this.#product.simulatorUrl}/_sim/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
      signal: AbortSignal.timeout(20_000),
    });
  }
}

/** Whether it befalls a server, or the workers' way to it. */
function strikes(strike: Strike, server: 'network' | 'postgres'): boolean {
  if ('link' in strike) return strike.link === `worker-${server}`;
  return 'target' in strike && strike.target === server;
}

/** The same faults as they are without the storm. */
function calm(storm: Plan['faults'], usual: Plan['faults']): Plan['faults'] {
  const none = { webhookDelayMs: [0, 0], webhookCopies: 2 };
  return Object.fromEntries(
    Object.keys(storm).map((name) => [name, { ...none, ...usual }[name as keyof Plan['faults']] ?? 0]),
  );
}

/** Granted, or refused for good: there is no point in asking again. */
function isFinal(answer: { status: number } | null): boolean {
  return answer !== null && answer.status < 500;
}

async function until(met: () => Promise<boolean>, withinMs = 60_000): Promise<boolean> {
  const giveUpAtMs = Date.now() + withinMs;
  while (Date.now() < giveUpAtMs) {
    if (await met().catch(() => false)) return true;
    await delay(200);
  }
  return false;
}

function violationsOf(verdict: Verdict): string[] {
  return INVARIANTS.flatMap((name) => verdict[name].violations.map((text) => `${name}: ${text}`));
}
