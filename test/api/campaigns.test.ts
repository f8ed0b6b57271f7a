import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WRONG_STATE } from '#workflows/messages.ts';
import {
  type ApiRig,
  actOn,
  draftCampaign,
  outboundNumber,
  recordingWorkflows,
  recordMessages,
  startApi,
} from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';

let api: ApiRig;
let received: string[];
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  received = recordMessages(api);
  api.phoneNumbers.splice(0, Infinity, outboundNumber('pn_in', false), outboundNumber('pn_out'));
});

const draft = (body?: Record<string, unknown>) => draftCampaign(api, body);
const act = (id: string, action: string, body?: unknown) => actOn(api, id, action, body);

test('lists come page by page, newest first, and lose archived campaigns', async () => {
  const ids = [await draft(), await draft(), await draft()];
  const first = await api.call('GET', '/api/campaigns?limit=2');
  expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
  const second = await api.call('GET', `/api/campaigns?limit=2&cursor=${first.body.nextCursor}`);
  expect(second.body.items[0].id).toBe(ids[0]);
  expect((await api.call('DELETE', `/api/campaigns/${ids[2]}`)).status).toBe(204);
  expect((await api.call('DELETE', `/api/campaigns/${ids[2]}`)).status).toBe(204);
  const after = await api.call('GET', '/api/campaigns?limit=1');
  expect(after.body.items[0].id).toBe(ids[1]);
  expect((await act(ids[2] ?? '', 'start')).status).toBe(409);
  expect((await api.call('PATCH', `/api/campaigns/${ids[2]}`, { body: { name: 'x' } })).status).toBe(409);
  for (const query of ['cursor=x', 'cursor=WyIxIl0', 'limit=0', 'limit=201', 'status=nope']) {
    expect((await api.call('GET', `/api/campaigns?${query}`)).status, query).toBe(422);
  }
});

test('an unknown campaign is 404 everywhere, and a broken id 422', async () => {
  const id = '019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f';
  for (const { method, path } of api.check.routes.filter((route) =>
    route.path.startsWith('/api/campaigns/{id}'),
  )) {
    const body =
      method === 'PATCH' ? {} : path.endsWith('/leads') && method === 'POST' ? { leads: [{}] } : undefined;
    const options = path.endsWith('/import')
      ? { raw: 'phone', headers: { 'content-type': 'text/csv' } }
      : { body };
    expect((await api.call(method, path.replace('{id}', id), options)).status, `${method} ${path}`).toBe(404);
    expect((await api.call(method, path.replace('{id}', 'x'), options)).status, `${method} ${path}`).toBe(
      422,
    );
  }
});

test('start chooses every number that can dial out, once', async () => {
  const id = await draft();
  const started = await act(id, 'start');
  expect(started.status).toBe(202);
  expect(started.body).toMatchObject({ status: 'running', phoneNumberIds: ['pn_out'] });
  expect(started.body.startedAt).not.toBeNull();
  expect(received).toEqual(['startCampaign']);
  const again = await act(id, 'start');
  expect([again.status, again.body.type]).toEqual([409, '/problems/wrong-state']);
  expect(again.body.detail).toContain('running');
});

test('start without any number to call from is refused, and changes nothing', async () => {
  api.phoneNumbers.splice(0, Infinity, outboundNumber('pn_in', false));
  const id = await draft();
  expect((await act(id, 'start')).status).toBe(409);
  expect((await api.call('GET', `/api/campaigns/${id}`)).body.status).toBe('draft');
  expect(received).toEqual([]);
});

test('a set time schedules, another one reschedules, a past one starts at once', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'] });
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const scheduled = await act(id, 'start', { at });
  expect(scheduled.body).toMatchObject({ status: 'scheduled', startAt: at, startedAt: null });
  const later = new Date(Date.now() + 7_200_000).toISOString();
  expect((await act(id, 'start', { at: later })).body).toMatchObject({ status: 'scheduled', startAt: later });
  expect((await act(id, 'pause')).body).toMatchObject({ status: 'paused', inFlight: 0 });
  expect((await act(id, 'resume')).body).toMatchObject({ status: 'scheduled', startAt: later });
  const now = await act(id, 'start', { at: '2020-01-01T00:00:00+02:00' });
  expect(now.body).toMatchObject({ status: 'running', startAt: null });
  expect((await act(await draft(), 'start', { at: '2100-01-01T00:00:00Z' })).status).toBe(422);
  expect((await act(await draft(), 'start', { at: 'tomorrow' })).status).toBe(422);
});

test('pause and resume and stop, each only where it is possible', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'] });
  for (const action of ['pause', 'resume', 'stop']) expect((await act(id, action)).status, action).toBe(409);
  await act(id, 'start');
  const paused = await act(id, 'pause');
  expect(paused.body).toMatchObject({ status: 'paused', inFlight: 0 });
  expect(paused.body.pausedAt).not.toBeNull();
  expect((await act(id, 'pause')).status).toBe(409);
  expect((await act(id, 'resume')).body).toMatchObject({ status: 'running', pausedAt: null });
  expect((await act(id, 'stop')).body).toMatchObject({ status: 'stopped', inFlight: 0 });
  expect((await act(id, 'start')).status).toBe(409);
  expect(received).toEqual(['startCampaign', 'pauseCampaign', 'resumeCampaign', 'stopCampaign']);
  const events = await api.context.db
    .selectFrom('events')
    .select('type')
    .where('campaign_id', '=', id)
    .orderBy('id')
    .execute();
  expect(events.map(({ type }) => type)).toEqual([
    'campaign.created',
    'campaign.started',
    'campaign.paused',
    'campaign.resumed',
    'campaign.stopped',
  ]);
});

test('of pauses at the same time one is made, the others are refused', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'] });
  await act(id, 'start');
  const answers = await Promise.all(Array.from({ length: 5 }, () => act(id, 'pause')));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
});

test('a workflow that refuses has not read the database: it does, and the change stands', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'] });
  await act(id, 'start');
  const refuses = async () => ({ kind: 'refused' as const, reason: `${WRONG_STATE}: it is winding up` });
  const control = recordingWorkflows({ pauseCampaign: refuses });
  api.workflows.current = control;
  const paused = await act(id, 'pause');
  expect([paused.status, paused.body.status]).toEqual([202, 'paused']);
  expect(control.received).toEqual(['campaignChanged']);
});

test('a missing workflow is started by what it should have been told', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'] });
  await act(id, 'start');
  const control = recordingWorkflows({ pauseCampaign: async () => ({ kind: 'absent' }) });
  api.workflows.current = control;
  expect((await act(id, 'pause')).status).toBe(202);
  expect(control.received).toEqual(['startCampaign']);
});

test('progress comes from the workflow, and from the database when that is silent', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'], settings: { lines: 4 } });
  await api.call('POST', `/api/campaigns/${id}/leads`, {
    body: { leads: [{ phone: '+14155550117' }, { phone: '+14155550118' }] },
  });
  await act(id, 'start');
  const later = new Date(Date.now() + 3_600_000);
  const held = { hold_rule: 'window' as const, not_before: later };
  await api.context.db.updateTable('leads').set(held).where('campaign_id', '=', id).execute();
  const silent = await api.call('GET', `/api/campaigns/${id}/progress`);
  expect(silent.body).toEqual({
    status: 'running',
    lines: { limit: 4, inUse: 0 },
    leads: { total: 2, waiting: 2, queued: 0, calling: 0, backingOff: 0, finished: 0 },
    outcomes: [],
    nextOpeningAt: later.toISOString(),
    holds: [{ reason: 'window', leads: 2 }],
    spend: { settledCents: 0, reservedCents: 0, expectedCallCents: 20, limitCents: null },
    live: false,
  });
  const progress = {
    status: 'stopping' as const,
    lines: { limit: 4, inUse: 2 },
    wantingLine: 0,
    nextOpeningAt: null,
  };
  api.workflows.current = recordingWorkflows({ progress: async () => ({ kind: 'done', value: progress }) });
  const live = await api.call('GET', `/api/campaigns/${id}/progress`);
  expect(live.body).toMatchObject({
    status: 'stopping',
    lines: { inUse: 2 },
    nextOpeningAt: null,
    live: true,
  });
  await act(id, 'pause');
  const paused = await api.call('GET', `/api/campaigns/${id}/progress`);
  expect(paused.body.holds[0]).toEqual({ reason: 'campaign_running', leads: 2 });
});

test('the list gives counts of leads and calls where they are asked for', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'] });
  const leads = ['+14155550117', '+14155550118', '+14155550119'].map((phone) => ({ phone }));
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
  const ofCampaign = async (query: string) => {
    const { status, body } = await api.call('GET', `/api/campaigns${query}`);
    expect(status).toBe(200);
    return body.items.find((item: { id: string }) => item.id === id);
  };
  expect((await ofCampaign('')).summary).toBeNull();
  const none = { calls: 0, answered: 0, conversions: 0, conversionRate: null, costCents: 0 };
  expect((await ofCampaign('?include=summary')).summary).toEqual({
    leads: { total: 3, finished: 0 },
    nextOpeningAt: null,
    ...none,
  });

  const stored = await api.context.db
    .selectFrom('leads')
    .select('id')
    .where('campaign_id', '=', id)
    .orderBy('phone')
    .execute();
  const [first = '', second = '', third = ''] = stored.map((lead) => lead.id);
  const { db } = api.context;
  await insertCall(db, first, { status: 'ended', reach: 'answered', converted: true, cost_cents: 12.5 });
  await insertCall(db, second, { status: 'ended', reach: 'answered', cost_cents: 2.5 });
  await insertCall(db, second, { attempt: 2, status: 'ended', reach: 'busy' });
  await setLead(db, first, { state: 'finished', outcome: 'converted', finished_at: new Date() });
  await setLead(db, second, { state: 'backing_off' });
  const later = new Date(Date.now() + 3_600_000);
  await setLead(db, third, { not_before: later });
  expect((await ofCampaign('?include=summary&status=draft')).summary).toEqual({
    leads: { total: 3, finished: 1 },
    nextOpeningAt: later.toISOString(),
    calls: 3,
    answered: 2,
    conversions: 1,
    conversionRate: 0.5,
    costCents: 15,
  });
  expect((await api.call('GET', '/api/campaigns?include=everything')).status).toBe(422);
});
