import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createElevenLabs } from '../providers/elevenlabs/adapter.ts';
import { type DialRequest, ProviderError } from '../providers/ports.ts';
import { createTwilio } from '../providers/twilio/adapter.ts';

interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

interface Wire {
  url: string;
  requests: Received[];
  /** Requests that dial. */
  dials(): Received[];
  close(): Promise<void>;
}

type Handler = (request: Received, response: ServerResponse) => void;

const open: Wire[] = [];

/** A server whose every answer the test writes. */
async function wire(handler: Handler): Promise<Wire> {
  const requests: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const received = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    };
    requests.push(received);
    handler(received, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    dials: () => requests.filter((request) => request.method === 'POST'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  open.push(result);
  return result;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers dials with `onDial` and says of the agent what `agent` holds; without it the agent cannot be read. */
function dialWire(onDial: Handler, agent?: unknown): Promise<Wire> {
  return wire((request, response) => {
    if (request.method === 'POST') onDial(request, response);
    else if (agent === undefined) json(response, 404, {});
    else json(response, 200, agent);
  });
}

function allowing(override: object) {
  return {
    agent_id: 'agent_1',
    name: 'Ada',
    platform_settings: { overrides: { conversation_config_override: override } },
  };
}

const placed = { success: true, message: 'ok', conversation_id: 'conv_1', callSid: 'CA1' };

function request(change: Partial<DialRequest> = {}): DialRequest {
  return {
    attemptId: 'lead-1.1',
    agentId: 'agent_1',
    phoneNumberId: 'phnum_1',
    to: '+12025550123',
    ringSeconds: 30,
    maxCallSeconds: 240,
    variables: { first_name: 'Ada', visits: 2, vip: true },
    timeoutMs: 5000,
    ...change,
  };
}

function dial(server: { url: string }, change: Partial<DialRequest> = {}) {
  return createElevenLabs({ apiKey: 'key', baseUrl: server.url }).dial(request(change));
}

describe('a dial at ElevenLabs', () => {
  it('sends one request that carries the attempt twice, and returns the ids', async () => {
    const server = await dialWire((_, response) => json(response, 200, placed));
    expect(await dial(server)).toEqual({ kind: 'placed', conversationId: 'conv_1', callSid: 'CA1' });
    const [sent, ...more] = server.dials();
    expect(more).toEqual([]);
    expect(sent?.path).toBe('/v1/convai/twilio/outbound-call');
    expect(sent?.headers['xi-api-key']).toBe('key');
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      agent_id: 'agent_1',
      agent_phone_number_id: 'phnum_1',
      to_number: '+12025550123',
      telephony_call_config: { ringing_timeout_secs: 30 },
      conversation_initiation_client_data: {
        user_id: 'lead-1.1',
        dynamic_variables: { first_name: 'Ada', visits: 2, vip: true, attempt_id: 'lead-1.1' },
      },
    });
  });

  it('limits the duration only where the agent allows it, and reads the agent once', async () => {
    const agent = allowing({ conversation: { max_duration_seconds: true } });
    const server = await dialWire((_, response) => json(response, 200, placed), agent);
    const elevenLabs = createElevenLabs({ apiKey: 'key', baseUrl: server.url });
    await elevenLabs.dial(request());
    await elevenLabs.dial(request({ attemptId: 'lead-2.1' }));
    const bodies = server.dials().map((sent) => JSON.parse(sent.body).conversation_initiation_client_data);
    expect(bodies.map((body) => body.conversation_config_override)).toEqual([
      { conversation: { max_duration_seconds: 240 } },
      { conversation: { max_duration_seconds: 240 } },
    ]);
    expect(server.requests.filter((sent) => sent.method === 'GET')).toHaveLength(1);
  });

  it('refuses an override that the agent forbids, before anything rings', async () => {
    const agent = allowing({ agent: { first_message: true } });
    const server = await dialWire((_, response) => json(response, 200, placed), agent);
    const overrides = { firstMessage: 'Hi', voiceId: 'voice_1' };
    expect(await dial(server, { overrides })).toMatchObject({
      kind: 'refused',
      cause: 'configuration',
      message: expect.stringContaining('voiceId'),
    });
    expect(server.dials()).toEqual([]);
    expect((await dial(server, { overrides: { firstMessage: 'Hi' } })).kind).toBe('placed');
  });

  it.each([500, 502, 503, 408, 409])('makes exactly one request when the answer is %i', async (status) => {
    const server = await dialWire((_, response) => json(response, status, { detail: 'x' }));
    expect((await dial(server)).kind).toBe('ambiguous');
    expect(server.dials()).toHaveLength(1);
  });

  it('defers on 429 with the delay that it names, after one request', async () => {
    const body = { detail: { status: 'too_many_concurrent_requests', message: 'slow down' } };
    const server = await dialWire((_, response) => json(response, 429, body, { 'retry-after': '7' }));
    expect(await dial(server)).toEqual({
      kind: 'deferred',
      cause: 'throttled',
      retryAfterMs: 7000,
      message: 'too_many_concurrent_requests: slow down',
    });
    expect(server.dials()).toHaveLength(1);
  });

  it('keeps the ids of an answer that the SDK rejects', async () => {
    const { message: _, ...drifted } = placed;
    const server = await dialWire((_, response) => json(response, 200, drifted));
    expect(await dial(server)).toEqual({ kind: 'placed', conversationId: 'conv_1', callSid: 'CA1' });
    expect(server.dials()).toHaveLength(1);
  });

  it.each([
    ['half of a JSON text', '{"success": tr'],
    ['a page of HTML', '<html>ok</html>'],
    ['nothing', ''],
  ])('is ambiguous when a 200 holds %s', async (_, text) => {
    const server = await dialWire((_, response) => response.writeHead(200).end(text));
    expect(await dial(server)).toMatchObject({ kind: 'ambiguous', cause: 'malformed' });
    expect(server.dials()).toHaveLength(1);
  });

  it('is ambiguous when no headers come in time', async () => {
    const server = await dialWire(() => undefined);
    const answer = await dial(server, { timeoutMs: 300 });
    expect(answer).toMatchObject({ kind: 'ambiguous', cause: 'timeout' });
    expect(server.dials()).toHaveLength(1);
  });

  it('is ambiguous when the body stalls after the headers', async () => {
    const server = await dialWire((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"success": true, "conversation_id": "conv_1"');
    });
    expect(await dial(server, { timeoutMs: 300 })).toMatchObject({ kind: 'ambiguous', cause: 'timeout' });
    expect(server.dials()).toHaveLength(1);
  });

  it('is ambiguous when the connection is reset after the request arrived', async () => {
    const server = await dialWire((_, response) => response.destroy());
    expect(await dial(server)).toMatchObject({ kind: 'ambiguous', cause: 'connection' });
    expect(server.dials()).toHaveLength(1);
  });

  it('is ambiguous when the connection is reset on a reused socket and the server is gone', async () => {
    const server = await dialWire((sent, response) => {
      if (JSON.parse(sent.body).to_number === '+12025550123') json(response, 200, placed);
      else void server.close();
    });
    const elevenLabs = createElevenLabs({ apiKey: 'key', baseUrl: server.url });
    expect((await elevenLabs.dial(request())).kind).toBe('placed');
    const second = await elevenLabs.dial(request({ to: '+12025550124' }));
    expect(second).toMatchObject({ kind: 'ambiguous', cause: 'connection' });
    expect(server.dials()).toHaveLength(2);
  });

  it('is ambiguous when the body is cut off', async () => {
    const server = await dialWire((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"success":', () => response.destroy());
    });
    expect(await dial(server)).toMatchObject({ kind: 'ambiguous', cause: 'connection' });
  });

  it.each([307, 308])('does not repeat the request at another address on %i', async (status) => {
    const elsewhere = await dialWire((_, response) => json(response, 200, placed));
    const server = await dialWire((_, response) =>
      json(response, status, {}, { location: `${elsewhere.url}/x` }),
    );
    expect(await dial(server)).toMatchObject({ kind: 'refused', cause: 'configuration', status });
    expect(elsewhere.dials()).toEqual([]);
  });

  it('defers when nothing listens', async () => {
    const server = await dialWire(() => undefined);
    await server.close();
    expect(await dial(server)).toMatchObject({ kind: 'deferred', cause: 'unreachable' });
    expect(await dial({ url: server.url.replace('127.0.0.1', 'localhost') })).toMatchObject({
      kind: 'deferred',
      cause: 'unreachable',
    });
    expect(server.requests).toEqual([]);
  });

  it('defers when the host is unknown', async () => {
    expect(await dial({ url: 'http://nowhere.invalid' })).toMatchObject({
      kind: 'deferred',
      cause: 'unreachable',
    });
  });

  it('refuses when it cannot build the request, and sends none', async () => {
    const server = await dialWire((_, response) => json(response, 200, placed));
    const broken = { phoneNumberId: 5 as unknown as string };
    expect(await dial(server, broken)).toMatchObject({ kind: 'refused', cause: 'configuration', status: 0 });
    expect(server.dials()).toEqual([]);
  });
});

describe('reads at ElevenLabs', () => {
  function client(server: Wire, requestTimeoutMs = 5000) {
    return createElevenLabs({ apiKey: 'key', baseUrl: server.url, requestTimeoutMs });
  }

  it('reads a conversation that the SDK rejects', async () => {
    const phoneCall = { type: 'twilio', call_result: 'no_answer', stream_sid: null, call_sid: 'CA1' };
    const body = { conversation_id: 'conv_1', status: 'failed', metadata: { phone_call: phoneCall } };
    const server = await wire((_, response) => json(response, 200, body));
    expect(await client(server).getConversation('conv_1')).toMatchObject({
      conversationId: 'conv_1',
      callSid: 'CA1',
      status: 'ended',
      reach: 'no_answer',
      raw: body,
    });
    expect(server.requests[0]?.path).toBe('/v1/convai/conversations/conv_1');
  });

  it('takes an answer without an id for the conversation asked for, and none with another id', async () => {
    const server = await wire((sent, response) =>
      json(response, 200, sent.path.endsWith('conv_1') ? { status: 'done' } : { conversation_id: 'conv_9' }),
    );
    expect((await client(server).getConversation('conv_1'))?.conversationId).toBe('conv_1');
    await expect(client(server).getConversation('conv_2')).rejects.toThrow(ProviderError);
  });

  it('knows no conversation and no agent on 404, but fails to list', async () => {
    const server = await wire((_, response) => json(response, 404, { detail: { status: 'not_found' } }));
    expect(await client(server).getConversation('conv_1')).toBeNull();
    expect(await client(server).getAgent('agent_1')).toBeNull();
    await expect(client(server).listAgents()).rejects.toMatchObject({ status: 404, retryable: false });
    await expect(client(server).listConversations({})).rejects.toMatchObject({
      status: 404,
      retryable: false,
    });
  });

  it('retries a fault that passes', async () => {
    const server = await wire((_, response) => {
      if (server.requests.length === 1) json(response, 500, {});
      else json(response, 200, { conversation_id: 'conv_1', status: 'done' });
    });
    expect((await client(server).getConversation('conv_1'))?.status).toBe('ended');
    expect(server.requests).toHaveLength(2);
  });

  it('reports a throttle with its delay instead of sleeping beyond the deadline', async () => {
    const server = await wire((_, response) => json(response, 429, {}, { 'retry-after': '60' }));
    const error = await client(server)
      .getConversation('conv_1')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 60_000 });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['no headers', () => undefined],
    ['a stalled body', (_: Received, response: ServerResponse) => void response.writeHead(200).write('{')],
  ] as [string, Handler][])('gives up on %s', async (_, handler) => {
    const server = await wire(handler);
    await expect(client(server, 300).listAgents()).rejects.toMatchObject({ status: null, retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  it('does not take an answer of another form for an empty list', async () => {
    const server = await wire((_, response) => json(response, 200, { items: [] }));
    await expect(client(server).listConversations({})).rejects.toThrow(ProviderError);
    await expect(client(server).listAgents()).rejects.toThrow(ProviderError);
    await expect(client(server).listPhoneNumbers()).rejects.toThrow(ProviderError);
    await expect(client(server).ping()).rejects.toThrow(ProviderError);
  });

  it('lists conversations with the bounds rounded outwards', async () => {
    const row = { conversation_id: 'conv_1', agent_id: 'a', status: 'done', call_successful: 'success' };
    const page = { conversations: [row, { agent_id: 'lost' }], has_more: true, next_cursor: 'next' };
    const server = await wire((_, response) => json(response, 200, page));
    const result = await client(server).listConversations({
      agentId: 'a',
      startedAfter: new Date(1_770_000_000_900),
      startedBefore: new Date(1_770_000_100_100),
      cursor: 'here',
      pageSize: 500,
    });
    expect(result.nextCursor).toBe('next');
    expect(result.items.map((item) => [item.conversationId, item.verdict])).toEqual([['conv_1', 'success']]);
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      agent_id: 'a',
      call_start_after_unix: '1770000000',
      call_start_before_unix: '1770000101',
      cursor: 'here',
      page_size: '100',
    });
  });

  it('looks for an attempt in both indexes before it says that there is none', async () => {
    const found = { conversations: [{ conversation_id: 'conv_1', status: 'initiated' }], has_more: false };
    const none = { conversations: [], has_more: false };
    const server = await wire((sent, response) =>
      json(response, 200, sent.query.has('dynamic_variable_params') ? found : none),
    );
    const result = await client(server).listConversations({ attemptId: 'lead-1.1' });
    expect(result.items).toMatchObject([{ conversationId: 'conv_1', status: 'ringing' }]);
    expect(
      server.requests.map((sent) => sent.query.get('user_id') ?? sent.query.get('dynamic_variable_params')),
    ).toEqual(['lead-1.1', 'attempt_id:eq:lead-1.1']);
  });

  it('lists all pages of agents, and survives a cursor that does not move', async () => {
    const server = await wire((sent, response) => {
      const cursor = sent.query.get('cursor');
      const id = cursor === null ? 'agent_1' : 'agent_2';
      json(response, 200, { agents: [{ agent_id: id, name: 'Ada' }], has_more: true, next_cursor: 'stuck' });
    });
    const agents = await client(server).listAgents();
    expect(agents.map((agent) => agent.agentId)).toEqual(['agent_1', 'agent_2']);
  });

  it('lists phone numbers', async () => {
    const number = {
      phone_number_id: 'phnum_1',
      phone_number: '+12025550100',
      label: 'Main',
      provider: 'twilio',
      assigned_agent: { agent_id: 'agent_1', agent_name: 'Ada' },
    };
    const server = await wire((_, response) => json(response, 200, [number, { phone_number: 'x' }]));
    expect(await client(server).listPhoneNumbers()).toEqual([
      {
        phoneNumberId: 'phnum_1',
        phoneNumber: '+12025550100',
        label: 'Main',
        provider: 'twilio',
        supportsOutbound: true,
        assignedAgentId: 'agent_1',
        takesTexts: null,
      },
    ]);
  });

  it('pings with one request, and says when the key is wrong', async () => {
    const server = await wire((sent, response) =>
      json(response, sent.headers['xi-api-key'] === 'key' ? 200 : 401, { agents: [], has_more: false }),
    );
    await client(server).ping();
    expect(server.requests).toHaveLength(1);
    const wrong = createElevenLabs({ apiKey: 'other', baseUrl: server.url });
    await expect(wrong.ping()).rejects.toMatchObject({ status: 401, retryable: false });
  });
});

describe('Twilio', () => {
  const sid = `AC${'0'.repeat(32)}`;

  function client(server: { url: string }, requestTimeoutMs = 5000) {
    return createTwilio({
      accountSid: sid,
      authToken: 'token',
      baseUrl: `${server.url}/twilio/`,
      requestTimeoutMs,
    });
  }

  function call(change: Record<string, unknown>) {
    return {
      sid: 'CA1',
      status: 'completed',
      to: '+12025550123',
      from: '+12025550100',
      date_created: 'Tue, 10 Mar 2026 12:00:00 +0000',
      start_time: 'Tue, 10 Mar 2026 12:00:01 +0000',
      end_time: 'Tue, 10 Mar 2026 12:01:01 +0000',
      duration: '60',
      answered_by: null,
      ...change,
    };
  }

  it('reads a call at the configured address', async () => {
    const server = await wire((_, response) => json(response, 200, call({ answered_by: 'human' })));
    expect(await client(server).getCall('CA1')).toEqual({
      callSid: 'CA1',
      status: 'completed',
      to: '+12025550123',
      from: '+12025550100',
      startedAt: new Date('2026-03-10T12:00:01Z'),
      endedAt: new Date('2026-03-10T12:01:01Z'),
      durationSeconds: 60,
      answeredBy: 'human',
    });
    expect(server.requests[0]?.path).toBe(`/twilio/2010-04-01/Accounts/${sid}/Calls/CA1.json`);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa(`${sid}:token`)}`);
  });

  it('reads a call in the queue, which has no times yet', async () => {
    const queued = call({ status: 'queued', start_time: null, end_time: null, duration: null });
    const server = await wire((_, response) => json(response, 200, queued));
    expect(await client(server).getCall('CA1')).toMatchObject({
      status: 'queued',
      startedAt: null,
      endedAt: null,
      durationSeconds: null,
      answeredBy: null,
    });
  });

  it('knows no call on 404, and throws for the rest', async () => {
    const server = await wire((sent, response) => {
      const status = Number(/CA(\d+)\.json/.exec(sent.path)?.[1]);
      json(response, status, { code: 20404, message: 'no', status });
    });
    expect(await client(server).getCall('CA404')).toBeNull();
    await expect(client(server).getCall('CA401')).rejects.toMatchObject({ status: 401, retryable: false });
    await expect(client(server).getCall('CA503')).rejects.toMatchObject({ status: 503, retryable: true });
    expect(server.requests).toHaveLength(3);
  });

  it('finds calls since the second of the instant, newest first, the queued ones among them', async () => {
    const at = (time: string) => `Tue, 10 Mar 2026 ${time} +0000`;
    const calls = [
      call({ sid: 'CA_same', date_created: at('12:00:00') }),
      call({ sid: 'CA_queued', status: 'queued', date_created: at('12:00:05'), start_time: null }),
      call({ sid: 'CA_before', date_created: at('11:59:59') }),
    ];
    const server = await wire((_, response) => json(response, 200, { calls, next_page_uri: null }));
    const since = new Date('2026-03-10T12:00:00.700Z');
    const found = await client(server).findCalls({ to: '+12025550123', from: '+12025550100', since });
    expect(found.map((item) => item.callSid)).toEqual(['CA_queued', 'CA_same']);
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      To: '+12025550123',
      From: '+12025550100',
      PageSize: '100',
    });
  });

  it('follows the pages until one holds nothing recent', async () => {
    const path = `/2010-04-01/Accounts/${sid}/Calls.json`;
    const server = await wire((sent, response) => {
      const page = Number(sent.query.get('Page') ?? 0);
      const date = page < 2 ? 'Tue, 10 Mar 2026 12:00:00 +0000' : 'Mon, 09 Mar 2026 12:00:00 +0000';
      json(response, 200, {
        calls: [call({ sid: `CA${page}`, date_created: date })],
        next_page_uri: `${path}?Page=${page + 1}`,
      });
    });
    const found = await client(server).findCalls({
      to: '+12025550123',
      since: new Date('2026-03-10T00:00:00Z'),
    });
    expect(found.map((item) => item.callSid)).toEqual(['CA0', 'CA1']);
    expect(server.requests).toHaveLength(3);
  });

  it('throws rather than claim that there is none when the pages do not end', async () => {
    const server = await wire((_, response) =>
      json(response, 200, {
        calls: [call({})],
        next_page_uri: `/2010-04-01/Accounts/${sid}/Calls.json?Page=1`,
      }),
    );
    const search = client(server).findCalls({ to: '+12025550123', since: new Date('2026-03-01T00:00:00Z') });
    await expect(search).rejects.toThrow(ProviderError);
    expect(server.requests).toHaveLength(10);
  });

  it.each([
    ['no headers', () => undefined],
    ['a stalled body', (_: Received, response: ServerResponse) => void response.writeHead(200).write('{')],
    ['a reset', (_: Received, response: ServerResponse) => void response.destroy()],
    [
      'half of a JSON text',
      (_: Received, response: ServerResponse) => void response.writeHead(200).end('{"cal'),
    ],
  ] as [string, Handler][])('throws on %s, after one request', async (_, handler) => {
    const server = await wire(handler);
    const search = client(server, 300).findCalls({ to: '+12025550123', since: new Date(0) });
    await expect(search).rejects.toMatchObject({ name: 'ProviderError', status: null, retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  it('throws when nothing listens, without the credentials in the error', async () => {
    const server = await wire(() => undefined);
    await server.close();
    const error = await client(server)
      .getCall('CA1')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ProviderError', retryable: true });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('token');
  });
});
