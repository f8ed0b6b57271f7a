import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type ApiRig,
  type CallOptions,
  draftCampaign,
  recordMessages,
  startApi,
} from '../support/api-rig.ts';

let api: ApiRig;
let received: string[];
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  received = recordMessages(api);
});

const draft = (settings: Record<string, unknown> = {}) =>
  draftCampaign(api, { phoneNumberIds: ['pn_1'], settings });

const list = (id: string, query = '') => api.call('GET', `/api/campaigns/${id}/leads${query}`);
const status = (id: string, set: 'running' | 'completed' | 'stopped') =>
  api.context.db.updateTable('campaigns').set({ status: set }).where('id', '=', id).execute();

const csv = (id: string, raw: string, options: Partial<CallOptions> = {}, query = '') =>
  api.call('POST', `/api/campaigns/${id}/leads/import${query}`, {
    raw,
    ...options,
    headers: { 'content-type': 'text/csv', ...options.headers },
  });

function form(...parts: [name: string, content: string][]): CallOptions {
  const data = new FormData();
  for (const [name, content] of parts) {
    if (name === 'mapping') data.append(name, content);
    else data.append(name, new Blob([content], { type: 'text/csv' }), 'leads.csv');
  }
  return { raw: data };
}

/** Distinct numbers below the area code 555, which belongs to nobody. */
const phones = (count: number) =>
  Array.from({ length: count }, (_, index) => `+15552${String(index).padStart(6, '0')}`);

test('a list of CSV keeps its good rows, and tells of the others by row and column', async () => {
  const id = await draft();
  const { body } = await csv(
    id,
    '\uFEFFPhone;Name;City\r\n+14155550117;"Ada; the first";SF\r\nx;Bad;LA\r\n+14155550117;Again;LA\r\n\r\n+14155550119;Cy;LA\r\n',
  );
  expect(body).toMatchObject({ rows: 4, accepted: 2, duplicates: 1, rejected: 1 });
  expect(body.errors).toMatchObject([
    { row: 2, line: 3, column: 'Phone' },
    { row: 3, line: 4, column: 'phone' },
  ]);
  const again = await csv(id, 'phone\n\n+14155550119\n+14155550120\n');
  expect(again.body).toMatchObject({ rows: 2, accepted: 1, duplicates: 1, rejected: 0 });
  expect(again.body.errors).toMatchObject([{ row: 1, line: 3 }]);
  const { items } = (await list(id)).body;
  expect(items.map(({ variables }: { variables: object }) => variables)).toEqual([
    { City: 'SF' },
    { City: 'LA' },
    {},
  ]);
});

test('what a header would be taken for is told before anything is imported', async () => {
  const read = async (body: object) => (await api.call('POST', '/api/leads/columns', { body })).body;
  expect(await read({ headers: ['Mobile', 'State', 'Plan'] })).toEqual({
    columns: [
      { header: 'Mobile', field: 'phone' },
      { header: 'State', field: 'region' },
      { header: 'Plan', field: 'variable' },
    ],
    problems: [],
  });
  const mapped = await read({ headers: ['Mobile', 'State'], mapping: { State: 'variable' } });
  expect(mapped.columns[1]).toEqual({ header: 'State', field: 'variable' });
  const useless = await read({ headers: ['Plan', 'plan'] });
  expect(useless.columns).toEqual([]);
  expect(useless.problems).toHaveLength(2);
  expect((await api.call('POST', '/api/leads/columns', { body: { headers: [] } })).status).toBe(422);
});

test('a form brings the file, and a mapping before it', async () => {
  const id = await draft();
  const import_ = (options: CallOptions) => api.call('POST', `/api/campaigns/${id}/leads/import`, options);
  const file: [string, string] = ['file', 'Handy,Wer\n+14155550117,Ada\n'];
  const mapped = await import_(form(['mapping', '{"Handy":"phone","Wer":"name"}'], ['other', 'x'], file));
  expect(mapped.body).toMatchObject({ rows: 1, accepted: 1 });
  expect((await list(id)).body.items[0].name).toBe('Ada');
  const late = await import_(form(['file', 'phone\n+14155550118\n'], ['mapping', '{}']));
  expect([late.status, late.body.errors[0].path]).toEqual([422, 'mapping']);
  const none = await import_(form(['other', 'phone\n']));
  expect([none.status, none.body.errors[0].path]).toEqual([422, 'file']);
  const bad = await import_(form(['mapping', '{"Handy"'], file));
  expect([bad.status, bad.body.errors[0].path]).toEqual([422, 'mapping']);
  const broken = await import_({
    raw: '--x\r\nnonsense',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  expect([400, 422]).toContain(broken.status);
  expect((await import_({ raw: 'x', headers: { 'content-type': 'multipart/form-data' } })).status).toBe(400);
  expect((await import_({ raw: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(415);
});

test('only a header that cannot be used fails an import as a whole, with every problem', async () => {
  const id = await draft();
  const { status: code, body } = await csv(
    id,
    'a,a\n1,2\n',
    {},
    `?mapping=${encodeURIComponent('{"b":"phone","a":"nope"}')}`,
  );
  expect(code).toBe(422);
  expect(body.errors.length).toBeGreaterThanOrEqual(3);
  expect((await csv(id, '')).status).toBe(422);
});

test('an import larger than a batch is added whole, and announced once', async () => {
  const id = await draft();
  await status(id, 'running');
  const all = phones(2_500);
  const { body } = await csv(id, `phone\n${all.join('\n')}\n`);
  expect(body).toMatchObject({ rows: 2_500, rejected: 0, duplicates: 0, accepted: 2_500 });
  expect(received).toEqual(['campaignChanged']);
  const first = await list(id, '?limit=200');
  expect(first.body.items.map(({ phone }: { phone: string }) => phone)).toEqual(all.slice(0, 200));
});

test('imports of the same people at the same time add each once', async () => {
  const id = await draft();
  await status(id, 'running');
  const body = `phone\n${phones(1_500).join('\n')}\n`;
  const reports = await Promise.all([csv(id, body), csv(id, body), csv(id, body)]);
  const sum = (key: string) => reports.reduce((total, report) => total + report.body[key], 0);
  expect([sum('accepted'), sum('duplicates')]).toEqual([1_500, 3_000]);
});
