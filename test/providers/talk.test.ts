import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { TextTalk } from '#providers/ports.ts';
import {
  AGENT,
  client,
  closeStages,
  failureOf,
  json,
  type Stage,
  type StageOptions,
  stage,
} from '../support/provider-stage.ts';

afterEach(closeStages);

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

  it('distinguishes a call that is over from a feature that is not there', async () => {
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
