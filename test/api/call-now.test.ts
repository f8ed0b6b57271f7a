import type { Insertable } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '#db/client.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { CampaignsTable } from '#db/schema/campaigns.ts';
import type { LeadsTable } from '#db/schema/leads.ts';
import { addOptOut } from '#services/opt-outs/opt-outs.ts';
import {
  type ApiRig,
  type CallOptions,
  draftCampaign,
  recordingWorkflows,
  startApi,
} from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

/** A Wednesday, noon in New York. */
const NOON = new Date('2026-11-18T17:00:00.000Z');
const later = (seconds: number) => new Date(NOON.getTime() + seconds * 1_000);
const phonesOf = createPhoneBook();

let api: ApiRig;
let control: ReturnType<typeof recordingWorkflows>;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  api.workflows.current = control = recordingWorkflows();
  api.setNow(NOON);
});

interface Person {
  campaignId: string;
  leadId: string;
  phone: string;
}

/** A running campaign with one lead. */
async function person(
  settings: Record<string, unknown> = {},
  campaign: Partial<Insertable<CampaignsTable>> = {},
): Promise<Person> {
  const [phone = ''] = phonesOf('00');
  const campaignId = await draftCampaign(api, {
    phoneNumberIds: ['pn_1'],
    settings: { ...QUICK, ...settings },
  });
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads: [{ phone }] } });
  await api.context.db
    .updateTable('campaigns')
    .set({ status: 'running', started_at: later(-3_600), ...campaign })
    .where('id', '=', campaignId)
    .execute();
  const { body } = await api.call('GET', `/api/campaigns/${campaignId}/leads`);
  control.received.length = 0;
  return { campaignId, leadId: body.items[0].id, phone };
}

const FINISHED = { state: 'finished', outcome: 'answered', finished_at: later(-60) } as const;

const ended = (attempt: number): Partial<Insertable<CallsTable>> => ({
  attempt,
  status: 'ended',
  reach: 'answered',
  started_at: later(-3_600 * (10 - attempt)),
  ended_at: later(-3_600 * (10 - attempt) + 60),
  concluded_at: later(-3_600 * (10 - attempt) + 60),
});

const callNow = (leadId: string, options: CallOptions = {}) =>
  api.call('POST', `/api/leads/${leadId}/call-now`, { key: 'operator', ...options });

const leadRow = (id: string) =>
  api.context.db.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** Everything that a request for a call writes. */
async function written({ leadId, campaignId }: Person) {
  const { db } = api.context;
  const of = (table: 'events' | 'decisions') =>
    db.selectFrom(table).select('id').where('campaign_id', '=', campaignId).execute();
  const audit = await db
    .selectFrom('audit_log')
    .select(['action', 'actor', 'data'])
    .where('subject', '=', leadId)
    .execute();
  const campaign = await db.selectFrom('campaigns').selectAll().where('id', '=', campaignId).execute();
  return {
    lead: await leadRow(leadId),
    campaign,
    events: await of('events'),
    decisions: await of('decisions'),
    audit,
  };
}

/** The rules that hold a refused call, with their words; whoever is refused has changed nothing. */
async function refusal(who: Person): Promise<{ rules: Record<string, string>; retryAfter: string | null }> {
  const before = await written(who);
  const { status, body, headers } = await callNow(who.leadId);
  expect([status, body.type], JSON.stringify(body)).toEqual([409, '/problems/wrong-state']);
  expect(await written(who)).toEqual(before);
  expect(control.received).toEqual([]);
  const errors = body.errors as { path: string; message: string }[];
  for (const { message } of errors) expect(body.detail).toContain(message);
  return {
    rules: Object.fromEntries(errors.map(({ path, message }) => [path, message])),
    retryAfter: headers.get('retry-after'),
  };
}

describe('case 18: call-now is taken', () => {
  test('for a lead that waits for its first call: it is due, before all others', async () => {
    const who = await person();
    const tomorrow = { not_before: later(86_400), hold_rule: 'window', hold_detail: 'Later.' } as const;
    await setLead(api.context.db, who.leadId, tomorrow);
    const { status, body } = await callNow(who.leadId);
    expect([status, body.beyondLimit, body.reopened, body.campaignReopened]).toEqual([
      202,
      false,
      false,
      false,
    ]);
    expect(body.lead).toMatchObject({ state: 'backing_off', notBefore: NOON.toISOString(), holdRule: null });
    expect(await leadRow(who.leadId)).toMatchObject({ promised: true, attempts_allowed: null });
    expect(control.received).toEqual(['callNow', 'campaignChanged']);
    const { audit } = await written(who);
    expect(audit).toMatchObject([
      { action: 'lead.call_requested', data: { beyondLimit: false, reopened: false } },
    ]);
    expect(audit[0]?.actor).not.toBe('');
  });

  test('for one that backs off: its workflow is notified, and its later time is given up', async () => {
    const who = await person();
    await insertCall(api.context.db, who.leadId, ended(1));
    await setLead(api.context.db, who.leadId, {
      state: 'backing_off',
      not_before: later(7_200),
      hold_rule: 'retry',
    });
    expect((await callNow(who.leadId)).status).toBe(202);
    expect(await leadRow(who.leadId)).toMatchObject({
      state: 'backing_off',
      not_before: NOON,
      promised: true,
    });
    expect(control.received).toEqual(['callNow', 'campaignChanged']);
  });

  test('for one whose workflow is lost: its campaign starts another with the line', async () => {
    const who = await person();
    control = recordingWorkflows({ callNow: async () => ({ kind: 'absent' }) });
    api.workflows.current = control;
    await setLead(api.context.db, who.leadId, {
      state: 'backing_off',
      not_before: later(7_200),
      hold_rule: 'retry',
    });
    expect((await callNow(who.leadId)).status).toBe(202);
    expect(control.received).toEqual(['campaignChanged']);
  });

  test('for a finished lead of a completed campaign, one call beyond its attempts: both are opened again', async () => {
    const who = await person({ maxAttempts: 2 }, { status: 'completed', finished_at: later(-60) });
    for (const attempt of [1, 2]) await insertCall(api.context.db, who.leadId, ended(attempt));
    await setLead(api.context.db, who.leadId, { ...FINISHED, outcome: 'attempts_spent', attempts_used: 2 });
    const { status, body } = await callNow(who.leadId);
    expect([status, body.beyondLimit, body.reopened, body.campaignReopened]).toEqual([202, true, true, true]);
    expect(body.lead).toMatchObject({ state: 'backing_off', outcome: null, finishedAt: null });
    expect((await leadRow(who.leadId)).attempts_allowed).toBe(3);
    expect((await api.call('GET', `/api/campaigns/${who.campaignId}`)).body).toMatchObject({
      status: 'running',
      finishedAt: null,
    });
    expect(control.received).toEqual(['campaignChanged']);
    const { body: why } = await api.call('GET', `/api/leads/${who.leadId}/why`);
    expect(why).toMatchObject({ blockedBy: [], nextAttemptAt: NOON.toISOString() });
    const { body: timeline } = await api.call('GET', `/api/leads/${who.leadId}/timeline`);
    expect(timeline.items[0]).toMatchObject({
      type: 'lead.call_requested',
      data: { beyondLimit: true, reopened: true },
    });
  });

  test('for one whose person has replied: that is why somebody calls back', async () => {
    const who = await person();
    await insertCall(api.context.db, who.leadId, ended(1));
    const replied: Partial<Insertable<LeadsTable>> = {
      ...FINISHED,
      outcome: 'replied',
      replied_at: later(-30),
    };
    await setLead(api.context.db, who.leadId, replied);
    expect((await callNow(who.leadId)).status).toBe(202);
  });

  test('while all lines are in use: it gets the next one', async () => {
    const who = await person({ lines: 1 });
    await insertOther(who, '1');
    expect((await callNow(who.leadId)).status).toBe(202);
  });

  test('once for one Idempotency-Key', async () => {
    const who = await person();
    const headers = { 'idempotency-key': `call-${uuid()}` };
    const first = await callNow(who.leadId, { headers });
    const second = await callNow(who.leadId, { headers });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
    expect((await written(who)).audit).toHaveLength(1);
  });
});

/** A call in flight to somebody else in the same campaign. */
async function insertOther({ campaignId }: Person, ending: string): Promise<void> {
  const [phone = ''] = phonesOf(`0${ending}`);
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads: [{ phone }] } });
  const other = await api.context.db
    .selectFrom('leads')
    .select('id')
    .where('phone', '=', phone)
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  await insertCall(api.context.db, other.id, { started_at: later(-1), reserved_cents: 20 });
  control.received.length = 0;
}

describe('case 18: call-now is refused, and changes nothing', () => {
  test('with every rule that holds it, and until when', async () => {
    const night = { window: { timeZone: 'America/New_York', days: { wed: [['18:00', '19:00']] } } };
    const who = await person({ ...night, caps: { perDay: 1, perWeek: 1, minGapSeconds: 86_400 } });
    await insertCall(api.context.db, who.leadId, {
      ...ended(1),
      started_at: later(-600),
      ended_at: later(-500),
    });
    await setLead(api.context.db, who.leadId, FINISHED);
    await inTransaction(api.context.db, (tx) =>
      addOptOut(tx, { phone: who.phone, reason: 'asked', source: 'api' }),
    );
    const { rules, retryAfter } = await refusal(who);
    expect(rules).toEqual({
      opt_out: 'The contact opted out.',
      window: 'Outside the calling window (America/New_York). Until 2026-11-18T23:00:00.000Z.',
      contact_gap: 'Less than 86400 s since the last call. Until 2026-11-19T16:50:00.000Z.',
      contact_day: '1 calls a day to one contact. Until 2026-11-19T16:50:00.000Z.',
      contact_week: '1 calls a week to one contact. Until 2026-11-25T16:50:00.000Z.',
    });
    expect(retryAfter).toBeNull();
  });

  test('outside its hours, with the time of their opening in Retry-After', async () => {
    const who = await person({
      window: { timeZone: 'America/New_York', days: { wed: [['18:00', '19:00']] } },
    });
    const { rules, retryAfter } = await refusal(who);
    expect(Object.keys(rules)).toEqual(['window']);
    expect(retryAfter).toBe(String(6 * 3_600));
  });

  test('in a call, and while the last one is being concluded', async () => {
    const who = await person();
    const callId = await insertCall(api.context.db, who.leadId, { started_at: later(-20) });
    await setLead(api.context.db, who.leadId, { state: 'calling' });
    expect(Object.keys((await refusal(who)).rules)).toContain('contact_live');
    const over = { status: 'ended', reach: 'answered', ended_at: later(-1) } as const;
    await api.context.db.updateTable('calls').set(over).where('id', '=', callId).execute();
    expect((await refusal(who)).rules).toEqual({
      contact_live: 'The last call to this lead is being concluded. Until 2026-11-18T17:00:10.000Z.',
    });
  });

  test.each([
    ['draft', 'The campaign is draft.'],
    ['stopped', 'The campaign is stopped.'],
    ['paused', 'The campaign is paused. Resume it first.'],
  ] as const)('in a campaign that is %s', async (status, words) => {
    const who = await person({}, { status });
    await setLead(api.context.db, who.leadId, FINISHED);
    const { rules, retryAfter } = await refusal(who);
    expect([rules, retryAfter]).toEqual([{ campaign_running: words }, null]);
  });

  test('in a campaign that is archived', async () => {
    const who = await person({}, { status: 'completed', archived_at: NOON });
    expect((await refusal(who)).rules).toEqual({
      campaign_running: 'The campaign is archived: add the person to another one.',
    });
  });

  test('where the money is spent, without pausing the campaign', async () => {
    const who = await person({ spendLimitCents: 19 });
    const { rules, retryAfter } = await refusal(who);
    expect(rules.spend_limit).toMatch(
      /^The spend limit of 19 cents leaves no room for a call of about 20 cents/,
    );
    expect(retryAfter).toBeNull();
  });

  test('for whoever may only read, and for no lead', async () => {
    const who = await person();
    expect((await callNow(who.leadId, { key: 'viewer' })).status).toBe(403);
    expect((await callNow(uuid())).status).toBe(404);
    expect((await callNow('nobody')).status).toBe(422);
    expect((await leadRow(who.leadId)).call_requested_at).toBeNull();
  });
});
