import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VOICES } from '#simulator/fleet.ts';
import { PEOPLE } from '../support/simulator-clients.ts';
import { type Rig, startRig, WEBHOOK_SECRET } from '../support/simulator-rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

/** Seconds of sound in a WAV file, by its own header. */
function wavSeconds(file: Buffer): number {
  expect(file.toString('latin1', 0, 4)).toBe('RIFF');
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  expect(file.readUInt32LE(40)).toBe(file.length - 44);
  return file.readUInt32LE(40) / file.readUInt32LE(28);
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer());
}

test('voices: searched, paged, and heard', async () => {
  const { voices } = rig.client;
  const all = await voices.search({ pageSize: 100 });
  expect(all.voices.map(({ voiceId }) => voiceId)).toEqual(VOICES.map(({ voiceId }) => voiceId));
  expect((await voices.search({ search: 'british' })).voices).toMatchObject([{ name: 'Tobias' }]);
  const first = await voices.search({ pageSize: 4 });
  expect(first).toMatchObject({ hasMore: true });
  const rest = await voices.search({ pageSize: 4, nextPageToken: first.nextPageToken ?? '' });
  expect([...first.voices, ...rest.voices]).toHaveLength(VOICES.length);

  const sound = await bytesOf(
    await rig.client.textToSpeech.convert('voice_sim_clara', { text: 'Good day.' }),
  );
  expect(wavSeconds(sound)).toBeGreaterThan(0.3);
  const streamed = await rig.client.textToSpeech.stream('voice_sim_jonas', { text: 'Good day.' });
  expect((await bytesOf(streamed)).equals(sound)).toBe(false);
  await expect(rig.client.textToSpeech.convert('none', { text: 'a' })).rejects.toMatchObject({
    statusCode: 404,
  });
  const preview = await fetch(all.voices[0]?.previewUrl ?? '');
  expect(preview.headers.get('content-type')).toBe('audio/wav');
  expect(wavSeconds(Buffer.from(await preview.arrayBuffer()))).toBeGreaterThan(1);
});

test('a conversation: its recording is as long as it was; deleted, it is gone', async () => {
  const { conversations } = rig.client.conversationalAi;
  const { conversationId: id = '' } = await rig.dial(PEOPLE.converts, 'lead.1');
  await rig.settled(1);
  const { metadata } = await conversations.get(id);
  const sound = await bytesOf(await conversations.audio.get(id));
  expect(wavSeconds(sound)).toBe(metadata.callDurationSecs);
  await conversations.delete(id);
  await expect(conversations.get(id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(conversations.audio.get(id)).rejects.toMatchObject({ statusCode: 404 });
  expect((await conversations.list({})).conversations).toEqual([]);
});

test('agents and numbers say what they allow and where texts go', async () => {
  const { agents, phoneNumbers } = rig.client.conversationalAi;
  const open = await agents.get('agent_sim_solar');
  expect(open.conversationConfig.conversation?.monitoringEnabled).toBe(true);
  const locked = await agents.get('agent_sim_reception');
  expect(locked.conversationConfig.conversation?.monitoringEnabled).toBe(false);
  expect(locked.platformSettings?.overrides?.conversationConfigOverride?.agent?.firstMessage).toBe(false);
  const numbers = (await phoneNumbers.list()) as unknown as Array<Record<string, unknown>>;
  expect(numbers.map((number) => number.enable_sms)).toEqual([false, false, false, true]);
});

test('further kinds of webhooks, for who asks for them', async () => {
  rig.simulator.setWebhook({
    url: rig.receiver.url,
    secret: WEBHOOK_SECRET,
    also: ['post_call_audio', 'answering_machine_detection', 'unknown'],
  });
  const { conversationId: id } = await rig.dial(PEOPLE.voicemail, 'lead.1');
  await rig.settled(4);
  const events = await Promise.all(rig.receiver.received.map((webhook) => rig.verify(webhook)));
  expect(events).toMatchObject([
    { type: 'post_call_transcription' },
    { type: 'post_call_audio' },
    { type: 'answering_machine_detection', data: { metadata: { body: { AnsweredBy: 'machine_start' } } } },
    { type: 'post_call_weather' },
  ]);
  for (const { data } of events) expect(data.conversation_id).toBe(id);
  expect(wavSeconds(Buffer.from(String(events[1]?.data.full_audio), 'base64'))).toBeGreaterThan(10);
  const audio = rig.receiver.received[1];
  expect(audio?.headers['transfer-encoding']).toBe('chunked');
});

describe('a person calls in', () => {
  const CALLER = '+14155550100';

  test('the platform asks who it is, and the answer shapes the call', async () => {
    const questions: unknown[] = [];
    const asked = createServer(async (request, response) => {
      questions.push(await json(request));
      expect(request.headers['x-secret']).toBe('s3');
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          type: 'conversation_initiation_client_data',
          dynamic_variables: { name: 'Ann Example', lead_id: 'lead.1' },
          conversation_config_override: { agent: { first_message: 'Welcome back, {name}.' } },
        }),
      );
    });
    await new Promise<void>((resolve) => asked.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(asked.address() as AddressInfo).port}/initiation`;
    rig.simulator.setInitiation({ url, headers: { 'x-secret': 's3' } });
    const call = await rig.simulator.callIn({ from: CALLER, to: '+12125550190' });
    await rig.settled(1);
    asked.close();
    asked.closeAllConnections();
    expect(questions).toEqual([
      { caller_id: CALLER, agent_id: call.agentId, called_number: call.to, call_sid: call.callSid },
    ]);
    const kept = await rig.client.conversationalAi.conversations.get(call.conversationId);
    expect(kept).toMatchObject({
      metadata: {
        phoneCall: { direction: 'inbound', agentNumber: '+12125550190', externalNumber: CALLER },
      },
      conversationInitiationClientData: { dynamicVariables: { lead_id: 'lead.1' } },
    });
    expect(kept.transcript[0]?.message).toBe('Welcome back, Ann.');
    expect(rig.simulator.ledger.dials).toEqual([]);
    expect(rig.simulator.ledger.incoming).toMatchObject([
      { from: CALLER, conversationId: call.conversationId },
    ]);
  });

  test('nobody to ask, and numbers that do not lead anywhere', async () => {
    const post = (body: unknown) =>
      fetch(`${rig.simulator.url}/_sim/calls-in`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post({ from: CALLER, to: '+442079460193' })).status).toBe(200);
    expect((await post({ from: CALLER, to: '+12125550177' })).status).toBe(404);
    expect((await post({ from: 'me' })).status).toBe(400);
  });
});
