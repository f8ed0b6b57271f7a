import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createElevenLabs } from '../providers/elevenlabs/adapter.ts';
import { ProviderError, type TextTalk } from '../providers/ports.ts';

type Message = Record<string, unknown>;
type Frames = (message: Message, reply: (message: Message) => void, socket: WebSocket) => void;

interface Stage {
  url: string;
  /** Of the WebSocket's request. */
  headers: IncomingMessage['headers'][];
  /** What the client sent over the WebSocket. */
  received: Message[];
}

interface StageOptions {
  http?: (path: string, response: ServerResponse, request: IncomingMessage, body: string) => void;
  /** A status that refuses the WebSocket, none to open it. */
  refuseWith?: number;
  onOpen?: (reply: (message: Message) => void, socket: WebSocket) => void;
  onMessage?: Frames;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A provider whose every answer the test writes, over HTTP and over a WebSocket. */
async function stage(options: StageOptions): Promise<Stage> {
  const received: Message[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => (protocols.has('convai') ? 'convai' : false),
  });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    options.http?.(request.url ?? '/', response, request, Buffer.concat(chunks).toString());
  });
  server.on('upgrade', (request, socket, head) => {
    headers.push(request.headers);
    if (options.refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${options.refuseWith} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const reply = (message: Message) => opened.send(JSON.stringify(message));
      opened.on('message', (data) => {
        const message = JSON.parse(String(data)) as Message;
        received.push(message);
        options.onMessage?.(message, reply, opened);
      });
      options.onOpen?.(reply, opened);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers, received };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const client = ({ url }: Stage) => createElevenLabs({ apiKey: 'key', baseUrl: url, requestTimeoutMs: 5000 });

async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof ProviderError)) throw new Error(`It was to fail, and gave ${String(error)}.`);
  return error;
}

const AGENT = {
  agent_id: 'agent_1',
  name: 'Ada',
  conversation_config: {
    agent: { first_message: 'Hello!', language: 'en', prompt: { prompt: 'Be kind.', llm: 'some-model' } },
    tts: { voice_id: 'voice_1' },
    conversation: { max_duration_seconds: 600, monitoring_enabled: true },
  },
  platform_settings: {
    overrides: {
      conversation_config_override: {
        agent: { first_message: true, prompt: { prompt: true } },
        tts: { voice_id: true, speed: true },
        conversation: { text_only: true },
      },
    },
    data_collection: { email: { type: 'string', description: 'Where to write' } },
    evaluation: { criteria: [{ id: 'polite', name: 'Politeness' }] },
    call_limits: { agent_concurrency_limit: -1 },
  },
  phone_numbers: [{ phone_number_id: 'phnum_1', phone_number: '+12125550190' }],
};

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

  it('tells which numbers send their texts elsewhere', async () => {
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

const STARTED = {
  type: 'conversation_initiation_metadata',
  conversation_initiation_metadata_event: { conversation_id: 'conv_1' },
};
const response = (text: string, id: number) => ({
  type: 'agent_response',
  agent_response_event: { agent_response: text, event_id: id },
});

/** An agent's socket; `onMessage` answers what the person writes. */
function talkStage(agent: unknown, options: StageOptions = {}): Promise<Stage> {
  const started: Promise<Stage> = stage({
    http: async (path, answer) => {
      if (!path.includes('signed')) return json(answer, 200, agent);
      const { url } = await started;
      json(answer, 200, {
        signed_url: `${url.replace('http', 'ws')}/v1/convai/conversation?agent_id=agent_1`,
      });
    },
    onOpen: (reply) => {
      reply(STARTED);
      reply(response('Hello!', 1));
      reply({ type: 'ping', ping_event: { event_id: 9, ping_ms: 5 } });
    },
    ...options,
  });
  return started;
}

describe('a talk in texts', () => {
  const openTalk = (server: Stage, timeoutMs = 3000): Promise<TextTalk> =>
    client(server).openTextTalk({ agentId: 'agent_1', variables: { name: 'Ada' }, timeoutMs });

  it('asks for texts only, answers pings, and gives whole answers without the greeting', async () => {
    const server = await talkStage(AGENT, {
      onMessage: (message, reply) => {
        if (message.type !== 'user_message') return;
        reply(response('One moment.', 2));
        reply({ type: 'client_tool_call', client_tool_call: { tool_name: 'look', tool_call_id: 't1' } });
        reply(response('One moment.', 2));
        reply(response('We open at ten.', 3));
      },
    });
    const talk = await openTalk(server);
    expect(talk.conversationId).toBe('conv_1');
    expect(await talk.say('When do you open?')).toBe('One moment. We open at ten.');
    talk.close();
    expect(server.headers[0]?.['sec-websocket-protocol']).toBe('convai');
    expect(server.received).toContainEqual({ type: 'pong', event_id: 9 });
    expect(server.received).toContainEqual({ type: 'user_message', text: 'When do you open?' });
    expect(server.received.find(({ type }) => type === 'client_tool_result')).toMatchObject({
      tool_call_id: 't1',
      is_error: true,
    });
    expect(server.received).toContainEqual({
      type: 'conversation_initiation_client_data',
      conversation_config_override: { conversation: { text_only: true } },
      dynamic_variables: { name: 'Ada' },
    });
  });

  it('overrides nothing that the agent forbids', async () => {
    const server = await talkStage({ name: 'Bo' });
    const talk = await openTalk(server);
    const initiation = () => server.received.find(({ type }) => type !== 'pong');
    await expect.poll(initiation).toEqual({
      type: 'conversation_initiation_client_data',
      dynamic_variables: { name: 'Ada' },
    });
    talk.close();
  });

  it('gives up on an agent that does not answer, and can be asked again', async () => {
    const server = await talkStage(AGENT, {
      onMessage: (message, reply) => {
        if (message.text === 'again') reply(response('Here I am.', 4));
      },
    });
    const talk = await openTalk(server, 700);
    expect(await failureOf(talk.say('anyone?'))).toMatchObject({ retryable: true });
    expect(await talk.say('again')).toBe('Here I am.');
    talk.close();
  });

  it('gives the last words of an agent that hangs up, and refuses to go on', async () => {
    const server = await talkStage(AGENT, {
      onMessage: (message, reply, socket) => {
        if (message.type !== 'user_message') return;
        reply(response('Goodbye.', 5));
        socket.close(1000);
      },
    });
    const talk = await openTalk(server);
    expect(await talk.say('bye')).toBe('Goodbye.');
    expect(await failureOf(talk.say('still there?'))).toMatchObject({ retryable: false });
  });

  it('fails when the opening is refused, broken off, silent or an error', async () => {
    const refused = await talkStage(AGENT, { refuseWith: 403 });
    expect(await failureOf(openTalk(refused))).toMatchObject({ status: 403, retryable: false });
    const broken = await talkStage(AGENT, { onOpen: (_, socket) => socket.terminate() });
    expect(await failureOf(openTalk(broken))).toMatchObject({ retryable: true });
    const silent = await talkStage(AGENT, { onOpen: () => undefined });
    expect(await failureOf(openTalk(silent, 400))).toMatchObject({ retryable: true });
    const error = await talkStage(AGENT, {
      onOpen: (reply) => reply({ type: 'error', error_event: { message: 'quota exceeded' } }),
    });
    expect((await failureOf(openTalk(error))).message).toContain('quota exceeded');
  });
});

describe('commands into a live call', () => {
  const conversation = (status: string) => (_path: string, answer: ServerResponse) =>
    json(answer, 200, { conversation_id: 'conv_1', status });

  it('sends context and a transfer with the key in the header', async () => {
    const server = await stage({});
    expect(await client(server).command('conv_1', { kind: 'context', text: 'She wrote: call later' })).toBe(
      'done',
    );
    expect(await client(server).command('conv_1', { kind: 'transfer', to: '+12125550177' })).toBe('done');
    expect(server.headers.map((sent) => sent['xi-api-key'])).toEqual(['key', 'key']);
    expect(server.received).toEqual([
      { command_type: 'contextual_update', parameters: { contextual_update: 'She wrote: call later' } },
      { command_type: 'transfer_to_number', parameters: { phone_number: '+12125550177' } },
    ]);
  });

  it('ends a call, and has its end confirmed by the close', async () => {
    const server = await stage({ onMessage: (_message, _reply, socket) => socket.close(1000) });
    expect(await client(server).command('conv_1', { kind: 'end' })).toBe('done');
    expect(server.received).toEqual([{ command_type: 'end_call' }]);
  });

  it.each([401, 403])('is unavailable where the account may not (%i)', async (refuseWith) => {
    const server = await stage({ refuseWith });
    expect(await client(server).command('conv_1', { kind: 'end' })).toBe('unavailable');
  });

  it('tells a call that is over from a feature that is not there', async () => {
    const over = await stage({ refuseWith: 404, http: conversation('done') });
    expect(await client(over).command('conv_1', { kind: 'end' })).toBe('gone');
    const live = await stage({ refuseWith: 404, http: conversation('in-progress') });
    expect(await client(live).command('conv_1', { kind: 'end' })).toBe('unavailable');
    const unknown = await stage({ refuseWith: 404, http: (_, answer) => json(answer, 404, {}) });
    expect(await client(unknown).command('conv_1', { kind: 'end' })).toBe('gone');
    const policy = await stage({
      http: conversation('in-progress'),
      onOpen: (_, socket) => socket.close(1008, 'monitoring is off'),
    });
    expect(await client(policy).command('conv_1', { kind: 'context', text: 'x' })).toBe('unavailable');
  });

  it('fails where the provider objects or breaks down', async () => {
    const objecting = await stage({
      onMessage: (_message, reply) => reply({ type: 'error', message: 'no such tool' }),
    });
    const transfer = client(objecting).command('conv_1', { kind: 'transfer', to: '+12125550177' });
    expect((await failureOf(transfer)).message).toContain('no such tool');
    const down = await stage({ refuseWith: 503 });
    expect(await failureOf(client(down).command('conv_1', { kind: 'end' }))).toMatchObject({
      status: 503,
      retryable: true,
    });
  });
});
