import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Answer,
  type ApiRig,
  type CallOptions,
  draftCampaign,
  recordMessages,
  startApi,
} from '../support/api-rig.ts';
import { setLead } from '../support/api-rows.ts';

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

const add = (id: string, leads: unknown[]) =>
  api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
const list = (id: string, query = '') => api.call('GET', `/api/campaigns/${id}/leads${query}`);
const status = (id: string, set: 'running' | 'completed' | 'stopped') =>
  api.context.db.updateTable('campaigns').set({ status: set }).where('id', '=', id).execute();

const csv = (id: string, raw: string, options: Partial<CallOptions> = {}, query = '') =>
  api.call('POST', `/api/campaigns/${id}/leads/import${query}`, {
    raw,
    ...options,
    headers: { 'content-type': 'text/csv', ...options.headers },
  });

test('of leads as JSON the bad ones are named and the rest is kept', async () => {
  const id = await draft();
  const { status: code, body } = await add(id, [
    { phone: '+1 415 555 0117', name: 'Ada', variables: { plan: 'gold', seats: 3 } },
    { phone: '12' },
    'nonsense',
    { phone: '+14155550118', colour: 'red' },
    { phone: '+14155550117', name: null },
    { phone: '+442079460001', timeZone: 'Mars/Base', email: 'no' },
  ]);
  expect([code, body.accepted, body.duplicates]).toEqual([200, 1, 1]);
  expect(body.rejected.map(({ index }: { index: number }) => index)).toEqual([1, 2, 3, 5]);
  expect(body.rejected[3].message).toMatch(/email .*timeZone|timeZone .*email/);
  const { items } = (await list(id)).body;
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({
    phone: '+14155550117',
    name: 'Ada',
    variables: { plan: 'gold', seats: '3' },
  });
});

test('an ended campaign reopens with new leads, a stopped one takes none', async () => {
  const id = await draft();
  await status(id, 'completed');
  await add(id, [{ phone: 'x' }]);
  expect((await api.call('GET', `/api/campaigns/${id}`)).body.status).toBe('completed');
  await add(id, [{ phone: '+14155550117' }]);
  expect((await api.call('GET', `/api/campaigns/${id}`)).body.status).toBe('running');
  expect(received).toEqual(['campaignChanged']);
  await status(id, 'stopped');
  expect((await add(id, [{ phone: '+14155550118' }])).status).toBe(409);
  expect((await csv(id, 'phone\n+14155550118\n')).status).toBe(409);
});

test('leads are found by state, reach and text, whose wildcards are text', async () => {
  const id = await draft();
  await add(id, [
    { phone: '+14155550117', name: 'Ada 100%', email: 'ada@example.com' },
    { phone: '+14155550118', name: 'Bo' },
  ]);
  const [ada, bo] = (await list(id)).body.items;
  await setLead(api.context.db, bo.id, { state: 'backing_off', last_reach: 'busy' });
  const found = async (query: string) =>
    (await list(id, query)).body.items.map((lead: { id: string }) => lead.id);
  expect(await found('?state=waiting')).toEqual([ada.id]);
  expect(await found('?reach=busy')).toEqual([bo.id]);
  expect(await found('?q=EXAMPLE')).toEqual([ada.id]);
  expect(await found('?q=0118')).toEqual([bo.id]);
  expect(await found(`?q=${encodeURIComponent('100%')}`)).toEqual([ada.id]);
  expect(await found(`?q=${encodeURIComponent('_da')}`)).toEqual([]);
  expect(await found(`?q=${encodeURIComponent("' or 1=1 --")}`)).toEqual([]);
  expect((await list(id, '?q=%00')).status).toBe(422);
});

test('leads are found by what holds them and by what became of them, as the progress counts them', async () => {
  const id = await draft();
  await add(
    id,
    ['0', '1', '2', '3', '4', '5', '6'].map((digit) => ({ phone: `+1415555011${digit}` })),
  );
  const leads: { id: string; phone: string }[] = (await list(id)).body.items;
  const later = new Date(Date.now() + 3_600_000);
  const rows: Parameters<typeof setLead>[2][] = [
    { not_before: later },
    { not_before: later, hold_rule: 'window' },
    { not_before: later, hold_rule: 'retry', state: 'backing_off' },
    // What held it is over.
    { not_before: new Date(0), hold_rule: 'contact_day', state: 'backing_off' },
    { not_before: later, hold_rule: 'pace', state: 'queued' },
    { state: 'finished', outcome: 'opted_out', finished_at: later },
  ];
  for (const [index, row] of rows.entries()) await setLead(api.context.db, leads[index]?.id ?? '', row);
  const found = async (query: string) =>
    (await list(id, query)).body.items.map((lead: { id: string }) =>
      leads.findIndex((each) => each.id === lead.id),
    );
  expect(await found('?hold=window')).toEqual([0, 1]);
  expect(await found('?hold=retry')).toEqual([2]);
  expect(await found('?hold=contact_day')).toEqual([]);
  expect(await found('?hold=none')).toEqual([3, 6]);
  expect(await found('?hold=retry,none')).toEqual([2, 3, 6]);
  expect(await found('?state=queued')).toEqual([4]);
  expect(await found('?outcome=opted_out')).toEqual([5]);
  expect(await found('?outcome=answered,opted_out')).toEqual([5]);
  for (const query of ['?hold=whim', '?hold=', '?outcome=answered,whim']) {
    expect((await list(id, query)).status, query).toBe(422);
  }
  const { body } = await api.call('GET', `/api/campaigns/${id}/progress`);
  expect(body).toMatchObject({
    leads: { total: 7, waiting: 4, queued: 1, backingOff: 2, finished: 1 },
    outcomes: [{ outcome: 'opted_out', leads: 1 }],
    holds: [
      { reason: 'window', leads: 2 },
      { reason: 'retry', leads: 1 },
    ],
  });
});

test('a corrected lead has the zones of its new place, and is looked at again', async () => {
  const id = await draft();
  await add(id, [{ phone: '+14155550117', name: 'Ada', variables: { plan: 'gold' } }]);
  const [lead] = (await list(id)).body.items;
  const later = new Date(Date.now() + 3_600_000);
  await setLead(api.context.db, lead.id, { hold_rule: 'window', not_before: later });
  const patch = (body: unknown) => api.call('PATCH', `/api/leads/${lead.id}`, { body });
  const moved = await patch({ timeZone: 'america/new_york', email: null });
  expect(moved.body).toMatchObject({
    timeZone: 'America/New_York',
    zones: ['America/New_York'],
    name: 'Ada',
    holdRule: null,
  });
  expect(new Date(moved.body.notBefore).getTime()).toBeLessThan(later.getTime());
  expect(moved.body.variables).toEqual({ plan: 'gold' });
  expect((await patch({ timeZone: null, variables: {} })).body).toMatchObject({
    timeZone: null,
    variables: {},
    zones: lead.zones,
  });
  const bad = await patch({ timeZone: 'Mars/Base', email: 'no', phone: '+14155550118' });
  expect([bad.status, bad.body.errors]).toMatchObject([422, [{ path: 'phone' }]]);
  const worse = await patch({ timeZone: 'Mars/Base', email: 'no' });
  expect(worse.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['email', 'timeZone']);
  expect(
    (await api.call('PATCH', '/api/leads/019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f', { body: {} })).status,
  ).toBe(404);
});

test('why: draft, window, opt-out, and the end', async () => {
  const days = { mon: [], tue: [], wed: [], thu: [], fri: [['10:00', '11:00']], sat: [], sun: [] };
  api.setNow(new Date('2026-03-02T09:00:00Z'));
  const id = await draft({ window: { timeZone: 'UTC', days, holidays: 'US' } });
  await add(id, [{ phone: '+14155550117' }]);
  const [{ id: leadId }] = (await list(id)).body.items;
  const why = async (): Promise<Answer['body']> => (await api.call('GET', `/api/leads/${leadId}/why`)).body;
  expect(await why()).toMatchObject({
    state: 'waiting',
    nextAttemptAt: null,
    blockedBy: [
      { rule: 'campaign_running', until: null },
      { rule: 'window', until: '2026-03-06T10:00:00.000Z' },
    ],
  });
  await status(id, 'running');
  expect(await why()).toMatchObject({
    nextAttemptAt: '2026-03-06T10:00:00.000Z',
    blockedBy: [{ rule: 'window' }],
  });
  // Friday, 25 December, is a holiday.
  api.setNow(new Date('2026-12-24T12:00:00Z'));
  expect((await why()).nextAttemptAt).toBe('2027-01-08T10:00:00.000Z');
  await api.call('POST', '/api/opt-outs', { body: { phone: '+14155550117' } });
  expect(await why()).toMatchObject({
    nextAttemptAt: null,
    blockedBy: [{ rule: 'opt_out' }, { rule: 'window' }],
  });
  await setLead(api.context.db, leadId, { state: 'finished', outcome: 'opted_out', finished_at: new Date() });
  expect(await why()).toMatchObject({
    state: 'finished',
    nextAttemptAt: null,
    blockedBy: [{ rule: 'lead_open' }],
  });
});
