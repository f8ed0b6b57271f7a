import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const databases: TestDatabase[] = [];

afterAll(async () => {
  for (const database of databases) await database.drop();
});

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

describe('createTestDatabase', () => {
  it('gives each its own copy of the current schema, and none when dropped', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    databases.push(one, two);
    expect(one.url).not.toBe(two.url);
    expect(await tablesOf(one.url)).toEqual(expect.arrayContaining(['campaigns', 'leads', 'calls']));
    await one.drop();
    await expect(tablesOf(one.url)).rejects.toThrow(/does not exist/);
    expect(await tablesOf(two.url)).toContain('campaigns');
  });
});
