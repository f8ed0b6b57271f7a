import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Db, openDatabase, type Tx } from '#db/client.ts';
import { compareTotals } from '#db/queries/totals.ts';
import { DISPOSITIONS, REACHES } from '#domain/call.ts';
import { between, pick, type Random, seededRandom } from '#simulator/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const CAMPAIGNS = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const DAYS = ['2026-03-28', '2026-03-29'];
const PHONE = '+12125550100';
const WRITERS = 6;

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: WRITERS + 2 });
  await db
    .insertInto('campaigns')
    .values(
      CAMPAIGNS.map((id) => ({
        id,
        name: 'Totals',
        agent_id: 'agent_a',
        phone_number_ids: ['phnum_a'],
        settings_version: 1,
      })),
    )
    .execute();
  await db.insertInto('contacts').values({ phone: PHONE }).execute();
});
beforeEach(async () => {
  await db.deleteFrom('calls').execute();
  await db.deleteFrom('call_totals').execute();
  await db.deleteFrom('call_breakdowns').execute();
});
afterEach(async () => {
  expect(await compareTotals(db)).toEqual([]);
});
afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

/** Calls of every campaign and day by turns; one in five is no dial. */
async function insertCalls(of: Db | Tx, ids: readonly string[]): Promise<void> {
  const values = ids.map((id, index) => ({
    id,
    campaign_id: CAMPAIGNS[index % CAMPAIGNS.length] ?? null,
    day: DAYS[Math.floor(index / CAMPAIGNS.length) % DAYS.length] ?? '',
    attempt: index % 5 === 4 ? null : 1,
    direction: index % 5 === 4 ? ('inbound' as const) : ('outbound' as const),
    phone: PHONE,
    agent_id: 'agent_a',
    phone_number_id: 'phnum_a',
    started_at: new Date(),
    deadline_at: new Date(),
  }));
  await of.insertInto('calls').values(values).execute();
}

/** Gives the calls what was drawn, by one statement that meets them in the order in which they are named. */
async function change(tx: Tx, random: Random, ids: readonly string[]): Promise<void> {
  const rows = ids.map((id) => {
    const reach = random() < 0.2 ? null : pick(random, REACHES);
    return {
      id,
      status: reach === null ? 'ringing' : 'ended',
      reach,
      agent_id: pick(random, ['agent_a', 'agent_b']),
      phone_number_id: pick(random, ['phnum_a', 'phnum_b', null]),
      disposition: pick(random, [...DISPOSITIONS, null]),
      converted: random() < 0.3,
      talk_seconds: random() < 0.5 ? between(random, 0, 600) : null,
      cost_cents: between(random, 0, 999) / 100,
    };
  });
  await sql`
    update calls set status = new.status, reach = new.reach, agent_id = new.agent_id,
      phone_number_id = new.phone_number_id, disposition = new.disposition, converted = new.converted,
      talk_seconds = new.talk_seconds, cost_cents = new.cost_cents
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as new (id text, status text, reach text, agent_id text,
      phone_number_id text, disposition text, converted boolean, talk_seconds int, cost_cents numeric)
    where calls.id = new.id`.execute(tx);
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** Ids of calls of one writer, so that writers meet at the sums and not at the calls. */
const own = (writer: number, count: number) =>
  Array.from({ length: count }, (_, index) => `call.${writer}.${index}`);

test('stay exact under writers that change calls of all campaigns in any order, and none is in a deadlock', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  console.info(`seed ${seed}`);
  const writer = async (number: number) => {
    const random = seededRandom('totals', seed, number);
    const ids = own(number, 30);
    await insertCalls(db, shuffled(random, ids));
    for (let round = 0; round < 25; round += 1) {
      const some = shuffled(random, ids).slice(0, between(random, 1, ids.length));
      await db.transaction().execute((tx) => change(tx, random, some));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
});

test('several statements about dials of one day never wait for one another in a circle', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  console.info(`seed ${seed}`);
  const writer = async (number: number) => {
    const random = seededRandom('statements', seed, number);
    // Every sixth is of the first campaign and day; none of those is inbound but the fifth.
    const ids = own(number, 24);
    await insertCalls(db, ids);
    const ofOneDay = ids.filter((_, index) => index % 6 === 0 && index % 5 !== 4);
    for (let round = 0; round < 25; round += 1) {
      await db.transaction().execute(async (tx) => {
        for (const id of shuffled(random, ofOneDay)) await change(tx, random, [id]);
      });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
});

test('a dial whose totals stay as they are waits for its turn at them all the same', async () => {
  await insertCalls(db, ['call.a']);
  await insertCalls(db, ['call.b']);
  let changed = false;
  const other = await db.transaction().execute(async (tx) => {
    await tx.updateTable('calls').set({ cost_cents: 5 }).where('id', '=', 'call.a').execute();
    const waiting = db
      .updateTable('calls')
      .set({ agent_id: 'agent_b' })
      .where('id', '=', 'call.b')
      .execute()
      .then(() => {
        changed = true;
      });
    await expect.poll(() => waitersFor(tx)).toBe(1);
    expect(changed).toBe(false);
    return { waiting };
  });
  await other.waiting;
  expect(changed).toBe(true);
});

async function waitersFor(tx: Tx): Promise<number> {
  const { rows } = await sql<{ waiters: number }>`
    select count(*) as waiters from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))`.execute(
    tx,
  );
  return rows[0]?.waiters ?? 0;
}

test('what changes no sum writes none', async () => {
  await insertCalls(db, own(0, 6));
  const versions = async () => {
    const { rows } = await sql<{ xmin: string }>`
      select xmin::text from call_totals union all select xmin::text from call_breakdowns`.execute(db);
    return rows.map(({ xmin }) => xmin).sort();
  };
  const before = await versions();
  expect(before.length).toBeGreaterThan(0);
  await db.updateTable('calls').set({ summary: 'A text.', status: 'ringing' }).execute();
  await db.updateTable('calls').set({ agent_id: 'agent_a' }).where('id', '=', 'nobody').execute();
  expect(await versions()).toEqual(before);
});

test('a call that changes hands within a day leaves the sums that it does not move unwritten', async () => {
  await insertCalls(db, ['call.a']);
  const written = async () => {
    const { rows } = await sql<{ dimension: string; value: string }>`
      select dimension, value from call_breakdowns where xmin = (
        select xmin from calls where id = 'call.a') order by dimension, value`.execute(db);
    return rows.map(({ dimension, value }) => `${dimension} ${value}`);
  };
  await db.updateTable('calls').set({ agent_id: 'agent_b' }).execute();
  expect(await written()).toEqual(['agent agent_a', 'agent agent_b']);
});
