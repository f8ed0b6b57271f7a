import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';
import { endedEvent, ringLead, sendEvent, storedEvents } from '../support/webhook-events.ts';

let api: ApiRig;
let notified: string[];
let next = 0;
let leadId: string;
let callId: string;
let conversationId: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  notified = [];
  api.workflows.current = recordingWorkflows({
    callEnded: async (lead, call) => {
      notified.push(`${lead} ${call}`);
      return { kind: 'done', value: undefined };
    },
  });
  next += 1;
  ({ leadId, callId, conversationId } = await ringLead(api, next));
});

const ended = () => endedEvent(conversationId, callId, next);
const send = (event: unknown, options: Parameters<typeof sendEvent>[2] = {}) =>
  sendEvent(api, event, options);

const stored = () => storedEvents(api, conversationId);

test.each<[string, () => Parameters<typeof send>[1]]>([
  ['none', () => ({ signature: null })],
  ['nonsense', () => ({ signature: 'v0=zz' })],
  ['another secret', () => ({ secret: 'wsec_other' })],
  ['an altered body', () => ({ tail: ' ' })],
  ['stale', () => ({ at: new Date(Date.now() - 31 * 60_000) })],
  ['from the future', () => ({ at: new Date(Date.now() + 6 * 60_000) })],
])('fault 7: signature %s: 401, and nothing is written', async (_name, options) => {
  const { status, body } = await send(ended(), options());
  expect([status, body.type]).toEqual([401, '/problems/invalid-signature']);
  expect(await stored()).toEqual([]);
  expect((await api.call('GET', `/api/calls/${callId}`)).body.status).toBe('ringing');
  expect(notified).toEqual([]);
});

test('fault 7: the same event in other bytes under the first signature: 401, and nothing is written', async () => {
  const signature = signElevenLabs(JSON.stringify(ended()), WEBHOOK_SECRET, new Date());
  const reserialised = [
    JSON.stringify(ended(), null, 2),
    JSON.stringify(Object.fromEntries(Object.entries(ended()).reverse())),
  ];
  for (const raw of reserialised) expect((await send(raw, { signature })).status).toBe(401);
  expect(await stored()).toEqual([]);
  expect((await send(ended(), { signature })).status).toBe(200);
});

test('fault 7: a replay is counted, and changes nothing', async () => {
  const signature = signElevenLabs(JSON.stringify(ended()), WEBHOOK_SECRET, new Date());
  const read = async () => ({
    call: (await api.call('GET', `/api/calls/${callId}`)).body,
    lead: (await api.call('GET', `/api/leads/${leadId}`)).body,
    timeline: (await api.call('GET', `/api/leads/${leadId}/timeline`)).body,
  });
  expect((await send(ended(), { signature })).status).toBe(200);
  const first = await read();
  for (let nth = 0; nth < 3; nth += 1) expect((await send(ended(), { signature })).status).toBe(200);
  expect(await read()).toEqual(first);
  expect(notified).toHaveLength(1);
  expect(await stored()).toMatchObject([{ deliveries: 4 }]);
});

test('fault 8: both secrets of a rotation are good', async () => {
  expect((await send(ended(), { secret: 'wsec_new' })).status).toBe(200);
});

test('fault 8: a secret that is rotated while calls are under way: both verify, until the old one is taken out', async () => {
  const { elevenLabs } = api.context.config;
  const before = elevenLabs.webhookSecrets;
  const machine = { conversation_id: conversationId, answered_by: 'human' };
  const detection = { type: 'answering_machine_detection', event_timestamp: 1, data: machine };
  try {
    elevenLabs.webhookSecrets = ['wsec_first'];
    expect((await send(detection, { secret: 'wsec_first' })).status).toBe(200);
    expect((await send(ended(), { secret: 'wsec_second' })).status).toBe(401);
    elevenLabs.webhookSecrets = ['wsec_first', 'wsec_second'];
    expect((await send(ended(), { secret: 'wsec_second' })).status).toBe(200);
    expect((await send(detection, { secret: 'wsec_first' })).status).toBe(200);
    elevenLabs.webhookSecrets = ['wsec_second'];
    expect((await send(detection, { secret: 'wsec_first' })).status).toBe(401);
    expect((await send(ended(), { secret: 'wsec_second' })).status).toBe(200);
  } finally {
    elevenLabs.webhookSecrets = before;
  }
  expect((await stored()).map(({ type, deliveries }) => [type, deliveries])).toEqual([
    ['answering_machine_detection', 2],
    ['post_call_transcription', 2],
  ]);
  expect((await api.call('GET', `/api/calls/${callId}`)).body).toMatchObject({ reach: 'answered' });
});
