import { v7 as uuid } from 'uuid';
import type { ConversationQuality } from '#domain/conversation.ts';
import type { AgentDetail, VoiceProvider } from '#providers/ports.ts';
import { type Answer, type ApiRig, startApi } from './api-rig.ts';

export const AGENT: AgentDetail = {
  agentId: 'agent_1',
  name: 'Ada',
  firstMessage: 'Hello!',
  prompt: 'Be kind.',
  language: 'en',
  voiceId: 'voice_1',
  llm: null,
  maxCallSeconds: 600,
  overrides: {
    prompt: true,
    firstMessage: true,
    language: false,
    voice: true,
    stability: true,
    speed: true,
    similarityBoost: false,
    textOnly: true,
    maxCallSeconds: false,
  },
  dataCollection: [],
  criteria: [],
  phoneNumberIds: [],
  concurrencyLimit: -1,
  monitoringEnabled: null,
};

/** The API with a provider that knows one agent, and lets a browser join a talk with it. */
export async function startAgentsApi(): Promise<ApiRig> {
  const api = await startApi();
  provide(api, {
    getConversation: async () => null,
    getAgent: async (agentId) => (agentId === AGENT.agentId ? AGENT : null),
    joinFromBrowser: async ({ how }) =>
      how === 'websocket'
        ? { signedUrl: 'wss://voice.example/agent' }
        : { token: 'eyJ', conversationId: 'conv_rtc' },
  });
  return api;
}

/** Puts answers of the provider in the place of those it gave so far. */
export function provide({ context }: ApiRig, voice: Partial<VoiceProvider>): void {
  context.voice = { ...context.voice, ...voice };
}

/** Asks for a talk in the browser. */
export async function startTalk(api: ApiRig, body: unknown = {}): Promise<Answer> {
  return await api.call('POST', `/api/agents/${AGENT.agentId}/session`, { body });
}

interface Talk {
  agent: string;
  conversation?: string;
  session?: string;
  firstAudioMs?: number;
  verdict?: 'success' | 'failure' | 'unknown';
  said?: string;
  at?: string;
}

/** A talk of half a minute that cost 10 cents. */
export async function insertTalk({ context: { db } }: ApiRig, talk: Talk): Promise<string> {
  const id = uuid();
  const startedAt = new Date(talk.at ?? '2026-03-03T09:00:00Z');
  await db
    .insertInto('calls')
    .values({
      id,
      agent_id: talk.agent,
      kind: 'browser',
      conversation_id: talk.conversation ?? null,
      session_id: talk.session ?? null,
      status: 'ended',
      reach: 'answered',
      verdict: talk.verdict ?? null,
      talk_seconds: 30,
      cost_cents: 10,
      started_at: startedAt,
      deadline_at: startedAt,
      day: startedAt.toISOString().slice(0, 10),
    })
    .execute();
  const quality: ConversationQuality = {
    firstAudioMs: talk.firstAudioMs ?? null,
    responseMs: null,
    userTurns: 2,
    agentTurns: 3,
    interruptions: 1,
    wordErrorRate: null,
  };
  const transcript = talk.said === undefined ? null : [{ role: 'user', text: talk.said, atSeconds: 1 }];
  await db
    .insertInto('call_details')
    .values({
      call_id: id,
      transcript: transcript === null ? null : JSON.stringify(transcript),
      analysis: null,
      raw: null,
      quality: JSON.stringify(quality),
    })
    .execute();
  return id;
}
