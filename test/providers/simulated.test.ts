import { afterAll, beforeAll, expect, it } from 'vitest';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import { ProviderError, type VoiceProvider } from '#providers/ports.ts';
import { type Simulator, startSimulator } from '#simulator/server.ts';

const OPEN_AGENT = 'agent_sim_booking_warm';
const LOCKED_AGENT = 'agent_sim_reception';

let simulator: Simulator;
let voice: VoiceProvider;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 4, speed: 100 });
  voice = createElevenLabs({ apiKey: 'simulated', baseUrl: simulator.url });
});
afterAll(() => simulator.stop());

const openTalk = (agentId: string) =>
  voice.openTextTalk({ agentId, variables: { name: 'Ada' }, timeoutMs: 5000 });

it('reads what two agents allow: one everything, one nothing', async () => {
  const open = await voice.getAgent(OPEN_AGENT);
  const locked = await voice.getAgent(LOCKED_AGENT);
  expect(open?.overrides).toMatchObject({ prompt: true, firstMessage: true, voice: true, textOnly: true });
  expect(Object.values(locked?.overrides ?? {})).not.toContain(true);
  expect([open?.monitoringEnabled, locked?.monitoringEnabled]).toEqual([true, false]);
  const numbers = await voice.listPhoneNumbers();
  expect(numbers.map(({ takesTexts }) => takesTexts)).not.toContain(null);
});

it('finds every voice by walking through the pages, and plays one', async () => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await voice.searchVoices({ pageSize: 2, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items.map(({ voiceId }) => voiceId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(found).size).toBe(found.length);
  expect(found.length).toBeGreaterThan(2);
  const [voiceId = ''] = found;
  const audio = await voice.speak({ voiceId, text: 'Good morning.' });
  expect(audio.contentType).toMatch(/^audio\//);
  expect((await new Response(audio.body).arrayBuffer()).byteLength).toBeGreaterThan(1000);
  await expect(voice.speak({ voiceId: 'voice_nobody', text: 'x' })).rejects.toMatchObject({ status: 404 });
});

it('talks in texts with an open agent and with a locked one', async () => {
  for (const agentId of [OPEN_AGENT, LOCKED_AGENT]) {
    const talk = await openTalk(agentId);
    const answer = await talk.say('Who are you?');
    expect(answer.length, agentId).toBeGreaterThan(5);
    expect(await talk.say('And when could we meet?')).not.toBe('');
    talk.close();
    const stored = await voice.getConversation(talk.conversationId);
    expect(stored).toMatchObject({ agentId, kind: 'browser' });
  }
});

it('has an agent pass on context sent in the middle of a talk, and ends the talk', async () => {
  const talk = await openTalk(OPEN_AGENT);
  const sent = await voice.command(talk.conversationId, {
    kind: 'context',
    text: 'The parcel is blue.',
  });
  expect(sent).toBe('done');
  expect(await talk.say('Is there any news?')).toContain('The parcel is blue.');
  expect(await voice.command(talk.conversationId, { kind: 'end' })).toBe('done');
  await expect(talk.say('Hello?')).rejects.toThrow(ProviderError);
  expect(await voice.command(talk.conversationId, { kind: 'context', text: 'x' })).toBe('gone');
  expect(await voice.command('conv_nobody', { kind: 'end' })).toBe('gone');
});

it('says that an agent without monitoring cannot be reached in a talk', async () => {
  const talk = await openTalk(LOCKED_AGENT);
  expect(await voice.command(talk.conversationId, { kind: 'end' })).toBe('unavailable');
  talk.close();
});

it('joins a browser by an address that carries no key', async () => {
  const join = await voice.joinFromBrowser({ agentId: LOCKED_AGENT, how: 'websocket' });
  expect(join).toHaveProperty('signedUrl');
  expect(JSON.stringify(join)).not.toContain('simulated');
});
