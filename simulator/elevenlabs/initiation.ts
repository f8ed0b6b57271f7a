import { z } from 'zod';
import { findVoice, greetingOf, type SimulatedAgent } from '../fleet.ts';
import type { JsonObject } from '../talks.ts';
import { allowedOverrides } from './workspace.ts';

const overrideSchema = z.looseObject({
  agent: z
    .looseObject({
      first_message: z.string().nullish(),
      language: z.string().nullish(),
      prompt: z.looseObject({ prompt: z.string().nullish() }).nullish(),
    })
    .nullish(),
  tts: z.looseObject({ voice_id: z.string().nullish() }).nullish(),
  conversation: z.looseObject({ text_only: z.boolean().nullish() }).nullish(),
});

const initiationSchema = z.looseObject({
  conversation_config_override: overrideSchema.nullish(),
  dynamic_variables: z.record(z.string(), z.unknown()).nullish(),
  user_id: z.string().nullish(),
  source_info: z.looseObject({ source: z.string().nullish() }).nullish(),
});

/** How a conversation begins, after validation. */
export interface Initiation {
  clientData: JsonObject;
  variables: JsonObject;
  userId: string | null;
  source: string;
  firstMessage: string;
  /** Null for the agent's own prompt. */
  prompt: string | null;
  language: string;
  voiceId: string;
  textOnly: boolean;
}

/** The conversation must not begin. The message becomes the close reason, 123 bytes at most. */
export class InitiationRefused extends Error {
  override readonly name = 'InitiationRefused';
}

/** Reads `conversation_initiation_client_data`, which may be empty. Throws `InitiationRefused`. */
export function readInitiation(agent: SimulatedAgent, message: JsonObject): Initiation {
  const { type: _type, ...clientData } = message;
  const parsed = initiationSchema.safeParse(clientData);
  if (!parsed.success) throw new InitiationRefused('Invalid conversation initiation data.');
  const { data } = parsed;
  const override = data.conversation_config_override ?? {};
  const forbidden = forbiddenIn(override, allowedOverrides(agent));
  if (forbidden !== null) {
    throw new InitiationRefused(`Override for field '${forbidden}' is not allowed by config.`);
  }
  const voiceId = override.tts?.voice_id ?? agent.voiceId;
  if (findVoice(voiceId) === null) throw new InitiationRefused(`No voice has the id '${voiceId}'.`);
  const variables = data.dynamic_variables ?? {};
  return {
    clientData,
    variables,
    userId: data.user_id ?? null,
    source: data.source_info?.source ?? 'unknown',
    firstMessage: filled(override.agent?.first_message ?? greetingOf(agent), variables),
    prompt: override.agent?.prompt?.prompt ?? null,
    language: override.agent?.language ?? 'en',
    voiceId,
    textOnly: override.conversation?.text_only ?? false,
  };
}

/** The first overridden field whose switch is off or missing. */
function forbiddenIn(override: unknown, allowed: unknown): string | null {
  if (!isObject(override)) return null;
  for (const [name, value] of Object.entries(override)) {
    const permission = isObject(allowed) ? allowed[name] : undefined;
    if (value === null || value === undefined) continue;
    if (isObject(value)) {
      const inner = forbiddenIn(value, permission);
      if (inner !== null) return inner;
    } else if (permission !== true) {
      return name;
    }
  }
  return null;
}

function filled(template: string, variables: JsonObject): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_whole, name: string) => {
    const value = variables[name];
    if (value === undefined || value === null) {
      throw new InitiationRefused(`Missing required dynamic variable in first message: '${name}'.`);
    }
    return String(value);
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
