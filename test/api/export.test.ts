import { get } from 'node:http';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LeadInput } from '#domain/lead-row.ts';
import { hashApiKey } from '#services/access/keys.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

const PEOPLE: (LeadInput & { phone: string })[] = [
  { phone: '+14155550117', name: '=HYPERLINK("http://x.invalid","click")', company: '@Acme, Inc.' },
  { phone: '+442079460123', name: '-Ada "the" Countess', variables: { plan: '+44 20', note: "'=quoted" } },
  { phone: '+61491570156', name: "'t Hooft", consent: 'said yes;\n=cmd', variables: { plan: 'gold' } },
  { phone: '+447700900123', name: '@', email: 'ada@example.com', variables: { '=header': '1' } },
];

let api: ApiRig;
let campaignId: string;

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  campaignId = await campaignWith(PEOPLE);
});
afterAll(() => api.stop());

async function campaignWith(leads: readonly LeadInput[]): Promise<string> {
  const { id } = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body;
  if (leads.length > 0) await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
  return id;
}

const leadsOf = async (id: string) => (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items;

test('fault 17: no cell of an exported list is a formula, and its numbers are as they were', async () => {
  const { body, headers } = await api.call('GET', `/api/campaigns/${campaignId}/export.csv?what=leads`);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="leads-${campaignId}.csv"`);
  expect(body).toContain('"\'=HYPERLINK(""http://x.invalid"",""click"")"');
  const [header, ...lines] = body.trimEnd().split(/\n(?!=cmd)/);
  expect(header).toMatch(/^phone,name,email,company,.*,ringleader_id,.*,'=header,note,plan$/);
  expect(lines.map((line: string) => line.split(',')[0])).toEqual(PEOPLE.map(({ phone }) => phone));
  for (const cell of body.split(/[,\n]/)) {
    if (!/^\+\d+$/.test(cell) && cell !== '=cmd"') expect(cell).not.toMatch(/^"?[=+\-@]/);
  }
});

test('an exported list is imported as it was: numbers, names, variables', async () => {
  const { body: csv } = await api.call('GET', `/api/campaigns/${campaignId}/export.csv?what=leads`);
  const copyId = await campaignWith([]);
  const imported = await api.call('POST', `/api/campaigns/${copyId}/leads/import`, {
    raw: csv,
    headers: { 'content-type': 'text/csv' },
  });
  expect(imported.body).toMatchObject({ accepted: PEOPLE.length, rejected: 0, errors: [] });
  const own = ({ phone, name, email, company, consent, variables }: Record<string, unknown>) => {
    return { phone, name, email, company, consent, variables };
  };
  expect((await leadsOf(copyId)).map(own)).toEqual((await leadsOf(campaignId)).map(own));
});

test('calls are exported as CSV and as NDJSON, oldest first', async () => {
  const { db } = api.context;
  const leads = await leadsOf(campaignId);
  const startedAt = new Date('2026-03-02T17:00:00Z');
  for (const [index, { id }] of leads.entries()) {
    await insertCall(db, id, {
      started_at: new Date(startedAt.getTime() - index * 60_000),
      status: 'ended',
      reach: 'answered',
      summary: index === 0 ? '=1+1' : '- wants a demo',
    });
  }
  const csv = (await api.call('GET', `/api/campaigns/${campaignId}/export.csv?what=calls`)).body;
  const [header, ...lines] = csv.trimEnd().split('\n');
  expect(header).toMatch(/^id,lead_id,phone,name,/);
  const oldestFirst = leads.map(({ phone }: { phone: string }) => phone).reverse();
  expect(lines.map((line: string) => line.split(',')[2])).toEqual(oldestFirst);
  expect(lines.at(-1)).toContain(",'=1+1,");
  // The name of whoever was called, and no formula either.
  const [named, quoted] = [lines.at(-1), lines.at(-2)];
  expect(named).toContain(`,+14155550117,"'=HYPERLINK(""http://x.invalid"",""click"")",`);
  expect(quoted).toContain(`,+442079460123,"'-Ada ""the"" Countess",`);
  const ndjson = (await api.call('GET', `/api/campaigns/${campaignId}/export.ndjson?what=calls`)).body;
  const calls = ndjson.trimEnd().split('\n').map(JSON.parse);
  expect(calls.map(({ to }: { to: string }) => to)).toEqual(oldestFirst);
  expect(calls.at(-1).summary).toBe('=1+1');
});

test('a list longer than a page is whole, and stops being read when the reader goes', async () => {
  const { db } = api.context;
  const bigId = await campaignWith([]);
  const rows = 12_500;
  await sql`insert into contacts (phone)
    select '+1415' || (5000000 + n) from generate_series(1, ${rows}::int) as n`.execute(db);
  await sql`insert into leads (id, campaign_id, phone, zones, variables)
    select gen_random_uuid(), ${bigId}, '+1415' || (5000000 + n), '{}', jsonb_build_object('pad', repeat('x', 2000))
    from generate_series(1, ${rows}::int) as n`.execute(db);
  const path = `/api/campaigns/${bigId}/export.ndjson?what=leads`;
  const pagesOfAll = await countPages(async () => {
    const whole = (await api.call('GET', path)).body as string;
    const phones = whole
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).phone);
    expect(new Set(phones).size).toBe(rows);
  });
  expect(pagesOfAll).toBe(Math.ceil(rows / 1_000));
  expect(await countPages(() => readAndGo(path))).toBeLessThan(pagesOfAll);
});

/** How many pages of leads are read from the database meanwhile. */
async function countPages(work: () => Promise<void>): Promise<number> {
  const executor = api.context.db.getExecutor();
  const { executeQuery } = executor;
  let pages = 0;
  const counting = vi.spyOn(Object.getPrototypeOf(executor), 'executeQuery').mockImplementation(function (
    this: unknown,
    ...args: unknown[]
  ) {
    if (/from "leads".*order by "id" limit/.test((args[0] as { sql: string }).sql)) pages += 1;
    return Reflect.apply(executeQuery, this, args);
  });
  try {
    await work();
    return pages;
  } finally {
    counting.mockRestore();
  }
}

/** Goes away after the first piece of an answer. */
async function readAndGo(path: string): Promise<void> {
  const key = 'key-of-the-export-test';
  await api.context.db
    .insertInto('api_keys')
    .values({ id: uuid(), name: 'export', role: 'viewer', key_hash: hashApiKey(key) })
    .execute();
  await new Promise<void>((resolve, reject) => {
    const request = get(api.url + path, { headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.once('data', () => request.destroy());
      response.once('close', resolve);
      response.on('error', () => {});
    });
    request.on('error', reject);
  });
  // What the export had still begun is over when these are answered.
  for (let nth = 0; nth < 5; nth += 1) await api.call('GET', `/api/campaigns/${campaignId}`);
}

test('an unknown campaign is 404, and a wish for something else 422', async () => {
  expect((await api.call('GET', `/api/campaigns/${campaignId}/export.csv?what=keys`)).status).toBe(422);
  expect((await api.call('GET', `/api/campaigns/${campaignId}/export.csv`)).status).toBe(200);
  const nobody = '019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f';
  expect((await api.call('GET', `/api/campaigns/${nobody}/export.ndjson?what=leads`)).status).toBe(404);
});
