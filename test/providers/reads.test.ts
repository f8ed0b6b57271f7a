import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import { ProviderError } from '#providers/ports.ts';
import { closeWires, type Handler, json, type Received, type Wire, wire } from '../support/provider-wire.ts';

afterEach(closeWires);

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
