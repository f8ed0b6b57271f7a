import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

let api: ApiRig;
let told: string[];
let next = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  told = [];
  next += 1;
  api.workflows.current = recordingWorkflows({
    contactReplied: async (leadId) => {
      told.push(leadId);
      return { kind: 'done', value: undefined };
    },
  });
});

async function lead(phone: string, settings: Record<string, unknown> = {}): Promise<string> {
  const body = { name: `Campaign of ${phone}`, phoneNumberIds: ['pn_1'], settings };
  const { id } = (await api.call('POST', '/api/campaigns', { body })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: [{ phone }] } });
  return (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id;
}

/** A call that came in, and was answered by the agent. */
function inbound(from: string, change: (data: ReturnType<typeof conversation>) => void = () => {}) {
  const data = conversation(from);
  change(data);
  return data;
}

function conversation(from: string) {
  return {
    agent_id: 'agent_default',
    conversation_id: `conv_in_${next}`,
    status: 'done',
    has_audio: true,
    transcript: [
      { role: 'agent', message: 'Hello, this is an AI.', time_in_call_secs: 0 },
      { role: 'user', message: 'You called me.', time_in_call_secs: 3, interrupted: true },
    ],
    metadata: {
      start_time_unix_secs: 1_772_000_000,
      call_duration_secs: 60,
      phone_call: {
        type: 'twilio',
        direction: 'inbound',
        call_sid: `CAin${next}`,
        agent_number: '+14155550100',
        external_number: from,
      } as Record<string, unknown> | null,
    } as Record<string, unknown>,
    analysis: {
      call_successful: 'success',
      transcript_summary: 'They called back.',
      data_collection_results: { user_sentiment: { value: 'Positive' } },
    },
    conversation_initiation_client_data: { dynamic_variables: {} as Record<string, unknown> },
  };
}

async function send(data: unknown, type = 'post_call_transcription'): Promise<void> {
  const raw = JSON.stringify({ type, event_timestamp: 1_772_000_000, data });
  const signature = signElevenLabs(raw, WEBHOOK_SECRET, new Date());
  const { status } = await api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw,
    headers: { 'content-type': 'application/json', 'elevenlabs-signature': signature },
  });
  expect(status).toBe(200);
}

async function stored() {
  const { id } = await api.context.db
    .selectFrom('calls')
    .select('id')
    .where('conversation_id', '=', `conv_in_${next}`)
    .executeTakeFirstOrThrow();
  return (await api.call('GET', `/api/calls/${id}`)).body;
}

test.each([
  ['E.164', '+14155552101'],
  ['the national form', '(415) 555-2102'],
  ['dots', '415.555.2103'],
  ['digits without a plus', '14155552104'],
])('an inbound call finds its lead by number in %s', async (_form, from) => {
  const phone = `+1${from.replaceAll(/\D/g, '').slice(-10)}`;
  const leadId = await lead(phone);
  await insertCall(api.context.db, leadId, { status: 'ended', reach: 'no_answer' });
  await send(inbound(from));
  expect(await stored()).toMatchObject({
    leadId,
    attributedBy: 'number',
    direction: 'inbound',
    kind: 'phone',
    attempt: null,
    from: phone,
    reach: 'answered',
    converted: true,
    sentiment: 'positive',
    hasAudio: true,
    quality: { userTurns: 1, agentTurns: 1, interruptions: 1 },
  });
  expect(told).toEqual([leadId]);
  const after = await api.context.db
    .selectFrom('leads')
    .select(['replied_at', 'converted'])
    .where('id', '=', leadId)
    .executeTakeFirstOrThrow();
  expect(after).toEqual({ replied_at: new Date(1_772_000_000_000), converted: true });
  const totals = await api.context.db
    .selectFrom('call_totals')
    .innerJoin('leads', 'leads.campaign_id', 'call_totals.campaign_id')
    .select(({ fn }) => fn.sum<number>('calls').as('calls'))
    .where('leads.id', '=', leadId)
    .executeTakeFirstOrThrow();
  expect(Number(totals.calls)).toBe(1);
});

test('of several leads with one number it is the one contacted last; variables stand above the number', async () => {
  const phone = '+14155552110';
  const first = await lead(phone);
  const second = await lead(phone);
  await insertCall(api.context.db, second, { started_at: new Date('2026-02-01T10:00:00Z') });
  await insertCall(api.context.db, first, { started_at: new Date('2026-02-02T10:00:00Z') });
  await send(inbound(phone));
  expect(await stored()).toMatchObject({ leadId: first, attributedBy: 'number' });
  next += 1;
  await send(
    inbound(phone, (data) => {
      data.conversation_initiation_client_data.dynamic_variables = { lead_id: second };
    }),
  );
  expect(await stored()).toMatchObject({ leadId: second, attributedBy: 'variables' });
});

test('a call of nobody is listed, is given to a lead by hand, and its number is learnt', async () => {
  const stranger = '+14155552120';
  await send(inbound(stranger));
  const earlier = await stored();
  expect(earlier).toMatchObject({ leadId: null, attributedBy: null });
  next += 1;
  await send(inbound(stranger));
  const call = await stored();
  const { items } = (await api.call('GET', '/api/calls?attribution=unattributed')).body;
  expect(items.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining([call.id, earlier.id]));
  const leadId = await lead('+14155552121', { conversion: { rule: 'keywords', keywords: ['called me'] } });
  const answer = await api.call('POST', `/api/calls/${call.id}/attribute`, { body: { leadId } });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    { leadId, attributedBy: 'person', converted: true, conversionReason: { rule: 'keywords', turn: 1 } },
  ]);
  expect((await api.call('GET', `/api/calls/${earlier.id}`)).body).toMatchObject({
    leadId,
    attributedBy: 'alias',
  });
  const audit = await api.context.db
    .selectFrom('audit_log')
    .select('action')
    .where('subject', '=', call.id)
    .execute();
  expect(audit).toEqual([{ action: 'call.attributed' }]);
  next += 1;
  await send(inbound(stranger));
  expect(await stored()).toMatchObject({ leadId, attributedBy: 'alias' });
});

test('what was dialled stays with its lead; unknown calls and leads are 404', async () => {
  const leadId = await lead('+14155552130');
  const dialled = await insertCall(api.context.db, leadId);
  const attribute = (id: string, lead: string) =>
    api.call('POST', `/api/calls/${id}/attribute`, { body: { leadId: lead } });
  expect((await attribute(dialled, leadId)).status).toBe(409);
  expect((await attribute('none', leadId)).status).toBe(404);
  await send(inbound('+14155552131'));
  expect((await attribute((await stored()).id, crypto.randomUUID())).status).toBe(404);
});

test('a talk in the browser is a call of its own kind, and is not listed as unattributed', async () => {
  await send(
    inbound('', (data) => {
      data.metadata.phone_call = null;
    }),
  );
  const call = await stored();
  expect(call).toMatchObject({ kind: 'browser', leadId: null, from: null, campaignId: null });
  const { items } = (await api.call('GET', '/api/calls?attribution=unattributed')).body;
  expect(items.map(({ id }: { id: string }) => id)).not.toContain(call.id);
});

test('a webhook whose answer to the dial is lost is found by the carrier’s id', async () => {
  const leadId = await lead('+14155552140');
  const id = await insertCall(api.context.db, leadId, { status: 'ringing', call_sid: `CAin${next}` });
  await send(inbound('+14155552140'));
  expect(await stored()).toMatchObject({ id, reach: 'answered' });
});

test('a machine that picked up makes the call a voicemail, when it is told before the end', async () => {
  const leadId = await lead('+14155552150');
  await insertCall(api.context.db, leadId, { status: 'ringing', conversation_id: `conv_in_${next}` });
  const verdict = { conversation_id: `conv_in_${next}`, answered_by: 'machine_start' };
  await send(verdict, 'answering_machine_detection');
  expect(await stored()).toMatchObject({ status: 'in_progress', reach: null });
  await send(inbound('+14155552150'));
  expect(await stored()).toMatchObject({ status: 'ended', reach: 'voicemail' });
  next += 1;
  const other = await insertCall(api.context.db, leadId, {
    attempt: 2,
    conversation_id: `conv_in_${next}`,
    status: 'ringing',
  });
  await send(inbound('+14155552150'));
  await send({ ...verdict, conversation_id: `conv_in_${next}` }, 'answering_machine_detection');
  expect(await stored()).toMatchObject({ id: other, reach: 'answered' });
});

test('a recording that was sent is served whole and in part', async () => {
  await send(inbound('+14155552160'));
  const audio = Buffer.from('0123456789');
  await send({ conversation_id: `conv_in_${next}`, full_audio: audio.toString('base64') }, 'post_call_audio');
  const path = `/api/calls/${(await stored()).id}/audio`;
  const whole = await api.call('GET', path);
  expect([whole.status, whole.body, whole.headers.get('content-length')]).toEqual([200, '0123456789', '10']);
  const part = await api.call('GET', path, { headers: { range: 'bytes=2-4' } });
  expect([part.status, part.body, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
  const outside = await api.call('GET', path, { headers: { range: 'bytes=10-' } });
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */10']);
});
