import { afterEach, describe, expect, it } from 'vitest';
import { AGENT, client, closeStages, failureOf, json, stage } from '../support/provider-stage.ts';

afterEach(closeStages);

describe('agents, numbers and voices', () => {
  it('reads an agent with what it lets be overridden', async () => {
    const server = await stage({ http: (_, response) => json(response, 200, AGENT) });
    expect(await client(server).getAgent('agent_1')).toEqual({
      agentId: 'agent_1',
      name: 'Ada',
      firstMessage: 'Hello!',
      prompt: 'Be kind.',
      language: 'en',
      voiceId: 'voice_1',
      llm: 'some-model',
      maxCallSeconds: 600,
      overrides: {
        prompt: true,
        firstMessage: true,
        language: false,
        voice: true,
        stability: false,
        speed: true,
        similarityBoost: false,
        textOnly: true,
        maxCallSeconds: false,
      },
      dataCollection: [{ id: 'email', type: 'string', description: 'Where to write' }],
      criteria: [{ id: 'polite', name: 'Politeness' }],
      phoneNumberIds: ['phnum_1'],
      concurrencyLimit: -1,
      monitoringEnabled: true,
    });
  });

  it('allows nothing where an agent says nothing', async () => {
    const server = await stage({ http: (_, response) => json(response, 200, { name: 'Bo' }) });
    const agent = await client(server).getAgent('agent_2');
    expect(Object.values(agent?.overrides ?? { none: true })).toEqual(Array(9).fill(false));
    expect(agent).toMatchObject({ agentId: 'agent_2', prompt: null, monitoringEnabled: null, criteria: [] });
  });

  it('says which numbers send their texts elsewhere', async () => {
    const number = { label: 'x', provider: 'twilio' };
    const rows = [
      { ...number, phone_number_id: 'a', phone_number: '+12125550190', enable_sms: true },
      { ...number, phone_number_id: 'b', phone_number: '+12125550191', enable_sms: false },
      { ...number, phone_number_id: 'c', phone_number: '+12125550192' },
    ];
    const server = await stage({ http: (_, response) => json(response, 200, rows) });
    const numbers = await client(server).listPhoneNumbers();
    expect(numbers.map(({ takesTexts }) => takesTexts)).toEqual([true, false, null]);
  });

  it('searches voices page by page', async () => {
    const paths: string[] = [];
    const server = await stage({
      http: (path, response) => {
        paths.push(path);
        const voice = { voice_id: 'voice_1', name: 'Clara', labels: { accent: 'british', age: null } };
        json(response, 200, { voices: [voice, { name: 'nobody' }], has_more: true, next_page_token: 'n2' });
      },
    });
    const page = await client(server).searchVoices({ search: 'cla', cursor: 'n1', pageSize: 500 });
    expect(page.items).toEqual([
      {
        voiceId: 'voice_1',
        name: 'Clara',
        category: null,
        description: null,
        labels: { accent: 'british' },
        previewUrl: null,
      },
    ]);
    expect(page.nextCursor).toBe('n2');
    const asked = new URL(paths[0] ?? '', server.url);
    expect(asked.pathname).toBe('/v2/voices');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      search: 'cla',
      next_page_token: 'n1',
      page_size: '100',
    });
  });
});

describe('sound', () => {
  it('speaks a text, and passes the sound on as it comes', async () => {
    let sent: unknown;
    const server = await stage({
      http: (path, response, request, body) => {
        sent = { path, body: JSON.parse(body), key: request.headers['xi-api-key'] };
        response.writeHead(200, { 'content-type': 'audio/mpeg' });
        response.write(Buffer.from([1, 2]));
        response.end(Buffer.from([3]));
      },
    });
    const audio = await client(server).speak({ voiceId: 'voice/1', text: 'Hi' });
    expect(audio.contentType).toBe('audio/mpeg');
    expect([...new Uint8Array(await new Response(audio.body).arrayBuffer())]).toEqual([1, 2, 3]);
    expect(sent).toEqual({
      path: '/v1/text-to-speech/voice%2F1/stream?output_format=mp3_44100_128',
      body: { text: 'Hi' },
      key: 'key',
    });
  });

  it('knows a recording that is not there from one that cannot be had', async () => {
    const missing = await stage({ http: (_, response) => json(response, 404, {}) });
    expect(await client(missing).getAudio('conv_1')).toBeNull();
    expect(await failureOf(client(missing).speak({ voiceId: 'v', text: 'x' }))).toMatchObject({
      status: 404,
    });
    const busy = await stage({ http: (_, response) => json(response, 503, {}) });
    expect(await failureOf(client(busy).getAudio('conv_1'))).toMatchObject({ status: 503, retryable: true });
    const page = await stage({
      http: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    });
    expect((await failureOf(client(page).getAudio('conv_1'))).message).toContain('no sound');
  });

  it('fails the stream when the connection breaks in the middle', async () => {
    const server = await stage({
      http: (_, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '100' });
        response.write(Buffer.from([1]), () => response.destroy());
      },
    });
    const audio = await client(server).getAudio('conv_1');
    await expect(new Response(audio?.body).arrayBuffer()).rejects.toThrow();
  });
});

describe('joining from a browser', () => {
  it('gets an address for a WebSocket, or a token', async () => {
    const server = await stage({
      http: (path, response) =>
        path.includes('signed')
          ? json(response, 200, { signed_url: 'wss://voice.example/x?agent_id=agent_1' })
          : json(response, 200, { token: 'eyJ', conversation_id: 'conv_7' }),
    });
    const join = client(server).joinFromBrowser;
    expect(await join({ agentId: 'agent_1', how: 'websocket' })).toEqual({
      signedUrl: 'wss://voice.example/x?agent_id=agent_1',
    });
    expect(await join({ agentId: 'agent_1', how: 'webrtc' })).toEqual({
      token: 'eyJ',
      conversationId: 'conv_7',
    });
  });

  it('takes no address that is not one of a WebSocket', async () => {
    const server = await stage({
      http: (_, response) => json(response, 200, { signed_url: 'javascript:alert(1)' }),
    });
    await failureOf(client(server).joinFromBrowser({ agentId: 'agent_1', how: 'websocket' }));
  });
});
