import type { AudioStream, VoiceProvider } from '../ports.ts';
import { getAgent, listAgents, listPhoneNumbers } from './agents.ts';
import { fetchAudio } from './audio.ts';
import { getConversation, listConversations } from './conversations.ts';
import { createDial } from './dial.ts';
import { type Connection, createReader, type ElevenLabsConfig, pageOf, type Reader } from './exchange.ts';
import { command } from './monitor.ts';
import { joinFromBrowser, openTextTalk } from './talk.ts';
import { searchVoices, speak } from './voices.ts';
import { parseCallStart, parseEvent, verifyCallStart, verifyEvent, type WebhookSecrets } from './webhook.ts';

/** The voice provider at ElevenLabs, through its SDK; calls go over its native Twilio integration. */
export function createElevenLabs(
  config: ElevenLabsConfig & WebhookSecrets & { agentId?: string | null },
): VoiceProvider {
  const reader = createReader(config);
  return {
    name: 'elevenlabs',
    defaultAgentId: config.agentId ?? null,
    verifyEvent: (request, now) => verifyEvent(config, request, now),
    parseEvent: (payload) => parseEvent(config, payload),
    verifyCallStart: (request, now) => verifyCallStart(config, request, now),
    parseCallStart,
    prepareDial: createDial(config),
    getConversation: (conversationId) => getConversation(reader, conversationId, config),
    listConversations: (query) => listConversations(reader, query),
    listAgents: () => listAgents(reader),
    getAgent: (agentId) => getAgent(reader, agentId),
    searchVoices: (query) => searchVoices(reader, query),
    speak: (request) => speak(config, request),
    getAudio: (conversationId) => getAudio(config, conversationId),
    joinFromBrowser: (request) => joinFromBrowser(reader, request),
    openTextTalk: (request) => openTextTalk(reader, request),
    command: (conversationId, live) =>
      command(config, (id) => getConversation(reader, id), conversationId, live),
    listPhoneNumbers: () => listPhoneNumbers(reader),
    ping: () => ping(reader),
  };
}

function getAudio(connection: Connection, conversationId: string): Promise<AudioStream | null> {
  const path = `/v1/convai/conversations/${encodeURIComponent(conversationId)}/audio`;
  return fetchAudio(connection, { what: 'the recording', path });
}

/** The smallest read that needs the same permission as the rest: a key may be restricted to agents. */
async function ping(reader: Reader): Promise<void> {
  const body = await reader.read('the account', (client, options) =>
    client.conversationalAi.agents.list({ pageSize: 1 }, { ...options, maxRetries: 0 }),
  );
  pageOf('the account', body, 'agents');
}
