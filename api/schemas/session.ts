import { z } from '@hono/zod-openapi';
import type { AgentSession } from '#db/queries/agent-sessions.ts';
import type { SessionOverrides } from '#db/schema/conversations.ts';
import { text } from '#domain/text.ts';
import { ANY_FIELD, entryNames, iso, timestamp } from './common.ts';

/** The provider's bounds for its voices: speed 0.7 to 1.2, the others 0 to 1. */
const share = z.number().min(0).max(1);

/** What may be changed of an agent in a call and in a browser session alike. */
export const agentOverrides = {
  prompt: text(50_000).optional(),
  firstMessage: text(2_000).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z]{2,8})?$/, 'must be a language code such as en or pt-br')
    .optional(),
  voiceId: text(200).optional(),
};

const Overrides = z.strictObject({
  ...agentOverrides,
  voice: z
    .strictObject({
      stability: share.optional(),
      speed: z.number().min(0.7).max(1.2).optional(),
      similarityBoost: share.optional(),
    })
    .optional(),
  textOnly: z.boolean().optional(),
});

const VARIABLE_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
/** Ours: they tie a conversation to what it belongs to. */
const RESERVED = /^(session_id|attempt_id|system__.*)$/;
const MOST_VARIABLES = 100;

/** Dynamic variables of one conversation. */
export const Variables = z
  .record(
    z
      .string()
      .regex(VARIABLE_NAME, 'must be a name of letters, digits, "_", "-" and "."')
      .refine((name) => !RESERVED.test(name), 'is a name that is kept for the product'),
    z.string().max(2_000),
  )
  .refine((all) => Object.keys(all).length <= MOST_VARIABLES, `holds more than ${MOST_VARIABLES}`)
  .openapi({
    ...entryNames({ pattern: VARIABLE_NAME.source, not: { pattern: RESERVED.source } }),
    maxProperties: MOST_VARIABLES,
  });

const LabelText = text(100).openapi({
  description: 'What this version of the agent is called, to compare it with others',
});

export const SessionStart = z
  .strictObject({
    overrides: Overrides.optional(),
    variables: Variables.optional(),
    leadId: z.uuid().optional().openapi({ description: "The session gets this lead's variables" }),
    label: LabelText.optional(),
    how: z.enum(['websocket', 'webrtc']).default('websocket'),
  })
  .refine(({ how, overrides }) => how === 'websocket' || overrides?.textOnly !== true, {
    path: ['how'],
    message: 'must be websocket for a session of texts',
  })
  .openapi('SessionStart');

/** In the words of the official browser client's `startSession`. */
const ClientOverrides = z.object({
  agent: z
    .object({
      prompt: z.object({ prompt: z.string() }).optional(),
      firstMessage: z.string().optional(),
      language: z.string().optional(),
    })
    .optional(),
  tts: z
    .object({
      voiceId: z.string().optional(),
      stability: z.number().optional(),
      speed: z.number().optional(),
      similarityBoost: z.number().optional(),
    })
    .optional(),
  conversation: z.object({ textOnly: z.boolean() }).optional(),
});

export const StartedSession = z
  .object({
    sessionId: z.uuid(),
    signedUrl: z.string().optional().openapi({ description: 'For a WebSocket; works once within minutes' }),
    token: z.string().optional().openapi({ description: 'For WebRTC' }),
    conversationId: z.string().nullable(),
    overrides: ClientOverrides,
    dynamicVariables: z.record(z.string(), z.string()),
    textOnly: z.boolean(),
    expiresAt: timestamp,
  })
  .openapi('StartedSession');

export const Session = z
  .object({
    id: z.uuid(),
    agentId: z.string(),
    label: z.string().nullable(),
    leadId: z.uuid().nullable(),
    conversationId: z.string().nullable(),
    callId: z.string().nullable().openapi({ description: 'Once the conversation has been stored' }),
    rating: z.number().int().nullable(),
    spoken: z.array(z.string()).nullable(),
    createdAt: timestamp,
    expiresAt: timestamp,
  })
  .openapi('Session');

export const SessionUpdate = z
  .strictObject({
    rating: z.number().int().min(1).max(5).nullable().optional(),
    spoken: z
      .array(z.string().max(2_000))
      .max(500)
      .nullable()
      .optional()
      .openapi({ description: 'What the person really said, turn by turn, to judge the transcription by' }),
  })
  .refine((update) => Object.keys(update).length > 0, 'names nothing to change')
  .openapi('SessionUpdate', ANY_FIELD);

export const SessionConversation = z
  .strictObject({ conversationId: text(200) })
  .openapi('SessionConversation');

export function toSession(row: AgentSession): z.infer<typeof Session> {
  return {
    id: row.id,
    agentId: row.agent_id,
    label: row.label,
    leadId: row.lead_id,
    conversationId: row.conversation_id,
    callId: row.call_id,
    rating: row.rating,
    spoken: row.spoken,
    createdAt: iso(row.created_at),
    expiresAt: iso(row.expires_at),
  };
}

export function toClientOverrides(overrides: SessionOverrides): z.infer<typeof ClientOverrides> {
  const { prompt, firstMessage, language, voiceId, voice, textOnly } = overrides;
  const agent = {
    ...(prompt === undefined ? {} : { prompt: { prompt } }),
    ...(firstMessage === undefined ? {} : { firstMessage }),
    ...(language === undefined ? {} : { language }),
  };
  const tts = { ...(voiceId === undefined ? {} : { voiceId }), ...voice };
  return {
    ...(Object.keys(agent).length === 0 ? {} : { agent }),
    ...(Object.keys(tts).length === 0 ? {} : { tts }),
    ...(textOnly === undefined ? {} : { conversation: { textOnly } }),
  };
}
