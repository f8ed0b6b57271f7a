import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/**
 * A fresh database with the current schema, cloned from the template that the global setup made; one per test
 * file, dropped in its `afterAll`. Throws outside `npm test`, which starts the server.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = inject('templateDatabase');
  const adminUrl = process.env.TEST_DATABASE_URL;
  if (!adminUrl || template === null)
    throw new Error('There is no test database: run the tests with "npm test".');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAs(adminUrl, `create database ${name} template ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runAs(adminUrl, `drop database if exists ${name} with (force)`) };
}

async function runAs(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
