import { conversationStatus, type JsonObject, type SimulatedCall } from '../calls.ts';
import { DATA_COLLECTION } from '../judgement.ts';
import { pickedUp } from '../people.ts';
import { digest } from '../random.ts';
import { type Conversation, composeConversation } from '../script.ts';

/** What the payloads need to know of the world around a call. */
export interface PayloadWorld {
  seed: number;
  speed: number;
}

/** ElevenLabs' credits for a second of conversation: about what a minute costs on its middle tiers. */
const CREDITS_PER_SECOND = 7;

/**
 * A conversation as `GET /v1/convai/conversations/{id}` and the post-call webhook give it. Start, acceptance
 * and the order of statuses are on the wall clock; durations are those of real life, so at a speed above 1 the
 * call is over before `start + duration`.
 */
export function conversationPayload(call: SimulatedCall, world: PayloadWorld, now: number): JsonObject {
  const status = conversationStatus(call);
  const talked = call.answeredAtMs !== null && pickedUp(call.plan.reach);
  const conversation = talked ? composeConversation(call, world) : null;
  const settled = call.settledAtMs !== null;
  const elapsedSeconds = elapsed(call, world, now);
  return {
    agent_id: call.agentId,
    conversation_id: call.conversationId,
    status,
    user_id: call.userId,
    branch_id: null,
    transcript: conversation === null ? [] : transcript(call, conversation, elapsedSeconds),
    metadata: metadata(call, conversation, elapsedSeconds),
    analysis: conversation === null || !settled ? null : analysis(conversation),
    conversation_initiation_client_data: clientData(call),
    has_audio: talked && settled,
    has_user_audio: talked && settled,
    has_response_audio: talked && settled,
    has_auxiliary_audio: false,
  };
}

/** A row of `GET /v1/convai/conversations`. */
export function conversationSummary(
  call: SimulatedCall,
  world: PayloadWorld,
  options: { now: number; includeSummary: boolean },
): JsonObject {
  const talked = call.answeredAtMs !== null && pickedUp(call.plan.reach);
  const conversation = talked ? composeConversation(call, world) : null;
  const settled = call.settledAtMs !== null;
  const judged = settled ? conversation : null;
  return {
    agent_id: call.agentId,
    agent_name: null,
    conversation_id: call.conversationId,
    start_time_unix_secs: unixSeconds(call.startedAtMs),
    call_duration_secs: elapsed(call, world, options.now),
    message_count: judged?.turns.length ?? 0,
    status: conversationStatus(call),
    termination_reason: judged?.terminationReason ?? null,
    call_successful: judged?.verdict ?? 'unknown',
    transcript_summary: options.includeSummary ? (judged?.summary ?? null) : null,
    call_summary_title: judged?.title ?? null,
    main_language: 'en',
    conversation_initiation_source: 'twilio',
    direction: 'outbound',
    rating: null,
  };
}

/** The call's stream, which exists only once somebody picked up. */
function streamSid(call: SimulatedCall): string {
  return call.answeredAtMs === null ? '' : `MZ${digest('stream', call.callSid).slice(0, 32)}`;
}

function metadata(
  call: SimulatedCall,
  conversation: Conversation | null,
  elapsedSeconds: number,
): JsonObject {
  const ended = call.endedAtMs !== null;
  const failed = ended && call.plan.reach === 'failed';
  const cost = ended ? elapsedSeconds * CREDITS_PER_SECOND : null;
  return {
    start_time_unix_secs: unixSeconds(call.startedAtMs),
    accepted_time_unix_secs: call.answeredAtMs === null ? null : unixSeconds(call.answeredAtMs),
    call_duration_secs: elapsedSeconds,
    cost,
    deletion_settings: null,
    feedback: null,
    authorization_method: 'authorization_header',
    charging:
      cost === null ? null : { dev_discount: false, is_burst: false, call_charge: cost, llm_charge: 0 },
    phone_call: {
      type: 'twilio',
      direction: 'outbound',
      phone_number_id: call.phoneNumberId,
      agent_number: call.from,
      external_number: call.to,
      ...(ended ? { call_result: call.plan.reach } : {}),
      stream_sid: streamSid(call),
      call_sid: call.callSid,
    },
    termination_reason: ended ? (conversation?.terminationReason ?? '') : '',
    error: failed ? { code: 1011, reason: 'The carrier could not connect the call.' } : null,
    main_language: 'en',
    text_only: false,
    conversation_initiation_source: 'twilio',
    timezone: null,
  };
}

function transcript(call: SimulatedCall, conversation: Conversation, elapsedSeconds: number): JsonObject[] {
  const ended = call.endedAtMs !== null;
  const turns = conversation.turns
    .filter((turn) => ended || turn.atSeconds <= elapsedSeconds)
    .map((turn) => spokenTurn(turn.role, turn.text, turn.atSeconds));
  const { tool } = conversation;
  if (!ended || tool === null) return turns;
  const requestId = `tool_${digest('tool', call.conversationId).slice(0, 24)}`;
  return [
    ...turns,
    {
      ...spokenTurn('agent', null, call.plan.talkSeconds),
      tool_calls: [
        {
          type: 'system',
          request_id: requestId,
          tool_name: tool.name,
          params_as_json: JSON.stringify({ reason: tool.reason }),
          tool_has_been_called: true,
        },
      ],
      tool_results: [
        {
          type: 'system',
          request_id: requestId,
          tool_name: tool.name,
          result_value: 'Tool succeeded',
          is_error: false,
          tool_has_been_called: true,
          result: {
            result_type: tool.name === 'end_call' ? 'end_call_success' : 'voicemail_detection_success',
            status: 'success',
            reason: tool.reason,
          },
        },
      ],
    },
  ];
}

function spokenTurn(role: 'agent' | 'user', message: string | null, atSeconds: number): JsonObject {
  return {
    role,
    message,
    time_in_call_secs: atSeconds,
    tool_calls: [],
    tool_results: [],
    feedback: null,
    interrupted: false,
    conversation_turn_metrics: null,
  };
}

function analysis(conversation: Conversation): JsonObject {
  const collected = Object.entries(conversation.collected).map(([id, value]) => [
    id,
    {
      data_collection_id: id,
      value,
      json_schema: {
        type: DATA_COLLECTION[id as keyof Conversation['collected']],
        description: id.replace('_', ' '),
      },
      rationale: value === null ? 'It did not come up.' : 'The person said so.',
    },
  ]);
  const criteria = Object.entries(conversation.criteria).map(([id, result]) => [
    id,
    { criteria_id: id, result, rationale: 'Judged by the transcript.' },
  ]);
  return {
    call_successful: conversation.verdict,
    call_success_score: null,
    call_summary_title: conversation.title,
    transcript_summary: conversation.summary,
    data_collection_results: Object.fromEntries(collected),
    evaluation_criteria_results: Object.fromEntries(criteria),
  };
}

/** What was sent with the dial, with the variables that the platform adds. */
function clientData(call: SimulatedCall): JsonObject {
  return {
    conversation_config_override: null,
    custom_llm_extra_body: {},
    ...call.clientData,
    user_id: call.userId,
    dynamic_variables: {
      ...call.variables,
      system__conversation_id: call.conversationId,
      system__agent_id: call.agentId,
      system__caller_id: call.from,
      system__called_number: call.to,
      system__call_sid: call.callSid,
    },
  };
}

/** Seconds of conversation so far, in real-life time. */
function elapsed(call: SimulatedCall, world: PayloadWorld, now: number): number {
  if (call.endedAtMs !== null) return call.plan.talkSeconds;
  if (call.answeredAtMs === null) return 0;
  const seconds = Math.floor(((now - call.answeredAtMs) / 1000) * world.speed);
  return Math.min(Math.max(seconds, 0), call.plan.talkSeconds);
}

function unixSeconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
