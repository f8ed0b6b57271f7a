import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fillDatabase, idOf } from '#bench/shared/filled.ts';
import { type InProcessApi, startInProcess } from '#bench/shared/in-process.ts';
import { type ListRequest, listRequests } from '#bench/shared/lists.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

/** Enough rows that reading a whole table is never the cheapest way to a page of it. */
const CALLS = 20_000;
/** Of one kind of request; more of them differ in their ids only. */
const MOST_PATHS = 8;
/** For a machine that is busy with other tests. */
const PATIENCE_MS = 180_000;
/** Tables that grow with every call, and must never be read from end to end for a page. */
const GROWING: ReadonlySet<string> = new Set([
  'calls',
  'call_details',
  'contacts',
  'decisions',
  'deliveries',
  'events',
  'follow_ups',
  'leads',
  'messages',
  'opt_outs',
]);

/** More of them than the calls have brought: whole lists are imported. */
const MANY_OPT_OUTS = `
  insert into contacts (phone) select '+1777' || (5000000 + n) from generate_series(1, 30000) as n;
  insert into opt_outs (phone, reason, source) select phone, 'x', 'api' from contacts where phone like '+1777%';
  analyze contacts, opt_outs`;

interface Statement {
  text: string;
  values: unknown[];
  /** What its transaction set before it. */
  settings: string[];
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

let database: TestDatabase;
let client: pg.Client;
let api: InProcessApi;
let requests: ListRequest[];

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await fillDatabase(client, database.url, CALLS);
  await client.query(MANY_OPT_OUTS);
  api = await startInProcess(database.url);
  requests = await listRequests(api, CALLS);
}, PATIENCE_MS);

afterAll(async () => {
  await api?.stop();
  await client?.end();
  await database?.drop();
});

/** What the product sends to the database while `work` runs, with the values that it sends. */
async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  const settings = new Map<unknown, string[]>();
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    for (const [index, call] of query.mock.calls.entries()) {
      const [text, values] = call as unknown as [unknown, unknown];
      const connection = query.mock.contexts[index];
      if (typeof text !== 'string') continue;
      if (/^(begin|start|commit|rollback)/i.test(text)) settings.delete(connection);
      const before = settings.get(connection) ?? [];
      if (text.startsWith('set local')) settings.set(connection, [...before, text]);
      if (!/^\s*(select|with|\()/i.test(text)) continue;
      sent.push({ text, values: Array.isArray(values) ? values : [], settings: before });
    }
  } finally {
    query.mockRestore();
  }
  return sent;
}

/** The growing tables that the plan of a statement reads from end to end. */
async function tablesScanned({ text, values, settings }: Statement): Promise<string[]> {
  await client.query(['begin', ...settings].join('; '));
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (format json) ${text}`,
    values,
  );
  await client.query('rollback');
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (plan === undefined) throw new Error('There is no plan.');
  const scans: string[] = [];
  const visit = (node: PlanNode) => {
    const table = node['Relation Name'];
    if (node['Node Type'] === 'Seq Scan' && table !== undefined && GROWING.has(table)) scans.push(table);
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(plan);
  return scans;
}

test('no list and no sum reads a whole table', { timeout: PATIENCE_MS }, async () => {
  const found: string[] = [];
  const explained = new Set<string>();
  for (const { name, paths } of requests) {
    for (const path of paths.slice(0, MOST_PATHS)) {
      const statements = await statementsOf(() => api.read(path));
      // Whoever asks is looked up in the database too: an answer without a statement was not watched.
      expect(statements.length, path).toBeGreaterThan(0);
      for (const statement of statements) {
        const key = JSON.stringify(statement);
        if (explained.has(key)) continue;
        explained.add(key);
        const tables = await tablesScanned(statement);
        if (tables.length > 0) found.push(`${name}: ${path} scans ${tables.join(', ')}: ${statement.text}`);
      }
    }
  }
  expect(found).toEqual([]);
  expect(explained.size).toBeGreaterThan(requests.length);
});

test('what has no index is seen, also within a plan', async () => {
  const scannedBy = (text: string) => tablesScanned({ text, values: ['%x%'], settings: [] });
  expect(await scannedBy('select id from calls where notes like $1 order by notes limit 50')).toEqual([
    'calls',
  ]);
  const nested = 'select id from campaigns where exists (select from leads where postal_code like $1)';
  expect(await scannedBy(nested)).toEqual(['leads']);
});

test.for([
  ['one', 'Ada Barbarton'],
  ['few', 'hugo'],
  ['more than are looked up one by one', '999'],
  ['nobody', 'zzyzx'],
  ['whose name has a word that begins so', 'da'],
] as const)('a search finds the same as reading every row: %s', async ([, q]) => {
  const pattern = q.length > 2 ? `%${q}%` : `${q}%`;
  const { rows: leads } = await client.query<{ id: string }>(
    `select id from leads where campaign_id = $1 and (name ilike $2 or email ilike $2 or phone like $2)
     order by id limit 200`,
    [idOf.campaign(0), pattern],
  );
  const { rows: calls } = await client.query<{ id: string }>(
    `select calls.id from calls left join leads on leads.id = lead_id
     where leads.name ilike $1 or calls.phone like $1 order by started_at desc, calls.id desc limit 200`,
    [pattern],
  );
  const found = async (path: string) => {
    const { items } = (await api.read(`${path}?limit=200&q=${q}`)) as { items: { id: string }[] };
    return items.map(({ id }) => id);
  };
  expect(await found(`/api/campaigns/${idOf.campaign(0)}/leads`)).toEqual(leads.map(({ id }) => id));
  expect(await found('/api/calls')).toEqual(calls.map(({ id }) => id));
  // Who is sought for must be there, or the two would agree on nothing.
  expect(calls.length > 0).toBe(q !== 'zzyzx');
});
