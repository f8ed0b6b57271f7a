import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import type { DialRequest, VoiceProvider } from '#providers/ports.ts';
import { closeWires, type Handler, json, type Wire, wire } from '../support/provider-wire.ts';

afterEach(closeWires);

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
    phoneNumberId: 'phnum_1',
    to: '+12025550123',
    ringSeconds: 30,
    maxCallSeconds: 240,
    variables: { first_name: 'Ada', visits: 2, vip: true },
    timeoutMs: 5000,
    maySend: () => true,
    ...change,
  };
}

function dial(server: { url: string }, change: Partial<DialRequest> = {}) {
  return dialBy(createElevenLabs({ apiKey: 'key', baseUrl: server.url }), change);
}

async function dialBy(elevenLabs: VoiceProvider, change: Partial<DialRequest> = {}) {
  const prepared = await elevenLabs.prepareDial('agent_1');
  // Between the two the gate is passed: the connection is free again by then.
  await setImmediate();
  return await prepared.send(request(change));
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
    await dialBy(elevenLabs);
    await dialBy(elevenLabs, { attemptId: 'lead-2.1' });
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
    expect((await dialBy(elevenLabs)).kind).toBe('placed');
    const second = await dialBy(elevenLabs, { to: '+12025550124' });
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

  it('sends nothing once it may not any more, on a connection that is there: the next dial uses it', async () => {
    const server = await dialWire((_, response) => json(response, 200, placed));
    const elevenLabs = createElevenLabs({ apiKey: 'key', baseUrl: server.url });
    const asked: number[] = [];
    const refuse = () => {
      asked.push(server.connections());
      return false;
    };
    expect(await dialBy(elevenLabs, { maySend: refuse })).toEqual({ kind: 'kept_back' });
    expect(server.dials()).toEqual([]);
    expect(asked).toEqual([1]);
    expect((await dialBy(elevenLabs)).kind).toBe('placed');
    expect(server.connections()).toBe(1);
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
