import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Carrier, type LiveCommand, type LiveCommandAnswer, ProviderError } from '#providers/ports.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

let api: ApiRig;
let leadId: string;
let attempt = 0;
let sent: [conversationId: string, command: LiveCommand][];

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  const campaignId = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body.id;
  const leads = [{ name: 'Ada', phone: '+14155550100' }];
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads } });
  leadId = (await api.call('GET', `/api/campaigns/${campaignId}/leads`)).body.items[0].id;
});
beforeEach(() => {
  sent = [];
  api.context.carrier = null;
  monitor('done');
});
afterAll(() => api.stop());

function monitor(answer: LiveCommandAnswer | ProviderError): void {
  api.context.voice = {
    ...api.context.voice,
    command: async (conversationId, command) => {
      sent.push([conversationId, command]);
      if (answer instanceof ProviderError) throw answer;
      return answer;
    },
  };
}

/** A telephone company that hangs up, or knows of no such call any more. */
function carrier(hangsUp: boolean): string[] {
  const ended: string[] = [];
  const port: Pick<Carrier, 'endCall'> = {
    endCall: async (callSid) => {
      ended.push(callSid);
      return hangsUp;
    },
  };
  api.context.carrier = port as Carrier;
  return ended;
}

async function live(call: Parameters<typeof insertCall>[2] = {}): Promise<string> {
  attempt += 1;
  return await insertCall(api.context.db, leadId, {
    attempt,
    status: 'in_progress',
    conversation_id: `conv_${attempt}`,
    call_sid: `CA${attempt}`,
    ...call,
  });
}

const post = (id: string, what: string, body?: unknown) =>
  api.call('POST', `/api/calls/${id}/${what}`, body === undefined ? {} : { body });

async function trace(callId: string): Promise<{ audit: string[]; events: string[] }> {
  const { db } = api.context;
  const audit = await db.selectFrom('audit_log').select('action').where('subject', '=', callId).execute();
  const events = await db
    .selectFrom('events')
    .select(['type', 'data'])
    .where('call_id', '=', callId)
    .execute();
  return {
    audit: audit.map(({ action }) => action),
    events: events.map(({ type, data }) => `${type} ${JSON.stringify(data)}`),
  };
}

const down = new ProviderError('x', { provider: 'elevenlabs', status: 503, retryable: true });

test('a call is ended through its monitor socket, and the carrier is left alone', async () => {
  const ended = carrier(true);
  const id = await live();
  const answer = await post(id, 'end');
  expect([answer.status, answer.body]).toEqual([202, { callId: id, via: 'monitor' }]);
  expect(sent).toEqual([[`conv_${attempt}`, { kind: 'end' }]]);
  expect(ended).toEqual([]);
  expect((await trace(id)).audit).toEqual(['call.end_requested']);
  // The end itself is the provider's to tell.
  expect((await api.call('GET', `/api/calls/${id}`)).body.status).toBe('in_progress');
});

test.each([
  ['unavailable', 'unavailable' as const],
  ['down', down],
])('where the socket is %s, the carrier hangs up', async (_, answer) => {
  monitor(answer);
  const ended = carrier(true);
  const id = await live();
  expect((await post(id, 'end')).body).toEqual({ callId: id, via: 'carrier' });
  expect(ended).toEqual([`CA${attempt}`]);
});

test('a call that rings has no conversation to enter, and can be hung up all the same', async () => {
  const ended = carrier(true);
  const id = await live({ status: 'ringing', conversation_id: null });
  expect((await post(id, 'end')).status).toBe(202);
  expect([sent, ended]).toEqual([[], [`CA${attempt}`]]);
});

test('what cannot be ended says why', async () => {
  const why = async (id: string) => {
    const { status, body } = await post(id, 'end');
    expect(status).toBe(409);
    return body.detail;
  };
  expect(await why(await live({ status: 'ended', reach: 'answered' }))).toBe('The call is over.');
  expect(sent).toEqual([]);
  expect(await why(await live({ conversation_id: null, call_sid: null }))).toContain('still being placed');
  monitor('unavailable');
  expect(await why(await live())).toMatch(/^unavailable: .*No telephone company is configured/);
  carrier(true);
  expect(await why(await live({ call_sid: null }))).toMatch(/^unavailable: .*no number at the telephone/);
  carrier(false);
  expect(await why(await live())).toBe('The call is over.');
  monitor('gone');
  api.context.carrier = null;
  const over = await live();
  expect(await why(over)).toBe('The call is over.');
  expect((await trace(over)).audit).toEqual([]);
  monitor(down);
  expect((await post(await live(), 'end')).status).toBe(502);
  expect((await post('nobody.1', 'end')).status).toBe(404);
});

test('context reaches the agent, and the log knows that it did but not what it was', async () => {
  const id = await live();
  const answer = await post(id, 'context', { text: 'She wrote: please be quick.' });
  expect(answer.status).toBe(202);
  expect(sent).toEqual([[`conv_${attempt}`, { kind: 'context', text: 'She wrote: please be quick.' }]]);
  expect(await trace(id)).toEqual({
    audit: ['call.context_sent'],
    events: ['call.context_sent {"characters":27}'],
  });
});

test('context that does not arrive is refused with the reason, and logged nowhere', async () => {
  monitor('unavailable');
  const id = await live();
  const refused = await post(id, 'context', { text: 'x' });
  expect([refused.status, refused.body.type]).toEqual([409, '/problems/wrong-state']);
  expect(refused.body.detail).toMatch(/^unavailable: /);
  monitor('gone');
  expect((await post(id, 'context', { text: 'x' })).body.detail).toBe('The call is over.');
  monitor(down);
  expect((await post(id, 'context', { text: 'x' })).status).toBe(502);
  expect(await trace(id)).toEqual({ audit: [], events: [] });
  for (const text of ['', ' ', 'x'.repeat(2001), 5]) {
    expect((await post(id, 'context', { text })).status, String(text).slice(0, 5)).toBe(422);
  }
  expect((await post('nobody.1', 'context', { text: 'x' })).status).toBe(404);
});

test('a call is handed over to a number in any of its forms', async () => {
  const id = await live();
  expect((await post(id, 'transfer', { to: '+1 (415) 555-0177' })).status).toBe(202);
  expect(sent).toEqual([[`conv_${attempt}`, { kind: 'transfer', to: '+14155550177' }]]);
  const { audit } = await trace(id);
  expect(audit).toEqual(['call.transfer_requested']);
  expect((await post(id, 'transfer', { to: 'reception' })).status).toBe(422);
  monitor('unavailable');
  expect((await post(id, 'transfer', { to: '+14155550177' })).status).toBe(409);
});
