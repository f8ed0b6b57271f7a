import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OneOffCallSettings } from '#domain/one-off-call.ts';
import { ProviderError } from '#providers/ports.ts';
import { ADA } from '../support/agent-ada.ts';
import {
  type ApiRig,
  type CallOptions,
  outboundNumber,
  recordingWorkflows,
  startApi,
} from '../support/api-rig.ts';

/** A Wednesday, noon in New York, 9 in the morning in San Francisco. */
const NOON = new Date('2026-11-18T17:00:00.000Z');
const HOUR_MS = 3_600_000;
const NEW_YORK = '+12125550117';
const SAN_FRANCISCO = '+14155550117';

let api: ApiRig;
let control: ReturnType<typeof recordingWorkflows>;

beforeAll(async () => {
  api = await startApi();
  api.phoneNumbers.push(outboundNumber('number_out'), outboundNumber('number_in', false));
  api.context.voice = { ...api.context.voice, getAgent: async (id) => (id === ADA.agentId ? ADA : null) };
});
afterAll(() => api.stop());
beforeEach(async () => {
  api.workflows.current = control = recordingWorkflows();
  api.setNow(NOON);
  const { db } = api.context;
  for (const table of ['single_calls', 'calls', 'decisions', 'opt_outs'] as const)
    await db.deleteFrom(table).execute();
  await db.updateTable('workspace').set({ single_call_settings: null, lines: 100 }).execute();
});

const place = (body: Record<string, unknown> = {}, options: CallOptions = {}) =>
  api.call('POST', '/api/calls', {
    key: 'operator',
    body: { agentId: ADA.agentId, phoneNumberId: 'number_out', to: NEW_YORK, ...body },
    ...options,
  });

/** What holds a refused call: rule and words. */
async function holds(body: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const { status, body: problem, headers } = await place(body);
  expect([status, problem.type]).toEqual([409, '/problems/wrong-state']);
  expect(problem.detail).toMatch(/^The call is not placed, and does not wait: /);
  const errors = problem.errors as { path: string; message: string }[];
  const permanent = errors.some(({ path }) => path === 'opt_out');
  expect(headers.get('retry-after') === null).toBe(permanent);
  expect(control.received).toEqual([]);
  return Object.fromEntries(errors.map(({ path, message }) => [path, message]));
}

async function setRules(rules: Partial<OneOffCallSettings>, lines = 100): Promise<void> {
  await api.context.db
    .updateTable('workspace')
    .set({ single_call_settings: JSON.stringify(rules), lines })
    .execute();
}

/** An ended call of long ago, or one that goes on. */
async function storeCall(
  phone: string,
  { ended, hoursAgo }: { ended: boolean; hoursAgo: number },
): Promise<void> {
  const startedAt = new Date(NOON.getTime() - hoursAgo * HOUR_MS);
  const { db } = api.context;
  await db
    .insertInto('contacts')
    .values({ phone })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('calls')
    .values({
      id: uuid(),
      attempt: 1,
      phone,
      agent_id: 'agent_other',
      status: ended ? 'ended' : 'in_progress',
      reach: ended ? 'answered' : null,
      started_at: startedAt,
      deadline_at: new Date(startedAt.getTime() + HOUR_MS),
      concluded_at: ended ? startedAt : null,
      day: '2026-11-18',
    })
    .execute();
}

const trail = (subject: string) =>
  api.context.db.selectFrom('audit_log').select(['action', 'data']).where('subject', '=', subject).execute();

describe('let go', () => {
  test('the call is there, with its decision and who asked, and its workflow is started', async () => {
    const { status, body, headers } = await place({
      variables: { plan: 'blue' },
      consent: 'said so by mail',
    });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/calls/${body.id}`);
    expect(body).toMatchObject({
      status: 'dialling',
      direction: 'outbound',
      attempt: 1,
      campaignId: null,
      leadId: null,
      to: NEW_YORK,
      startedAt: NOON.toISOString(),
    });
    expect(control.received).toEqual(['startOneOffCall']);
    const { decision } = (await api.call('GET', `/api/calls/${body.id}`)).body;
    expect(decision).toMatchObject({
      verdict: 'go',
      facts: { zones: ['America/New_York'], window: { holidays: 'US' }, consent: 'stated' },
    });
    expect(await trail(body.id)).toMatchObject([
      { action: 'call.requested', data: { agentId: ADA.agentId, consent: 'stated' } },
    ]);
    const kept = await api.context.db.selectFrom('single_calls').selectAll().executeTakeFirstOrThrow();
    expect(kept).toMatchObject({ call_id: body.id, variables: { plan: 'blue' }, consent: 'said so by mail' });
  });

  test('the number may be written as people do, and the key that asks stands for consent that is not stated', async () => {
    const { status, body } = await place({ to: '+1 (212) 555-0117' });
    expect([status, body.to]).toEqual([202, NEW_YORK]);
    expect(await trail(body.id)).toMatchObject([{ data: { consent: 'requested' } }]);
  });

  test('thirty at once to one contact: one is placed', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => place()));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array(29).fill(409)]);
    expect(await api.context.db.selectFrom('calls').select('id').execute()).toHaveLength(1);
  });

  test('thirty at once on three lines: three are placed', async () => {
    await setRules({}, 3);
    const numbers = Array.from({ length: 30 }, (_, index) => `+12125550${100 + index}`);
    const answers = await Promise.all(numbers.map((to) => place({ to })));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(3);
  });
});

describe('held', () => {
  test('outside the hours, in any zone that the number may be in', async () => {
    // Nine in the morning there: the hours open at ten.
    expect(await holds({ to: SAN_FRANCISCO })).toEqual({
      window: 'Outside the calling window (America/Los_Angeles). Until 2026-11-18T18:00:00.000Z.',
    });
    api.setNow(new Date('2026-11-21T17:00:00.000Z'));
    expect(Object.keys(await holds())).toEqual(['window']);
  });

  test("on a holiday of the number's country, unless the workspace keeps none", async () => {
    // Thanksgiving, at noon in New York; the day after is no public holiday.
    api.setNow(new Date('2026-11-26T17:00:00.000Z'));
    expect((await holds()).window).toMatch(/Until 2026-11-27T15:00:00.000Z\.$/);
    await setRules({ nationalHolidays: false });
    expect((await place()).status).toBe(202);
  });

  test('by an opt-out, for good', async () => {
    await api.call('POST', '/api/opt-outs', { body: { phone: NEW_YORK } });
    expect(await holds()).toEqual({ opt_out: 'The contact opted out.' });
  });

  test('by a call under way, and by the gap after one', async () => {
    await storeCall(NEW_YORK, { ended: false, hoursAgo: 0 });
    expect(Object.keys(await holds())).toEqual(['contact_live', 'contact_gap']);
    await api.context.db.deleteFrom('calls').execute();
    await storeCall(NEW_YORK, { ended: true, hoursAgo: 0.1 });
    expect(await holds()).toEqual({
      contact_gap: 'Less than 600 s since the last call. Until 2026-11-18T17:04:00.000Z.',
    });
    await setRules({ caps: { perDay: null, perWeek: null, minGapSeconds: 60 } });
    expect((await place()).status).toBe(202);
  });

  test('by the calls of a day, whoever made them', async () => {
    for (const hoursAgo of [1, 2, 3]) await storeCall(NEW_YORK, { ended: true, hoursAgo });
    expect(await holds()).toEqual({
      contact_day: '3 calls a day to one contact. Until 2026-11-19T14:00:00.000Z.',
    });
  });

  test('by the lines of the workspace, which are in use', async () => {
    await setRules({}, 1);
    await storeCall(SAN_FRANCISCO, { ended: false, hoursAgo: 0 });
    expect(Object.keys(await holds())).toEqual(['workspace_lines']);
  });

  test('by several, and each is told, logged and kept with who asked; no call is made', async () => {
    await storeCall(SAN_FRANCISCO, { ended: true, hoursAgo: 0.1 });
    expect(Object.keys(await holds({ to: SAN_FRANCISCO }))).toEqual(['window', 'contact_gap']);
    const decision = await api.context.db.selectFrom('decisions').selectAll().executeTakeFirstOrThrow();
    expect(decision).toMatchObject({
      verdict: 'wait',
      rule: 'window',
      until: new Date('2026-11-18T18:00:00.000Z'),
      campaign_id: null,
      facts: { holds: ['window', 'contact_gap'] },
    });
    expect(await trail(decision.attempt_id)).toMatchObject([{ action: 'call.refused' }]);
    expect(await api.context.db.selectFrom('single_calls').selectAll().execute()).toEqual([]);
  });
});

describe('not possible', () => {
  test.for<[string, Record<string, unknown>, string]>([
    ['no number', { to: 'tomorrow' }, 'to'],
    ['a number of nobody', { to: '+1999555' }, 'to'],
    ['the number that calls', { to: '+14155550100' }, 'to'],
    ['an unknown agent', { agentId: 'agent_nobody' }, 'agentId'],
    ['an unknown number to call from', { phoneNumberId: 'number_nobody' }, 'phoneNumberId'],
    ['a number that cannot call', { phoneNumberId: 'number_in' }, 'phoneNumberId'],
    ['an override that the agent does not take', { overrides: { voiceId: 'other' } }, 'overrides.voiceId'],
    ['an unknown override', { overrides: { mood: 'good' } }, 'overrides.mood'],
    ['a variable of ours', { variables: { attempt_id: 'x' } }, 'variables.attempt_id'],
    ['a field that is not known', { leadId: uuid() }, 'leadId'],
  ])('%s: 422 that names the field', async ([, body, path]) => {
    const answer = await place(body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
    expect(await api.context.db.selectFrom('decisions').select('id').execute()).toEqual([]);
  });

  test('for a viewer: 403', async () => {
    expect((await place({}, { key: 'viewer' })).status).toBe(403);
  });

  test('while the voice provider does not answer: 502', async () => {
    const { voice } = api.context;
    const error = new ProviderError('x', { provider: 'elevenlabs', status: 503, retryable: true });
    api.context.voice = { ...voice, getAgent: () => Promise.reject(error) };
    try {
      expect((await place()).status).toBe(502);
    } finally {
      api.context.voice = voice;
    }
  });

  test('while Temporal does not answer: 503, and the call is taken back; unless it was received after all', async () => {
    const silent = async () => ({ kind: 'silent' as const, why: 'a test' });
    api.workflows.current = recordingWorkflows({ startOneOffCall: silent });
    const { status, body } = await place();
    expect([status, body.detail]).toEqual([
      503,
      'Temporal did not answer. The call is not placed, and does not wait.',
    ]);
    const row = await api.context.db.selectFrom('calls').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ status: 'ended', reach: 'not_placed', failure: 'Temporal did not answer.' });
    expect(row.concluded_at).not.toBeNull();
    api.workflows.current = recordingWorkflows({
      startOneOffCall: async (callId) => {
        const begun = { dial_begun_at: NOON };
        await api.context.db.updateTable('single_calls').set(begun).where('call_id', '=', callId).execute();
        return await silent();
      },
    });
    expect((await place()).status).toBe(202);
  });

  test('to attribute it to a lead: it was dialled for none', async () => {
    const { id } = (await place()).body;
    const campaignId = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body.id;
    const leads = [{ name: 'Ada', phone: NEW_YORK }];
    await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads } });
    const leadId = (await api.call('GET', `/api/campaigns/${campaignId}/leads`)).body.items[0].id;
    expect((await api.call('POST', `/api/calls/${id}/attribute`, { body: { leadId } })).status).toBe(409);
  });
});

test('the metrics of the workspace tell such calls apart from those of campaigns', async () => {
  await storeCall(NEW_YORK, { ended: true, hoursAgo: 1 });
  await storeCall(SAN_FRANCISCO, { ended: true, hoursAgo: 2 });
  await api.context.db
    .updateTable('calls')
    .set({ talk_seconds: 30, cost_cents: 2.5, converted: true })
    .where('phone', '=', NEW_YORK)
    .execute();
  const { body } = await api.call('GET', '/api/metrics');
  expect(body.outsideCampaigns).toEqual({
    calls: 2,
    answered: 2,
    conversions: 1,
    averageTalkSeconds: 30,
    costCents: 2.5,
  });
  expect(body.calls.total).toBe(0);
  const before = (await api.call('GET', '/api/metrics?to=2026-11-17')).body.outsideCampaigns;
  expect(before).toMatchObject({ calls: 0, averageTalkSeconds: null, costCents: 0 });
});
