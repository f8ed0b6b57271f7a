import { type PartialOptions, TextConversation } from '@elevenlabs/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { AGENTS } from '#simulator/fleet.ts';
import { eventually, type Rig, startRig } from '../support/simulator-rig.ts';

const [AGENT] = AGENTS;
const AGENT_ID = AGENT?.agentId ?? '';
const LOCKED_ID = 'agent_sim_reception';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => {
  vi.useRealTimers();
  return rig.stop();
});

function conversations() {
  return rig.client.conversationalAi.conversations;
}

async function signedUrl(agentId = AGENT_ID): Promise<string> {
  return (await conversations().getSignedUrl({ agentId })).signedUrl;
}

interface Heard {
  session: TextConversation;
  agent: string[];
  ended: Array<{ reason: string; closeCode?: number | undefined }>;
}

/** A text session of the official browser client. */
async function talk(options: Partial<PartialOptions> = {}, agentId = AGENT_ID): Promise<Heard> {
  const agent: string[] = [];
  const ended: Heard['ended'] = [];
  const session = await TextConversation.startSession({
    signedUrl: await signedUrl(agentId),
    connectionType: 'websocket',
    textOnly: true,
    onMessage: ({ source, message }: { source: string; message: string }) => {
      if (source === 'ai') agent.push(message);
    },
    onDisconnect: (details: { reason: string; closeCode?: number }) => ended.push(details),
    ...options,
  } as PartialOptions);
  return { session: session as TextConversation, agent, ended };
}

/** A raw socket with everything that came through it. */
async function rawSocket(path: string, headers: Record<string, string> = {}, protocol: string[] = []) {
  const socket = new WebSocket(`${rig.simulator.url.replace('http', 'ws')}${path}`, protocol, { headers });
  const frames: Array<Record<string, unknown>> = [];
  let closed: { code: number; reason: string } | null = null;
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => {
    closed = { code, reason: String(reason) };
  });
  const status = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.once('error', reject);
  });
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  return { socket, frames, send, status, closed: () => closed };
}

describe('a text session of the official client', () => {
  test('greets, answers, passes on what it was told, holds to its prompt, and is kept', async () => {
    const { session, agent } = await talk({
      overrides: {
        agent: { firstMessage: 'Good day {{name}}.', prompt: { prompt: 'Offer the winter discount.' } },
      },
      dynamicVariables: { name: 'Ann', session_id: 'session.1' },
      userId: 'session.1',
    });
    await eventually(() => expect(agent).toEqual(['Good day Ann.']));
    session.sendContextualUpdate('The person has just texted: I moved to Boston');
    session.sendUserMessage('How much is it?');
    await eventually(() => expect(agent).toHaveLength(2));
    expect(agent[1]).toContain('I moved to Boston');
    expect(agent[1]).toContain('Offer the winter discount.');
    session.sendUserMessage('Yes, book it');
    await eventually(() => expect(agent).toHaveLength(3));

    const id = session.getId();
    expect(await conversations().get(id)).toMatchObject({ status: 'in-progress' });
    expect(await rig.client.conversationalAi.analytics.liveCount.get()).toEqual({ count: 1 });
    await session.endSession();
    await rig.settled(1);

    const kept = await conversations().get(id);
    expect(kept).toMatchObject({
      status: 'done',
      userId: 'session.1',
      metadata: { textOnly: true, authorizationMethod: 'signed_url', conversationInitiationSource: 'js_sdk' },
      analysis: { callSuccessful: 'success' },
      conversationInitiationClientData: { dynamicVariables: { session_id: 'session.1' } },
    });
    expect(kept.metadata.phoneCall ?? null).toBeNull();
    expect(kept.transcript.map(({ role }) => role)).toEqual(['agent', 'user', 'agent', 'user', 'agent']);
    const metrics = kept.transcript[2]?.conversationTurnMetrics?.metrics;
    expect(metrics?.convai_tts_service_ttfb?.elapsedTime).toBeGreaterThan(0);
    const [webhook] = rig.receiver.received;
    if (webhook === undefined) throw new Error('no webhook came');
    expect(await rig.verify(webhook)).toMatchObject({
      type: 'post_call_transcription',
      data: { conversation_id: id, metadata: { phone_call: null } },
    });
    expect((await conversations().list({ userId: 'session.1' })).conversations).toMatchObject([
      { conversationId: id, callSuccessful: 'success' },
    ]);
  });

  test('the agent hangs up after a goodbye: closed with 1000', async () => {
    const { session, agent, ended } = await talk();
    await eventually(() => expect(agent).toHaveLength(1));
    session.sendUserMessage('That is all, goodbye');
    await eventually(() => expect(ended).toMatchObject([{ reason: 'agent', closeCode: 1000 }]));
    expect(agent).toHaveLength(2);
  });

  test.each([
    ['an override that the agent does not allow', LOCKED_ID, { textOnly: true }, /text_only/],
    [
      'a first message with a variable that was not given',
      AGENT_ID,
      { overrides: { agent: { firstMessage: 'Hi {{name}}' } } },
      /name/,
    ],
  ])('%s is refused', async (_name, agentId, options, reason) => {
    await expect(talk(options, agentId)).rejects.toThrow(reason);
  });

  test('a signature is good for fifteen minutes and for its own agent', async () => {
    const good = await signedUrl();
    const stranger = good.replace(AGENT_ID, 'agent_sim_solar');
    await expect(talk({ signedUrl: stranger })).rejects.toThrow(/authorize/);
    const forged = `${good}x`;
    await expect(talk({ signedUrl: forged })).rejects.toThrow(/authorize/);
    const { session } = await talk({ signedUrl: good });
    await session.endSession();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 15 * 60_000 });
    await expect(talk({ signedUrl: good })).rejects.toThrow(/authorize/);
  });

  test('WebRTC is refused in words', async () => {
    await expect(conversations().getWebrtcToken({ agentId: AGENT_ID })).rejects.toMatchObject({
      statusCode: 501,
    });
  });
});

test('by voice: sound goes out, a microphone is heard, and speaking into it interrupts', async () => {
  const { frames, send, socket, closed } = await rawSocket(
    `/v1/convai/conversation?agent_id=${AGENT_ID}`,
    {},
    ['convai'],
  );
  expect(socket.protocol).toBe('convai');
  send({ type: 'conversation_initiation_client_data' });
  const types = () => frames.map(({ type }) => type);
  await eventually(() => expect(types()).toContain('audio'));
  expect(types()[0]).toBe('conversation_initiation_metadata');
  const audio = frames.find(({ type }) => type === 'audio') as { audio_event: { audio_base_64: string } };
  expect(Buffer.from(audio.audio_event.audio_base_64, 'base64')).toHaveLength(8000);
  expect(types()).toContain('ping');

  const chunk = (loudness: number) => {
    const samples = Buffer.alloc(8000);
    for (let at = 0; at < 4000; at += 1) samples.writeInt16LE(at % 20 < 10 ? loudness : -loudness, at * 2);
    send({ user_audio_chunk: samples.toString('base64') });
  };
  for (let count = 0; count < 4; count += 1) chunk(4000);
  for (let count = 0; count < 3; count += 1) chunk(0);
  await eventually(() => expect(types().filter((type) => type === 'agent_response')).toHaveLength(2));
  expect(types()).toContain('interruption');
  expect(types()).toContain('user_transcript');
  socket.close(1000);
  await rig.settled(1);
  expect(closed()).not.toBeNull();

  const [listed] = (await conversations().list({})).conversations;
  const id = listed?.conversationId ?? '';
  expect(await conversations().get(id)).toMatchObject({
    hasAudio: true,
    transcript: [{ role: 'agent', interrupted: true }, { role: 'user' }, { role: 'agent' }],
  });
});

describe('a live call', () => {
  const PERSON = '+12125550109';

  async function liveCall(): Promise<{ id: string; agentId: string }> {
    await rig.stop();
    rig = await startRig({}, 0, 40);
    const { conversationId: id = '' } = await rig.dial(PERSON, 'lead.1');
    await eventually(async () => expect((await conversations().get(id)).status).toBe('in-progress'));
    return { id, agentId: AGENT_ID };
  }

  const monitorOf = (id: string, headers: Record<string, string> = { 'xi-api-key': 'key' }) =>
    rawSocket(`/v1/convai/conversations/${id}/monitor`, headers);

  test('takes context and an end through its monitor', async () => {
    const { id } = await liveCall();
    expect((await monitorOf(id, {})).status).toBe(401);
    expect((await monitorOf('conv_none')).status).toBe(404);
    const { send, frames, closed } = await monitorOf(id);
    send({ command_type: 'dance' });
    await eventually(() => expect(frames).toMatchObject([{ type: 'error' }]));
    send({
      command_type: 'contextual_update',
      parameters: { contextual_update: 'She texted: running late' },
    });
    send({ command_type: 'end_call' });
    await eventually(() => expect(closed()).toMatchObject({ code: 1000 }));
    await rig.settled(1);
    const ended = await conversations().get(id);
    expect(ended.metadata.callDurationSecs).toBeLessThan(300);
    expect(ended.metadata.terminationReason).toContain('monitor');
    expect(ended.transcript.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('She texted: running late'),
    );
    expect((await monitorOf(id)).status).toBe(404);
  });

  test('is passed on to a number', async () => {
    const { id } = await liveCall();
    const { send } = await monitorOf(id);
    send({ command_type: 'transfer_to_number', parameters: { phone_number: '+12125550177' } });
    await rig.settled(1);
    const { metadata, transcript } = await conversations().get(id);
    expect(metadata.terminationReason).toContain('transfer_to_number');
    expect(transcript.at(-1)?.toolCalls).toMatchObject([{ toolName: 'transfer_to_number' }]);
  });

  test('of an agent without monitoring is left alone', async () => {
    await rig.stop();
    rig = await startRig({}, 0, 40);
    const { frames } = await rawSocket(`/v1/convai/conversation?agent_id=${LOCKED_ID}`, {
      'xi-api-key': 'key',
    });
    await eventually(() => expect(frames.length).toBeGreaterThan(0));
    const [metadata] = frames as [{ conversation_initiation_metadata_event: { conversation_id: string } }];
    const id = metadata.conversation_initiation_metadata_event.conversation_id;
    expect((await monitorOf(id)).status).toBe(403);
  });
});
