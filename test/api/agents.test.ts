import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProviderError } from '#providers/ports.ts';
import { AGENT, provide, startAgentsApi } from '../support/agents-rig.ts';
import { type ApiRig, outboundNumber } from '../support/api-rig.ts';

let api: ApiRig;
beforeAll(async () => {
  api = await startAgentsApi();
});
afterAll(() => api.stop());

test('an agent is read with what may be overridden; an unknown one is 404', async () => {
  const { body } = await api.call('GET', '/api/agents/agent_1', { key: 'viewer' });
  expect(body).toEqual(AGENT);
  expect((await api.call('GET', '/api/agents/agent_9')).status).toBe(404);
});

test('numbers whose texts go elsewhere are warned of', async () => {
  api.phoneNumbers.push(
    { ...outboundNumber('phnum_a'), takesTexts: true },
    { ...outboundNumber('phnum_b'), takesTexts: false },
    outboundNumber('phnum_c'),
  );
  const { body } = await api.call('GET', '/api/phone-numbers');
  expect(body.items.map(({ takesTexts }: { takesTexts: unknown }) => takesTexts)).toEqual([
    true,
    false,
    null,
  ]);
  expect(body.warnings).toMatchObject([{ phoneNumberId: 'phnum_a', warning: 'texts_elsewhere' }]);
});

test('voices are searched page by page', async () => {
  const asked: unknown[] = [];
  const voice = {
    voiceId: 'voice_1',
    name: 'Clara',
    category: null,
    description: null,
    labels: { accent: 'british' },
    previewUrl: null,
  };
  provide(api, {
    searchVoices: async (query) => {
      asked.push(query);
      return { items: [voice], nextCursor: 'n2' };
    },
  });
  expect((await api.call('GET', '/api/voices?search=clara')).body).toEqual({
    items: [voice],
    nextCursor: 'n2',
  });
  await api.call('GET', '/api/voices?cursor=n2&limit=5');
  expect(asked).toEqual([
    { search: 'clara', pageSize: 30 },
    { cursor: 'n2', pageSize: 5 },
  ]);
  expect((await api.call('GET', '/api/voices?limit=101')).status).toBe(422);
});

test('a sample is sound, for a text that is short and a voice that is there', async () => {
  provide(api, {
    speak: async ({ voiceId, text }) => {
      if (voiceId !== 'voice_1')
        throw new ProviderError('no', { provider: 'elevenlabs', status: 404, retryable: false });
      return { contentType: 'audio/mpeg', body: new Blob([`said: ${text}`]).stream() };
    },
  });
  const sample = (voice: string, text: unknown, headers = {}) =>
    api.call('POST', `/api/voices/${voice}/sample`, { body: { text }, headers });
  const received = await sample('voice_1', 'Hi there');
  expect([received.status, received.body]).toEqual([200, 'said: Hi there']);
  expect(received.headers.get('content-type')).toBe('audio/mpeg');
  // Sound is not kept under a key, and the key does not make it fail.
  for (const text of ['once', 'once']) {
    expect((await sample('voice_1', text, { 'idempotency-key': 'k1' })).body).toBe('said: once');
  }
  expect((await sample('voice_9', 'Hi')).status).toBe(404);
  expect((await sample('voice_1', 'x'.repeat(501))).status).toBe(422);
  expect((await sample('voice_1', ' ')).status).toBe(422);
});
