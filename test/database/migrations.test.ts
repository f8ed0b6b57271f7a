import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Db, openDatabase } from '#db/client.ts';
import { migrateToLatest, migrations } from '#db/migrate.ts';
import { compareTotals } from '#db/queries/totals.ts';
import type { CallTotalsTable } from '#db/schema/calls.ts';
import { REACHES } from '#domain/call.ts';
import { between, pick, seededRandom } from '#simulator/random.ts';

const NAMES = Object.keys(migrations);

const opened: { name: string; db: Db }[] = [];

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL ?? '' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A database with nothing in it. */
async function emptyDatabase(): Promise<{ url: string; db: Db }> {
  const name = `migrations_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name}`);
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const db = openDatabase(url.href, { maxConnections: 4 });
  opened.push({ name, db });
  return { url: url.href, db };
}

afterEach(async () => {
  for (const { name, db } of opened.splice(0)) {
    await db.destroy();
    await asAdmin(`drop database ${name} with (force)`);
  }
});

function migratorOf(db: Db): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}

/** Everything that the migrations made, by name and definition. */
async function schemaOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
      from information_schema.columns where table_schema = 'public'
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select format('%s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
    order by 1`.execute(db);
  return rows.map(({ line }) => line);
}

async function appliedTo(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

describe('the list', () => {
  test('is in the order of its names, each dated', () => {
    expect(NAMES).toEqual(NAMES.toSorted());
    for (const name of NAMES) expect(name).toMatch(/^\d{8}_[a-z_]+$/);
  });
});

describe('from an empty database', () => {
  test('all at once, and once more without effect', async () => {
    const { url, db } = await emptyDatabase();
    await migrateToLatest(url);
    expect(await appliedTo(db)).toEqual(NAMES);
    const schema = await schemaOf(db);
    expect(schema.join('\n')).toContain('calls_keep_totals');
    await migrateToLatest(url);
    expect(await schemaOf(db)).toEqual(schema);
  });

  test('by several processes that start at once', async () => {
    const { url, db } = await emptyDatabase();
    await Promise.all([migrateToLatest(url), migrateToLatest(url), migrateToLatest(url)]);
    expect(await appliedTo(db)).toEqual(NAMES);
    const { workspaces } = await db
      .selectFrom('workspace')
      .select((eb) => eb.fn.countAll<number>().as('workspaces'))
      .executeTakeFirstOrThrow();
    expect(workspaces).toBe(1);
  });
});

describe('from the one before', () => {
  let fresh: string[];

  beforeAll(async () => {
    const { url, db } = await emptyDatabase();
    await migrateToLatest(url);
    fresh = await schemaOf(db);
  });

  test.for(NAMES.map((name, index) => [name, index] as const))('%s', async ([name, index]) => {
    const { url, db } = await emptyDatabase();
    const migrator = migratorOf(db);
    const before = NAMES[index - 1];
    if (before !== undefined) expect((await migrator.migrateTo(before)).error).toBeUndefined();
    const { error, results } = await migrator.migrateTo(name);
    expect(error).toBeUndefined();
    expect(results).toMatchObject([{ migrationName: name, status: 'Success' }]);
    await migrateToLatest(url);
    expect(await schemaOf(db)).toEqual(fresh);
  });
});

describe('the totals that a trigger keeps', () => {
  const CAMPAIGNS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
  const DAYS = ['2026-03-28', '2026-03-29'];
  const VERDICTS = ['success', 'failure', 'unknown', null] as const;

  async function twoCampaigns(migration = NAMES.at(-1) ?? ''): Promise<Db> {
    const { db } = await emptyDatabase();
    expect((await migratorOf(db).migrateTo(migration)).error).toBeUndefined();
    const values = CAMPAIGNS.map((id) => ({
      id,
      name: 'Totals',
      agent_id: 'agent',
      phone_number_ids: ['number'],
      settings_version: 1,
    }));
    await db.insertInto('campaigns').values(values).execute();
    await db.insertInto('contacts').values({ phone: '+12125550100' }).execute();
    return db;
  }

  /** Everything about a call that is summed up, at random. */
  function anyCall(random: () => number) {
    const ended = random() < 0.7;
    return {
      campaign_id: pick(random, [...CAMPAIGNS, null]),
      day: pick(random, DAYS),
      status: ended ? ('ended' as const) : ('ringing' as const),
      reach: ended ? pick(random, REACHES) : null,
      verdict: pick(random, VERDICTS),
      converted: random() < 0.3,
      talk_seconds: random() < 0.5 ? between(random, 0, 600) : null,
      cost_cents: random() < 0.5 ? between(random, 0, 9_999) / 100 : null,
      phone_number_id: pick(random, ['phnum_a', 'phnum_b', null]),
      summary: random() < 0.5 ? 'a text' : null,
    };
  }

  async function changeAtRandom(db: Db, seed: number, steps: number, name = 'call'): Promise<void> {
    const random = seededRandom('totals', seed);
    let calls = 0;
    for (let step = 0; step < steps; step += 1) {
      if (calls === 0 || random() < 0.4) {
        calls += 1;
        const attempt = { id: `${name}.${calls}`, attempt: calls, phone: '+12125550100', agent_id: 'agent' };
        const times = { started_at: new Date(), deadline_at: new Date() };
        await db
          .insertInto('calls')
          .values({ ...attempt, ...times, ...anyCall(random) })
          .execute();
      } else {
        const id = `${name}.${between(random, 1, calls)}`;
        const { status, reach, ...others } = anyCall(random);
        // One thing at a time, lest a change that the trigger misses hides behind one that it sees.
        const changes = [
          { status, reach },
          ...Object.entries(others).map((one) => Object.fromEntries([one])),
        ];
        await db.updateTable('calls').set(pick(random, changes)).where('id', '=', id).execute();
      }
    }
  }

  const counted = sql<CallTotalsTable>`
    select campaign_id, day, count(*) as calls,
      count(*) filter (where reach = 'answered') as answered,
      count(*) filter (where reach = 'voicemail') as voicemail,
      count(*) filter (where reach = 'no_answer') as no_answer,
      count(*) filter (where reach = 'busy') as busy,
      count(*) filter (where reach = 'failed') as failed,
      count(*) filter (where reach = 'not_placed') as not_placed,
      count(*) filter (where reach = 'unknown') as unknown,
      count(*) filter (where verdict = 'success') as success,
      count(*) filter (where verdict = 'failure') as failure,
      count(*) filter (where verdict = 'unknown') as verdict_unknown,
      count(*) filter (where converted) as conversions,
      count(talk_seconds) as talks,
      coalesce(sum(talk_seconds), 0) as talk_seconds,
      coalesce(sum(cost_cents), 0) as cost_cents
    from calls where campaign_id is not null group by campaign_id, day order by campaign_id, day`;

  async function keptBy(db: Db): Promise<CallTotalsTable[]> {
    return await db
      .selectFrom('call_totals')
      .selectAll()
      .where('calls', '>', 0)
      .orderBy('campaign_id')
      .orderBy('day')
      .execute();
  }

  test('equal a full count, whatever is inserted and changed', async () => {
    const seed = Math.floor(Math.random() * 1_000_000);
    console.info(`seed ${seed}`);
    const db = await twoCampaigns();
    await changeAtRandom(db, seed, 400);
    const { rows } = await counted.execute(db);
    expect(rows).toHaveLength(CAMPAIGNS.length * DAYS.length);
    expect(await keptBy(db)).toEqual(rows);
    // What has left a day leaves nothing there.
    await db.updateTable('calls').set({ campaign_id: null }).execute();
    expect(await keptBy(db)).toEqual([]);
    const left = await db.selectFrom('call_totals').selectAll().execute();
    for (const { campaign_id: _of, day: _on, ...sums } of left) {
      expect(new Set(Object.values(sums))).toEqual(new Set([0]));
    }
  });

  test('are counted anew where a migration adds to them', async () => {
    const db = await twoCampaigns('20261129_call_events');
    await changeAtRandom(db, 1, 100);
    expect((await migratorOf(db).migrateToLatest()).error).toBeUndefined();
    expect(await compareTotals(db)).toEqual([]);
    await changeAtRandom(db, 2, 100, 'later');
    expect(await compareTotals(db)).toEqual([]);
    const numbers = db.selectFrom('call_breakdowns').select('value').where('dimension', '=', 'number');
    expect(await numbers.distinct().orderBy('value').execute()).toEqual([
      { value: 'phnum_a' },
      { value: 'phnum_b' },
    ]);
  });

  test('differ from it without the trigger', async () => {
    const db = await twoCampaigns();
    await sql`alter table calls disable trigger user`.execute(db);
    await changeAtRandom(db, 1, 20);
    const { rows } = await counted.execute(db);
    expect(await keptBy(db)).not.toEqual(rows);
  });
});
