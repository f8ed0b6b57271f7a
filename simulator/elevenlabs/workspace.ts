import {
  findAgent,
  greetingOf,
  PHONE_NUMBERS,
  promptOf,
  type SimulatedAgent,
  type SimulatedPhoneNumber,
} from '../fleet.ts';
import { DATA_COLLECTION } from '../judgement.ts';
import type { JsonObject } from '../talks.ts';

const ACCESS = {
  is_creator: true,
  creator_name: 'Simulated workspace',
  creator_email: 'workspace@example.com',
  role: 'admin',
  anonymous_access_level_override: null,
} as const;

/** Which fields may be overridden. A conversation that overrides another field fails. */
export function allowedOverrides({ locked }: SimulatedAgent) {
  const allowed = !locked;
  return {
    agent: { first_message: allowed, language: allowed, prompt: { prompt: allowed, llm: false } },
    tts: { voice_id: allowed, speed: allowed, stability: allowed, similarity_boost: allowed },
    conversation: { max_duration_seconds: allowed, text_only: allowed },
  };
}

/** A row of `GET /v1/convai/agents`. */
export function agentSummary(agent: SimulatedAgent): JsonObject {
  return {
    agent_id: agent.agentId,
    name: agent.name,
    voice_id: agent.voiceId,
    tags: ['simulated'],
    created_at_unix_secs: agent.createdAtUnixSeconds,
    access_info: ACCESS,
    last_call_time_unix_secs: null,
    archived: false,
  };
}

/** An agent as `GET /v1/convai/agents/{id}` gives it. */
export function agentPayload(agent: SimulatedAgent): JsonObject {
  const collected = Object.entries(DATA_COLLECTION).map(([id, type]) => [
    id,
    { type, description: id.replace('_', ' ') },
  ]);
  return {
    agent_id: agent.agentId,
    name: agent.name,
    conversation_config: {
      agent: {
        first_message: greetingOf(agent),
        language: 'en',
        prompt: { prompt: promptOf(agent), llm: 'gemini-2.5-flash' },
      },
      tts: { voice_id: agent.voiceId },
      conversation: { text_only: false, max_duration_seconds: 600, monitoring_enabled: !agent.locked },
    },
    metadata: {
      created_at_unix_secs: agent.createdAtUnixSeconds,
      updated_at_unix_secs: agent.createdAtUnixSeconds,
    },
    platform_settings: {
      overrides: { conversation_config_override: allowedOverrides(agent) },
      auth: { enable_auth: agent.locked },
      evaluation: {
        criteria: [
          criterion('meeting_booked', 'Did the person agree to a meeting at a certain time?'),
          criterion('introduced_itself', 'Did the agent say that it is one?'),
        ],
      },
      data_collection: Object.fromEntries(collected),
      call_limits: { agent_concurrency_limit: -1, daily_limit: 100_000, bursting_enabled: false },
    },
    phone_numbers: PHONE_NUMBERS.filter(({ assignedAgentId }) => assignedAgentId === agent.agentId).map(
      phoneNumber,
    ),
    access_info: ACCESS,
    tags: ['simulated'],
  };
}

function criterion(id: string, goal: string): JsonObject {
  return { id, name: id.replace('_', ' '), type: 'prompt', conversation_goal_prompt: goal };
}

/** A row of `GET /v1/convai/phone-numbers`, which answers a bare array. */
export function phoneNumber(number: SimulatedPhoneNumber): JsonObject {
  const agent = number.assignedAgentId === null ? null : findAgent(number.assignedAgentId);
  return {
    provider: 'twilio',
    phone_number_id: number.phoneNumberId,
    phone_number: number.phoneNumber,
    label: number.label,
    supports_inbound: true,
    supports_outbound: true,
    enable_sms: number.takesTexts,
    assigned_agent: agent === null ? null : { agent_id: agent.agentId, agent_name: agent.name },
  };
}

/** `GET /v1/user/subscription`: a plan without limits, with the fields that the SDK's schema requires. */
export const SUBSCRIPTION: JsonObject = {
  tier: 'creator',
  character_count: 0,
  character_limit: 1_000_000,
  max_character_limit_extension: null,
  max_credit_limit_extension: 'unlimited',
  can_extend_character_limit: true,
  allowed_to_extend_character_limit: true,
  next_character_count_reset_unix: null,
  voice_slots_used: 2,
  professional_voice_slots_used: 0,
  professional_voice_slots_used_in_workspace: 0,
  voice_limit: 30,
  max_voice_add_edits: null,
  voice_add_edit_counter: 0,
  professional_voice_limit: 1,
  can_extend_voice_limit: false,
  can_use_instant_voice_cloning: false,
  can_use_professional_voice_cloning: false,
  currency: 'usd',
  current_overage: { amount: '0', currency: 'usd' },
  status: 'active',
  billing_period: null,
  character_refresh_period: null,
  next_invoice: null,
  open_invoices: [],
  has_open_invoices: false,
  pending_change: null,
};
