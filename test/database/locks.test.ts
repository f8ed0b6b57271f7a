import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, inTransaction, openDatabase, type Tx } from '#db/client.ts';
import { lockContact } from '#db/queries/locks.ts';
import { createTestDatabase } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: 10 });
});

afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

/** How many transactions were in the held part at once, at the most, of ten that began together. */
async function mostAtOnce(hold: (tx: Tx) => Promise<void>): Promise<number> {
  let inside = 0;
  let most = 0;
  const work = async (tx: Tx) => {
    await hold(tx);
    inside += 1;
    most = Math.max(most, inside);
    // Another transaction would come in during one of these.
    for (let turn = 0; turn < 5; turn += 1) await sql`select 1`.execute(tx);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 10 }, () => inTransaction(db, work)));
  return most;
}

test('a contact is held by one transaction at a time, whether or not it was known before', async () => {
  const phone = '+12015550110';
  expect(await mostAtOnce((tx) => lockContact(tx, phone))).toBe(1);
  expect(await mostAtOnce((tx) => lockContact(tx, phone))).toBe(1);
  // Without a lock they meet: the count above can tell.
  expect(await mostAtOnce(async () => {})).toBeGreaterThan(1);
});

test('a contact is held although whoever inserted it first has undone that', async () => {
  const phone = '+12015550111';
  const undone = inTransaction(db, async (tx) => {
    await lockContact(tx, phone);
    throw new Error('undone');
  });
  const others = mostAtOnce((tx) => lockContact(tx, phone));
  await expect(undone).rejects.toThrow('undone');
  expect(await others).toBe(1);
  const rows = await db.selectFrom('contacts').select('phone').where('phone', '=', phone).execute();
  expect(rows).toEqual([{ phone }]);
});
