import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createApp } from '#api/app.ts';
import { createEventHub, type EventHub } from '#api/stream/hub.ts';
import { createLogger } from '#config/logger.ts';
import { type Db, inTransaction, openDatabase } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { EventType } from '#domain/events.ts';
import { hashApiKey } from '#services/access/keys.ts';
import { seededRandom } from '#simulator/random.ts';
import { type ApiRig, startApi } from '../support/api-rig.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type Listening, listen } from '../support/listen.ts';
import { openStream, type StreamClient, type StreamedEvent } from '../support/stream-client.ts';
import { WITHIN } from '../support/within.ts';

const KEY = 'key-of-the-stream-tests';
const HEARTBEAT_MS = 50;
/** For twelve megabytes to each of many, on a busy machine. */
const A_LOT = { timeout: 60_000 };
const LONG = { timeout: 120_000 };

let rig: ApiRig;
let database: TestDatabase;
let db: Db;
let hub: EventHub;
let listening: Listening;
let url: string;
const open: StreamClient[] = [];

beforeAll(async () => {
  rig = await startApi();
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: 12 });
  await db
    .insertInto('api_keys')
    .values({ id: uuid(), name: 'stream', role: 'viewer', key_hash: hashApiKey(KEY) })
    .execute();
  const logger = createLogger('api', 'silent');
  const limits = { heartbeatMs: HEARTBEAT_MS, connections: 40 };
  hub = createEventHub({ db, databaseUrl: database.url, logger, now: rig.context.now, limits });
  const app = createApp({ ...rig.context, db, stream: hub });
  listening = await listen(app.fetch);
  url = listening.url;
});
afterEach(async () => {
  for (const client of open.splice(0)) client.close();
  await vi.waitFor(() => expect(hub.connections).toBe(0), WITHIN);
});
afterAll(async () => {
  await hub.stop();
  await listening.close();
  await db.destroy();
  await database.drop();
  await rig.stop();
});

async function connect(
  options: { lastEventId?: number; query?: string; cookie?: string } = {},
): Promise<StreamClient> {
  const client = await openStream(url, { key: KEY, ...options });
  open.push(client);
  return client;
}

async function append(type: EventType, event: { campaignId?: string; leadId?: string; data?: object } = {}) {
  await inTransaction(db, (tx) => appendEvent(tx, { type, ...event, data: { ...event.data } }));
}

const newest = async () =>
  (
    await db
      .selectFrom('events')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirstOrThrow()
  ).id ?? 0;
const told = (events: readonly StreamedEvent[]) => events.filter(({ event }) => event !== 'ready');

test('a client begins now, is told which number that is, and then of everything in the order of the commits', async () => {
  await append('lead.changed');
  const client = await connect();
  expect(client.events).toMatchObject([{ event: 'ready', data: { newestId: await newest() } }]);
  const [campaignId, leadId] = [uuid(), uuid()];
  await append('lead.finished', { campaignId, leadId, data: { outcome: 'answered' } });
  await append('campaign.completed', { campaignId });
  await vi.waitFor(() => expect(client.events).toHaveLength(3), WITHIN);
  const [, first, second] = client.events;
  expect(first).toMatchObject({
    event: 'lead.finished',
    data: { type: 'lead.finished', campaignId, leadId, callId: null, data: { outcome: 'answered' } },
  });
  expect(first?.id).toBe(first?.data.id);
  expect(second?.id).toBeGreaterThan(first?.id ?? 0);
});

test('a campaign or a lead can be watched alone', async () => {
  const [campaignId, leadId, otherLead] = [uuid(), uuid(), uuid()];
  const ofCampaign = await connect({ query: `?campaign=${campaignId}` });
  const ofLead = await connect({ query: `?campaign=${campaignId}&lead=${leadId}` });
  const ofNobody = await connect({ query: `?campaign=${uuid()}&lead=${leadId}` });
  const ofAll = await connect();
  await append('lead.held', { campaignId, leadId: otherLead });
  await append('lead.changed', { campaignId: uuid() });
  await append('lead.finished', { campaignId, leadId });
  await vi.waitFor(
    () =>
      expect(told(ofAll.events).map(({ event }) => event)).toEqual([
        'lead.held',
        'lead.changed',
        'lead.finished',
      ]),
    WITHIN,
  );
  await vi.waitFor(
    () => expect(told(ofCampaign.events).map(({ event }) => event)).toEqual(['lead.held', 'lead.finished']),
    WITHIN,
  );
  await vi.waitFor(
    () => expect(told(ofLead.events).map(({ event }) => event)).toEqual(['lead.finished']),
    WITHIN,
  );
  expect(told(ofNobody.events)).toEqual([]);
});

test('a resumed stream repeats nothing and loses nothing while eight writers commit out of order', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  console.info(`seed ${seed}`);
  const random = seededRandom(seed);
  const from = await newest();
  const campaignId = uuid();
  const perWriter = 60;
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let nth = 0; nth < perWriter; nth += 1) {
        await inTransaction(db, async (tx) => {
          for (let more = Math.floor(random() * 3); more >= 0; more -= 1) {
            await appendEvent(tx, { type: 'campaign.changed', campaignId, data: { writer, nth, more } });
          }
        });
      }
    }),
  ).then(() => {
    writing = false;
  });
  const seen: StreamedEvent[] = [];
  let connections = 0;
  const lastSeen = () => seen.at(-1)?.id ?? from;
  const readOn = async (enough: (client: StreamClient) => boolean) => {
    const client = await openStream(url, {
      key: KEY,
      lastEventId: lastSeen(),
      query: `?campaign=${campaignId}`,
    });
    connections += 1;
    await vi.waitFor(() => expect(enough(client)).toBe(true), { interval: 2, timeout: 20_000 });
    client.close();
    seen.push(...client.events);
  };
  while (writing) await readOn((client) => !writing || client.events.length > random() * 60);
  await writers;
  const last = await newest();
  await readOn((client) => (client.events.at(-1)?.id ?? lastSeen()) >= last);
  const inLog = await db
    .selectFrom('events')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .orderBy('id')
    .execute();
  expect(connections).toBeGreaterThan(3);
  expect(seen.map(({ id }) => id)).toEqual(inLog.map(({ id }) => id));
});

test('a number that the log has not reached is no reason to wait for it', async () => {
  const client = await connect({ lastEventId: 9_999_999_999 });
  await append('campaign.archived');
  await vi.waitFor(
    () => expect(client.events.map(({ event }) => event)).toEqual(['campaign.archived']),
    WITHIN,
  );
});

test(
  'fault 20: stalled clients are cut off at their bound, and the others are told everything meanwhile',
  LONG,
  async () => {
    const healthy = await connect();
    const stalled = await Promise.all(Array.from({ length: 25 }, () => connect()));
    for (const client of stalled) client.stall();
    const resumed = await connect({ lastEventId: 0 });
    resumed.stall();
    const before = process.memoryUsage().rss;
    const from = await newest();
    const pad = 'x'.repeat(4_000);
    for (let nth = 0; nth < 60; nth += 1) {
      await inTransaction(db, async (tx) => {
        for (let more = 0; more < 50; more += 1)
          await appendEvent(tx, { type: 'lead.changed', data: { pad } });
      });
      // A client that reads is not left behind by a writer that is faster than this process can deliver.
      await vi.waitFor(
        () => expect(healthy.events.at(-1)?.id ?? 0).toBeGreaterThanOrEqual(from + 50 * (nth - 2)),
        A_LOT,
      );
    }
    const last = await newest();
    expect(last - from).toBeGreaterThanOrEqual(3_000);
    await vi.waitFor(() => expect(healthy.events.at(-1)?.id).toBe(last), A_LOT);
    expect(told(healthy.events).filter(({ event }) => event === 'lead.changed')).toHaveLength(3_000);
    await vi.waitFor(() => expect(hub.connections).toBe(1), A_LOT);
    // 25 clients that were each promised 12 MB: what waited for them was let go.
    const grownMb = (process.memoryUsage().rss - before) / 1_048_576;
    expect(grownMb).toBeLessThan(250);
    expect(healthy.closed).toBe(false);
  },
);

test('a client is received of again and again, and cut off once its key is revoked', async () => {
  const client = await connect();
  await vi.waitFor(() => expect(client.comments).toBeGreaterThan(2), WITHIN);
  await db.updateTable('api_keys').set({ revoked_at: new Date() }).execute();
  await vi.waitFor(() => expect(client.closed).toBe(true), WITHIN);
  await db.updateTable('api_keys').set({ revoked_at: null }).execute();
});

const IDLE_MS = 12 * 3_600_000;

async function signIn(): Promise<string> {
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: KEY }),
  });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

test('the stream of a session ends with it, be it signed out or not used any more; others go on', async () => {
  const [left, unused, kept] = [await signIn(), await signIn(), await signIn()];
  const byKey = await connect();
  const [ofLeft, ofUnused, ofKept] = await Promise.all(
    [left, unused, kept].map((cookie) => connect({ cookie })),
  );
  await fetch(`${url}/sign-out`, {
    method: 'POST',
    headers: { cookie: left, 'x-ringleader-dashboard': '1' },
  });
  await vi.waitFor(() => expect(ofLeft?.closed).toBe(true), WITHIN);
  expect([ofUnused?.closed, ofKept?.closed, byKey.closed]).toEqual([false, false, false]);

  const began = Date.now();
  rig.setNow(new Date(began + IDLE_MS - 60_000));
  await fetch(`${url}/api/me`, { headers: { cookie: kept } });
  rig.setNow(new Date(began + IDLE_MS + 60_000));
  await vi.waitFor(() => expect(ofUnused?.closed).toBe(true), WITHIN);
  const beats = ofKept?.comments ?? 0;
  await vi.waitFor(() => expect(ofKept?.comments).toBeGreaterThan(beats + 2), WITHIN);
  expect([ofKept?.closed, byKey.closed]).toEqual([false, false]);
  await expect(connect({ cookie: unused })).rejects.toThrow('401');
  rig.setNow(new Date());
});

test('there are only so many streams, and a question for the headers alone opens none', async () => {
  await Promise.all(Array.from({ length: 40 }, () => connect()));
  await expect(connect()).rejects.toThrow('503');
  const head = await fetch(`${url}/api/stream`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${KEY}` },
  });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect(hub.connections).toBe(40);
});

test('a number that is none is refused', async () => {
  await expect(connect({ query: '?after=x' })).rejects.toThrow('422');
});
