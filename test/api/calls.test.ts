import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';

let api: ApiRig;
let campaignId: string;
let leads: { id: string; phone: string }[];

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  campaignId = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body.id;
  const people = ['Ada', 'Bo', 'Cy'].map((name, index) => ({ name, phone: `+1415555010${index}` }));
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads: people } });
  leads = (await api.call('GET', `/api/campaigns/${campaignId}/leads`)).body.items;
});
afterAll(() => api.stop());

function lead(index: number) {
  const found = leads[index];
  if (found === undefined) throw new Error(`There is no lead ${index}.`);
  return found;
}

const ids = async (path: string): Promise<string[]> =>
  (await api.call('GET', path)).body.items.map(({ id }: { id: string }) => id);

test('calls are listed by campaign, status, time and text, page by page', async () => {
  const at = (day: number) => new Date(Date.UTC(2026, 2, day, 17));
  const { db } = api.context;
  const ended = { status: 'ended', reach: 'answered', ended_at: at(2) } as const;
  const first = await insertCall(db, lead(0).id, { started_at: at(2), ...ended, conversation_id: 'conv_a' });
  const second = await insertCall(db, lead(1).id, { started_at: at(3), ...ended, call_sid: 'CA_b' });
  const live = await insertCall(db, lead(2).id, { started_at: at(4), status: 'in_progress' });
  expect(await ids(`/api/campaigns/${campaignId}/calls`)).toEqual([live, second, first]);
  expect(await ids('/api/calls?status=ended')).toEqual([second, first]);
  expect(await ids('/api/calls/live')).toEqual([live]);
  expect(await ids(`/api/calls?from=${at(3).toISOString()}&to=${at(4).toISOString()}`)).toEqual([second]);
  expect(await ids('/api/calls?q=conv_a')).toEqual([first]);
  expect(await ids('/api/calls?q=CA_b')).toEqual([second]);
  expect(await ids('/api/calls?q=cy')).toEqual([live]);
  expect(await ids('/api/calls?q=0100')).toEqual([first]);
  expect(await ids('/api/calls?attribution=unattributed')).toEqual([]);
  const page = await api.call('GET', '/api/calls?limit=2');
  expect(await ids(`/api/calls?limit=2&cursor=${page.body.nextCursor}`)).toEqual([first]);
  for (const query of ['from=yesterday', 'status=gone', 'attribution=x', 'cursor=zz']) {
    expect((await api.call('GET', `/api/calls?${query}`)).status, query).toBe(422);
  }
});

test('an unknown call is 404, and one that needs a person says so', async () => {
  expect((await api.call('GET', '/api/calls/nobody.1')).status).toBe(404);
  const id = await insertCall(api.context.db, lead(0).id, { attempt: 2, status: 'ended', reach: 'unknown' });
  await api.context.db
    .insertInto('attention')
    .values({ kind: 'unknown_call', subject: id, detail: 'x' })
    .execute();
  expect((await api.call('GET', `/api/calls/${id}`)).body).toMatchObject({
    reach: 'unknown',
    needsAttention: true,
  });
});

test("a person's word on a call changes its score, its lead and the figures, and is audited", async () => {
  const { db } = api.context;
  const id = await insertCall(db, lead(1).id, {
    attempt: 2,
    status: 'ended',
    reach: 'answered',
    talk_seconds: 120,
  });
  await setLead(db, lead(1).id, { state: 'finished', outcome: 'answered', finished_at: new Date() });
  const mark = (body: unknown) => api.call('PATCH', `/api/calls/${id}`, { body });
  const marked = await mark({ converted: true, notes: 'Signed.' });
  expect(marked.body).toMatchObject({
    converted: true,
    convertedBy: 'person',
    disposition: 'converted',
    notes: 'Signed.',
  });
  expect(marked.body.conversionReason.rule).toBe('manual');
  expect(marked.body.score).toBe(15 + 20 + 30);
  const readLead = async () => (await api.call('GET', `/api/leads/${lead(1).id}`)).body;
  expect(await readLead()).toMatchObject({
    converted: true,
    score: 65,
    disposition: 'converted',
    outcome: 'converted',
  });
  const metrics = async () =>
    (await api.call('GET', `/api/campaigns/${campaignId}/metrics`)).body.conversions;
  expect(await metrics()).toBe(1);
  expect((await mark({ converted: false })).body).toMatchObject({
    converted: false,
    disposition: 'none',
    score: 35,
  });
  expect(await readLead()).toMatchObject({ converted: false, score: 35, outcome: 'answered' });
  expect(await metrics()).toBe(0);
  expect((await mark({ notes: null })).body.notes).toBeNull();
  const audit = await db
    .selectFrom('audit_log')
    .selectAll()
    .where('subject', '=', id)
    .orderBy('id')
    .execute();
  expect(audit.map(({ action, data }) => [action, data])).toEqual([
    ['call.marked', { converted: true, notes: 'changed' }],
    ['call.marked', { converted: false }],
    ['call.marked', { notes: 'removed' }],
  ]);
});

test('who is marked as opted out is on the list, and no longer waited for', async () => {
  const { db } = api.context;
  const control = recordingWorkflows();
  api.workflows.current = control;
  await setLead(db, lead(2).id, { state: 'backing_off' });
  const id = await insertCall(db, lead(2).id, { attempt: 2, status: 'ended', reach: 'answered' });
  await api.call('PATCH', `/api/calls/${id}`, { body: { disposition: 'opted_out' } });
  const { body } = await api.call('GET', '/api/opt-outs');
  expect(body.items).toMatchObject([{ phone: lead(2).phone, source: 'api' }]);
  expect(control.received).toEqual(['optedOut']);
});

test('a mark needs something to say, of a kind that there is', async () => {
  for (const body of [{}, { disposition: 'lovely' }, { converted: 'yes' }, { score: 1 }]) {
    const { status } = await api.call('PATCH', `/api/calls/${lead(0).id}.1`, { body });
    expect(status, JSON.stringify(body)).toBe(422);
  }
  expect((await api.call('PATCH', '/api/calls/nobody.1', { body: { notes: 'x' } })).status).toBe(404);
});

test('metrics are sums of days in the zone of the workspace', async () => {
  const { db } = api.context;
  const { id } = (await api.call('POST', '/api/campaigns', { body: { name: 'Figures' } })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: [{ phone: '+14155550150' }] } });
  const [person] = (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items;
  const ended = { status: 'ended', talk_seconds: 30, cost_cents: 1.5 } as const;
  const call = (attempt: number, day: string, reach: 'answered' | 'busy', converted = false) =>
    insertCall(db, person.id, {
      attempt,
      day,
      reach,
      converted,
      verdict: converted ? 'success' : 'failure',
      ...ended,
    });
  await call(1, '2026-02-28', 'answered', true);
  await call(2, '2026-03-01', 'busy');
  await call(3, '2026-03-02', 'answered');
  await call(4, '2026-03-02', 'answered', true);
  // In Los Angeles it is still Monday, the second.
  await db.updateTable('workspace').set({ time_zone: 'America/Los_Angeles' }).execute();
  api.setNow(new Date('2026-03-03T05:00:00Z'));
  const { body } = await api.call('GET', `/api/campaigns/${id}/metrics`);
  expect(body).toMatchObject({
    calls: { total: 4, answered: 3, busy: 1, voicemail: 0 },
    provider: { success: 2, failure: 2, unknown: 0 },
    conversions: 2,
    averageTalkSeconds: 30,
    costCents: 6,
    today: { calls: 2, answered: 2, conversions: 1 },
    thisWeek: { calls: 2 },
    thisMonth: { calls: 3 },
    byArm: [{ agentId: 'agent_default', calls: 4, answered: 3, conversions: 2, costCents: 6 }],
    conversionsPerLead: 2,
    costPerConversionCents: 3,
  });
  expect(body.conversionRate).toBeCloseTo(2 / 3);
  expect(body.byDay).toHaveLength(3);
  const march = await api.call('GET', `/api/campaigns/${id}/metrics?from=2026-03-01&to=2026-03-01`);
  expect(march.body).toMatchObject({ calls: { total: 1 }, conversionRate: null, today: { calls: 2 } });
  expect((await api.call('GET', `/api/campaigns/${id}/metrics?from=soon`)).status).toBe(422);
});

test('opt-outs are added once, listed, and taken off by an admin', async () => {
  const post = (body: unknown) => api.call('POST', '/api/opt-outs', { body });
  const added = await post({ phone: '+44 7700 900123', reason: 'By letter.' });
  expect([added.status, added.body]).toMatchObject([201, { phone: '+447700900123', reason: 'By letter.' }]);
  expect((await post({ phone: '+447700900123', reason: 'Again.' })).status).toBe(200);
  expect((await post({ phone: 'nobody' })).body.errors[0].path).toBe('phone');
  const { body } = await api.call('GET', '/api/opt-outs?limit=1');
  const rest = await api.call('GET', `/api/opt-outs?limit=5&cursor=${body.nextCursor}`);
  expect(rest.body.items.map(({ phone }: { phone: string }) => phone)).toEqual(['+447700900123']);
  const path = `/api/opt-outs/${encodeURIComponent('+447700900123')}`;
  expect((await api.call('DELETE', path, { key: 'operator' })).status).toBe(403);
  expect((await api.call('DELETE', path)).status).toBe(204);
  expect((await api.call('DELETE', path)).status).toBe(404);
  expect((await api.call('DELETE', '/api/opt-outs/nobody')).status).toBe(422);
});

test('agents and numbers are those of the provider', async () => {
  expect((await api.call('GET', '/api/agents')).body.items).toEqual([
    { agentId: 'agent_default', name: 'Ada' },
  ]);
  expect((await api.call('GET', '/api/phone-numbers')).body.items).toEqual([]);
});
