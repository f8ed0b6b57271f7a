import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { readCallRow } from '#db/queries/calls.ts';
import { raiseAttention } from '#services/attention.ts';
import { mergeFacts } from '#services/calls/merge-facts.ts';
import { type ApiRig, draftCampaign, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

let api: ApiRig;
let messages: string[];
const phonesOf = createPhoneBook();

beforeAll(async () => {
  api = await startApi();
});
beforeEach(() => {
  const workflows = recordingWorkflows();
  api.workflows.current = workflows;
  messages = workflows.received;
});
afterAll(() => api.stop());

const ENDED_AT = new Date(Date.now() - 3_600_000);

interface Unknown {
  campaignId: string;
  leadId: string;
  callId: string;
  item: number;
}

/** A lead whose only call ended as unknown, as the engine leaves it: finished, with an item on the list. */
async function unknownCall(campaign: Record<string, unknown> = { status: 'completed' }): Promise<Unknown> {
  const { db } = api.context;
  const campaignId = await draftCampaign(api, {
    settings: { ...QUICK, retryAfterSeconds: { no_answer: 7_200, busy: 1, failed: 900, voicemail: 1 } },
  });
  const [phone] = phonesOf('00');
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads: [{ phone }] } });
  const { body } = await api.call('GET', `/api/campaigns/${campaignId}/leads`);
  const leadId: string = body.items[0].id;
  const callId = await insertCall(db, leadId, {
    status: 'ended',
    reach: 'unknown',
    started_at: new Date(ENDED_AT.getTime() - 600_000),
    ended_at: ENDED_AT,
    concluded_at: ENDED_AT,
    next_step: JSON.stringify({ next: 'finish', outcome: 'unknown' }),
    conversation_id: `conv_${leadId}`,
    failure: 'Its end was never reported.',
  });
  await setLead(db, leadId, {
    state: 'finished',
    outcome: 'unknown',
    finished_at: ENDED_AT,
    attempts_used: 1,
    last_reach: 'unknown',
  });
  await db
    .updateTable('campaigns')
    .set({ started_at: ENDED_AT, finished_at: ENDED_AT, ...campaign })
    .where('id', '=', campaignId)
    .execute();
  await inTransaction(db, (tx) =>
    raiseAttention(tx, {
      kind: 'unknown_call',
      subject: callId,
      campaignId,
      leadId,
      detail: 'Never reported.',
    }),
  );
  return { campaignId, leadId, callId, item: await itemOf(callId) };
}

async function itemOf(subject: string): Promise<number> {
  const { id } = await api.context.db
    .selectFrom('attention')
    .select('id')
    .where('subject', '=', subject)
    .executeTakeFirstOrThrow();
  return id;
}

const settle = (item: number, outcome: string, note: unknown = 'I asked her.', key?: 'viewer' | 'operator') =>
  api.call('POST', `/api/attention/${item}/settle`, {
    body: { outcome, note },
    ...(key === undefined ? {} : { key }),
  });

async function stateOf({ campaignId, leadId, callId }: Unknown) {
  const { db } = api.context;
  const lead = await db.selectFrom('leads').selectAll().where('id', '=', leadId).executeTakeFirstOrThrow();
  const campaign = await db
    .selectFrom('campaigns')
    .select(['status', 'finished_at'])
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return { lead, campaign, call: await readCallRow(db, callId) };
}

describe('case 17: what a person says of an unknown call', () => {
  test('not_placed: the attempt does not count, and another may follow at once', async () => {
    const unknown = await unknownCall();
    const before = Date.now();
    const answer = await settle(unknown.item, 'not_placed', 'The carrier has no such call.', 'operator');
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body).toMatchObject({ callId: unknown.callId, leadId: unknown.leadId });
    expect(Date.parse(answer.body.nextAttemptAt)).toBeGreaterThanOrEqual(before - 1_000);
    expect(Date.parse(answer.body.nextAttemptAt)).toBeLessThanOrEqual(Date.now() + 1_000);
    const { lead, campaign, call } = await stateOf(unknown);
    expect(call).toMatchObject({ reach: 'not_placed', source: 'person', failure: null });
    expect(lead).toMatchObject({ state: 'backing_off', outcome: null, finished_at: null, attempts_used: 0 });
    expect(campaign).toEqual({ status: 'running', finished_at: null });
    expect(messages).toContain('campaignChanged');
  });

  test('no_answer: the retry rules decide when it is called again', async () => {
    const unknown = await unknownCall();
    const answer = await settle(unknown.item, 'no_answer');
    expect(Date.parse(answer.body.nextAttemptAt)).toBe(ENDED_AT.getTime() + 7_200_000);
    const { lead, call } = await stateOf(unknown);
    expect(call).toMatchObject({ reach: 'no_answer', source: 'person' });
    expect(lead).toMatchObject({
      state: 'backing_off',
      hold_rule: 'retry',
      attempts_used: 1,
      last_reach: 'no_answer',
    });
  });

  test('no_answer, with the attempts spent: the lead is finished so', async () => {
    const unknown = await unknownCall();
    const limited = JSON.stringify({ ...QUICK, maxAttempts: 1 });
    await sql`update campaign_settings set settings = ${limited}::jsonb where campaign_id = ${unknown.campaignId}`.execute(
      api.context.db,
    );
    const answer = await settle(unknown.item, 'no_answer');
    expect(answer.body).toMatchObject({ nextAttemptAt: null });
    const { lead, campaign } = await stateOf(unknown);
    expect(lead).toMatchObject({ state: 'finished', outcome: 'attempts_spent' });
    expect(campaign.status).toBe('completed');
  });

  test.each([
    ['answered', { reach: 'answered', source: 'person' }, 'answered'],
    ['placed', { reach: 'unknown', source: 'person' }, 'unknown'],
  ])('%s: the lead is finished as after such a call', async (outcome, call, leadOutcome) => {
    const unknown = await unknownCall();
    const answer = await settle(unknown.item, outcome);
    expect(answer.body).toMatchObject({ nextAttemptAt: null, effect: expect.stringContaining(leadOutcome) });
    const after = await stateOf(unknown);
    expect(after.call).toMatchObject(call);
    expect(after.lead).toMatchObject({ state: 'finished', outcome: leadOutcome, attempts_used: 1 });
    expect(after.campaign.status).toBe('completed');
  });

  test('is written down: who, old, new and why; the list no longer shows it, and the log has no words of it', async () => {
    const unknown = await unknownCall();
    await settle(unknown.item, 'answered', '  Ada said so on the phone. ');
    const { db } = api.context;
    const audit = await db
      .selectFrom('audit_log')
      .selectAll()
      .where('subject', '=', unknown.callId)
      .execute();
    expect(audit).toMatchObject([
      {
        action: 'call.settled',
        data: { outcome: 'answered', was: 'unknown', is: 'answered', note: 'Ada said so on the phone.' },
      },
    ]);
    const events = await db
      .selectFrom('events')
      .select(['type', 'data'])
      .where('call_id', '=', unknown.callId)
      .orderBy('id')
      .execute();
    expect(events.map(({ type }) => type)).toEqual(['call.ended', 'call.settled']);
    expect(JSON.stringify(events)).not.toContain('Ada');
    const { body } = await api.call('GET', '/api/attention');
    expect(body.items.map(({ id }: { id: number }) => id)).not.toContain(unknown.item);
  });

  test.each([
    ['stopped', { status: 'stopped' }],
    ['archived', { status: 'completed', archived_at: new Date() }],
  ])('in a campaign that is %s: the call is settled, and the lead is not called', async (word, campaign) => {
    const unknown = await unknownCall(campaign);
    const answer = await settle(unknown.item, 'not_placed');
    expect(answer.body).toMatchObject({
      nextAttemptAt: null,
      effect: `The call is settled. The campaign is ${word}, so the lead is not called.`,
    });
    const after = await stateOf(unknown);
    expect(after.call.reach).toBe('not_placed');
    expect(after.lead).toMatchObject({ state: 'finished', outcome: 'stopped' });
    expect(after.campaign.status).toBe(campaign.status);
  });

  test('of a lead that has been called again since, or that is finished for another reason: it stays', async () => {
    const called = await unknownCall({ status: 'running', finished_at: null });
    await insertCall(api.context.db, called.leadId, { attempt: 2, status: 'ended', reach: 'no_answer' });
    expect((await settle(called.item, 'answered')).body.effect).toContain('called again since');
    const optedOut = await unknownCall();
    await setLead(api.context.db, optedOut.leadId, { outcome: 'opted_out' });
    expect((await settle(optedOut.item, 'not_placed')).body).toMatchObject({
      nextAttemptAt: null,
      effect: expect.stringContaining('opted_out'),
    });
    expect((await stateOf(optedOut)).lead).toMatchObject({ state: 'finished', outcome: 'opted_out' });
  });

  test('while it is still waited for, and nobody can be asked: it ends, and holds nothing any more', async () => {
    const unknown = await unknownCall({ status: 'running', finished_at: null });
    const { db } = api.context;
    const ahead = new Date(Date.now() + 600_000);
    const open = {
      status: 'ringing',
      reach: null,
      ended_at: null,
      concluded_at: null,
      next_step: null,
    } as const;
    await db
      .updateTable('calls')
      .set({ ...open, deadline_at: ahead, overdue_since: ENDED_AT, held_because: 'live' })
      .where('id', '=', unknown.callId)
      .execute();
    await setLead(db, unknown.leadId, { state: 'calling', outcome: null, finished_at: null });
    const live = await settle(unknown.item, 'no_answer');
    expect([live.status, live.body.detail]).toEqual([409, expect.stringContaining('under way')]);
    const choices = async () =>
      (await api.call('GET', '/api/attention')).body.items.find(
        ({ id }: { id: number }) => id === unknown.item,
      ).choices;
    expect(await choices()).toEqual([]);
    await db.updateTable('calls').set({ held_because: 'silent' }).where('id', '=', unknown.callId).execute();
    expect(await choices()).toEqual(['placed', 'not_placed', 'answered', 'no_answer']);
    expect((await settle(unknown.item, 'no_answer')).status).toBe(200);
    const { call, lead } = await stateOf(unknown);
    expect(call).toMatchObject({ status: 'ended', reach: 'no_answer', next_step: { next: 'retry' } });
    expect(call.deadline_at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(lead.state).toBe('backing_off');
  });
});

describe('case 17: what is refused', () => {
  test('one that is settled says by whom, when and as what', async () => {
    const { item, callId } = await unknownCall();
    await settle(item, 'answered');
    const again = await settle(item, 'no_answer');
    expect([again.status, again.body.type]).toEqual([409, '/problems/wrong-state']);
    const actor = await api.context.db
      .selectFrom('audit_log')
      .select('actor')
      .where('subject', '=', callId)
      .executeTakeFirstOrThrow();
    expect(again.body.detail).toContain(`by ${actor.actor} at`);
    expect(again.body.detail).toContain('answered: I asked her.');
    expect((await readCallRow(api.context.db, callId)).reach).toBe('answered');
  });

  test('two at once: one is taken', async () => {
    const { item } = await unknownCall();
    const answers = await Promise.all([settle(item, 'answered'), settle(item, 'no_answer')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('an item that is not of a call, an unknown one, no note, no such outcome, a viewer', async () => {
    const { db } = api.context;
    await inTransaction(db, (tx) =>
      raiseAttention(tx, { kind: 'disabled_webhook', subject: 'endpoint-1', detail: 'Refused.' }),
    );
    const other = await settle(await itemOf('endpoint-1'), 'answered');
    expect([other.status, other.body.detail]).toEqual([409, expect.stringContaining('not about a call')]);
    expect((await settle(999_999_999, 'answered')).status).toBe(404);
    const { item, callId } = await unknownCall();
    for (const note of ['', '   ', undefined, 7])
      expect((await settle(item, 'answered', note ?? null)).status).toBe(422);
    expect((await settle(item, 'talked')).status).toBe(422);
    expect((await settle(item, 'answered', 'x', 'viewer')).status).toBe(403);
    expect((await api.call('POST', '/api/attention/one/settle', { body: {} })).status).toBe(422);
    expect((await readCallRow(db, callId)).source).toBeNull();
  });
});

describe('case 17: what is reported after a settlement', () => {
  async function report({ callId, leadId }: Unknown, payload: Record<string, unknown>): Promise<void> {
    const { db, voice } = api.context;
    const event = voice.parseEvent({
      type: 'post_call_transcription',
      event_timestamp: Math.floor(Date.now() / 1_000),
      data: {
        conversation_id: `conv_${leadId}`,
        agent_id: 'agent_default',
        status: 'done',
        transcript: [],
        metadata: {
          start_time_unix_secs: Math.floor(ENDED_AT.getTime() / 1_000) - 600,
          call_duration_secs: 40,
        },
        ...payload,
      },
    });
    if (event.kind !== 'conversation') throw new Error(event.kind);
    await inTransaction(db, (tx) =>
      mergeFacts(tx, { facts: event.facts, source: 'webhook', now: new Date() }),
    );
    expect((await readCallRow(db, callId)).source).toBe('webhook');
  }
  const phoneCall = (call_result: string) => ({
    metadata: {
      start_time_unix_secs: Math.floor(ENDED_AT.getTime() / 1_000) - 600,
      call_duration_secs: call_result === 'answered' ? 40 : 0,
      phone_call: { type: 'twilio', direction: 'outbound', call_result },
    },
  });

  test('stands above it: a lead that waits for a retry is finished when the person was reached', async () => {
    const unknown = await unknownCall({ status: 'running', finished_at: null });
    await settle(unknown.item, 'no_answer');
    await report(unknown, phoneCall('answered'));
    const { call, lead } = await stateOf(unknown);
    expect(call).toMatchObject({ reach: 'answered', talk_seconds: 40 });
    expect(lead).toMatchObject({ state: 'finished', outcome: 'answered', last_reach: 'answered' });
  });

  test('stands above it: a lead that was settled as answered was not', async () => {
    const unknown = await unknownCall();
    await settle(unknown.item, 'answered');
    await report(unknown, phoneCall('busy'));
    const { call, lead } = await stateOf(unknown);
    expect(call.reach).toBe('busy');
    expect(lead).toMatchObject({ state: 'finished', outcome: 'not_retried', last_reach: 'busy' });
  });

  test('a call that was settled as not placed, and was, is put before a person', async () => {
    const unknown = await unknownCall({ status: 'running', finished_at: null });
    await settle(unknown.item, 'not_placed');
    await report(unknown, phoneCall('answered'));
    const { body } = await api.call('GET', '/api/attention');
    const items = body.items.filter(({ subject }: { subject: string }) => subject === unknown.callId);
    expect(items).toMatchObject([
      { kind: 'unknown_call', detail: expect.stringContaining('turned out answered') },
    ]);
    // What is known stays known: settling this item takes it off the list and changes nothing.
    const again = await settle(items[0].id, 'not_placed');
    expect(again.body.effect).toContain('known to have been answered');
    expect((await stateOf(unknown)).call.reach).toBe('answered');
  });

  test('does not overrule what a person marked on the call', async () => {
    const unknown = await unknownCall();
    await settle(unknown.item, 'answered');
    await api.call('PATCH', `/api/calls/${unknown.callId}`, { body: { converted: true } });
    await report(unknown, phoneCall('answered'));
    expect((await stateOf(unknown)).call).toMatchObject({ converted: true, converted_by: 'person' });
  });
});
