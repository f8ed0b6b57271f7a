import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { v7 as uuid } from 'uuid';
import { expect, inject, vi } from 'vitest';
import { activityRunner } from '#activities/runner.ts';
import { createApp } from '#api/app.ts';
import { createEventHub } from '#api/stream/hub.ts';
import { createLogger } from '#config/logger.ts';
import type { Db } from '#db/client.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import { hashApiKey, seedAdminKey } from '#services/access/keys.ts';
import { type Context, createContext, type Timeouts } from '#services/context.ts';
import type { SweepReport } from '#services/sweep/sweep.ts';
import { startDispatch } from '#services/webhooks/dispatch.ts';
import type { FaultOptions } from '#simulator/faults.ts';
import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Simulator, startSimulator } from '#simulator/server.ts';
import { lazyClient } from '#temporal/client.ts';
import { ensureSearchAttributes } from '#temporal/search-attributes.ts';
import { ACTIVITY_DEADLINES, createWorkflows, REQUEST_DEADLINES } from '#temporal/workflows.ts';
import type { sweepWorkflow } from '#workflows/scheduled.ts';
import { createWorkerSwitch, installRuntime, type ReportedData, report } from './chain-parts.ts';
import { testConfig } from './config.ts';
import { createTestDatabase } from './database.ts';
import { eventsWithWords } from './event-words.ts';
import { listen } from './listen.ts';
import { QUICK } from './people.ts';

/** Signs the webhooks of the chain's phone network. */
export const SECRET = 'wsec_chain';
/** The key that opens the chain's API. */
export const KEY = 'key-of-the-chain-tests';
export const ACCOUNT_SID = `AC${'0'.repeat(32)}`;
export const AUTH_TOKEN = 'simulated';
/** The number that texts are sent from. */
export const TEXTS_FROM = PHONE_NUMBERS[0]?.phoneNumber ?? '';

/** Whom mails are from. */
const MAIL_FROM = 'The team <team@calls.example>';

/** Timeouts of people who live five hundred times faster. */
const TIMEOUTS: Timeouts = {
  // Long enough for a busy machine: a dial that comes late is not made at all.
  dialTimeoutMs: 2_500,
  pollAfterMs: 1_000,
  pollEveryMs: 200,
  reconcileForMs: 900,
  callMarginMs: 60_000,
};

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
}

/** The whole chain in one process: database, API, worker and phone network, on the Temporal server of the run. */
export interface Chain {
  db: Db;
  simulator: Simulator;
  client: Client;
  context: Context;
  taskQueue: string;
  /** Where the API listens. */
  url: string;
  call<T = Record<string, never>>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** A campaign without leads, not started. */
  create(settings: Partial<CampaignSettings>): Promise<string>;
  /** A started campaign with leads of these numbers. */
  launch(phones: string[], settings?: Partial<CampaignSettings>): Promise<string>;
  /** Resolves when the campaign has this status. */
  reaches(campaignId: string, status: string): Promise<void>;
  /** Every invariant holds for everything that was done. */
  expectInvariants(): Promise<void>;
  /** Sends the signed webhook of a finished call, with whatever is changed in its `data` before. */
  report(conversationId: string, change?: (data: ReportedData) => void): Promise<void>;
  /** Runs the sweep once, as its schedule would, and says what it mended. */
  sweep(): Promise<SweepReport>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChainOptions {
  seed?: number;
  faults?: Partial<FaultOptions>;
  timeouts?: Partial<Timeouts>;
  checkpoint?: Context['checkpoint'];
  /** `none`: no carrier account is configured. */
  carrier?: 'none';
  /** A time-skipping server in the place of the Temporal server of the run. */
  timeSkippingAddress?: string;
  /** The time of the rules, of the API and of the activities. */
  now?: () => Promise<Date>;
  /** How much faster than in real life people live; 500 when left out. */
  speed?: number;
}

export async function startChain(options: ChainOptions = {}): Promise<Chain> {
  const address = options.timeSkippingAddress ?? process.env.TEST_TEMPORAL_ADDRESS;
  const bundlePath = inject('workflowBundlePath');
  if (!address || bundlePath === null)
    throw new Error('There is no Temporal server: run the tests with "npm test".');
  const seed = options.seed ?? Math.floor(Math.random() * 1_000_000);
  console.info(`seed ${seed}`);
  installRuntime();
  const taskQueue = `chain-${uuid()}`;
  const database = await createTestDatabase();
  const recordingsDir = await mkdtemp(join(tmpdir(), 'ringleader-recordings-'));
  const simulator = await startSimulator({
    seed,
    speed: options.speed ?? 500,
    ...(options.faults ? { faults: options.faults } : {}),
  });
  const config = testConfig(
    {
      DATABASE_URL: database.url,
      DATABASE_POOL: '20',
      TEMPORAL_ADDRESS: address,
      TEMPORAL_TASK_QUEUE: taskQueue,
      ELEVENLABS_BASE_URL: simulator.url,
      ELEVENLABS_WEBHOOK_SECRET: SECRET,
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_BASE_URL: simulator.url,
      TWILIO_PHONE_NUMBER: TEXTS_FROM,
      SMTP_URL: simulator.mailbox.url,
      MAIL_FROM,
      OUTBOUND_WEBHOOKS_ALLOW: '127.0.0.1',
    },
    { recordings: { dir: recordingsDir, maxBytes: 50_000_000 } },
  );
  const { client, connection } = lazyClient(config.temporal);
  // The time-skipping server cannot say which search attributes it has; its test adds them.
  if (options.timeSkippingAddress === undefined) await ensureSearchAttributes(connection, 'default');
  const context = createContext(config, {
    workflows: createWorkflows(client, { taskQueue, deadlines: ACTIVITY_DEADLINES }),
    logger: createLogger('chain', 'silent'),
    ...activityRunner,
    timeouts: { ...TIMEOUTS, ...options.timeouts },
    ...(options.carrier === 'none' ? { carrier: null } : {}),
    ...(options.now ? { now: options.now } : {}),
    ...(options.checkpoint ? { checkpoint: options.checkpoint } : {}),
  });
  const { db } = context;
  const stream = createEventHub({
    db,
    databaseUrl: database.url,
    logger: context.logger,
    now: async () => new Date(),
  });
  // The API's own: what a test changes in the worker's context does not reach it.
  const app = createApp({
    ...context,
    stream,
    workflows: createWorkflows(client, { taskQueue, deadlines: REQUEST_DEADLINES }),
    now: async () => new Date(),
  });
  await seedAdminKey(db, hashApiKey(KEY), new Date());
  const { url, close } = await listen(app.fetch);
  // Known only now: what the outside sees is where the server listens.
  config.publicUrl = url;
  context.texting = { from: TEXTS_FROM, statusCallbackUrl: `${url}/webhooks/twilio/status` };
  simulator.setWebhook({ url: `${url}/webhooks/elevenlabs`, secret: SECRET });
  const worker = createWorkerSwitch({ address, taskQueue, bundlePath, context });
  await worker.start();
  const dispatch = startDispatch(context);

  const call: Chain['call'] = async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  const chain: Chain = {
    db,
    simulator,
    client,
    context,
    taskQueue,
    url,
    call,
    create: (settings) => createCampaign(chain, settings),
    launch: (phones, settings) => launchCampaign(chain, phones, { ...QUICK, ...settings }),
    reaches: (campaignId, status) =>
      vi.waitFor(
        async () => {
          const { body } = await call<{ status: string }>('GET', `/api/campaigns/${campaignId}`);
          expect(body.status).toBe(status);
        },
        { timeout: 60_000, interval: 100 },
      ),
    expectInvariants: () => expectInvariants(chain),
    report: (conversationId, change) => report({ simulator, url, secret: SECRET }, conversationId, change),
    sweep: () =>
      client.workflow.execute<typeof sweepWorkflow>('sweepWorkflow', {
        workflowId: `sweep-${uuid()}`,
        taskQueue,
      }),
    startWorker: worker.start,
    stopWorker: worker.stop,
    stop: async () => {
      await dispatch.stop();
      await worker.stop();
      await simulator.stop();
      await stream.stop();
      await close();
      await Promise.all([connection.close(), context.close()]);
      await database.drop();
      await rm(recordingsDir, { recursive: true, force: true });
    },
  };
  return chain;
}

async function createCampaign(chain: Chain, settings: Partial<CampaignSettings>): Promise<string> {
  const created = await chain.call<{ id: string }>('POST', '/api/campaigns', { name: 'Chain', settings });
  expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
  return created.body.id;
}

async function launchCampaign(
  chain: Chain,
  phones: string[],
  settings: Partial<CampaignSettings>,
): Promise<string> {
  const id = await createCampaign(chain, settings);
  const leads = phones.map((phone, index) => ({ phone, name: `Person ${index}` }));
  const added = await chain.call('POST', `/api/campaigns/${id}/leads`, { leads });
  expect(added, JSON.stringify(added.body)).toMatchObject({ body: { accepted: phones.length } });
  expect((await chain.call('POST', `/api/campaigns/${id}/start`, {})).status).toBe(202);
  return id;
}

async function expectInvariants({ db, simulator, client }: Chain): Promise<void> {
  await vi.waitFor(() => expect(simulator.ledger.liveCalls).toBe(0), { timeout: 20_000 });
  const verdict = await checkInvariants({
    db,
    ledger: simulator.ledger.snapshot(),
    temporal: client,
  });
  const violations = Object.entries(verdict).flatMap(([name, { violations }]) =>
    violations.map((text) => `${name}: ${text}`),
  );
  expect(violations).toEqual([]);
  expect(await eventsWithWords(db), 'the log holds ids and codes').toEqual([]);
}
