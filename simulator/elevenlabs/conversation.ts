import { conversationStatus, personNumber, type SimulatedCall } from '../calls.ts';
import { pickedUp } from '../people.ts';
import { digest } from '../random.ts';
import { type Conversation, composeConversation } from '../script.ts';
import type { JsonObject } from '../talks.ts';
import { CREDITS_PER_SECOND, collectedResults, criteriaResults, spokenTurn } from './payload-parts.ts';

export interface PayloadWorld {
  seed: number;
  speed: number;
  /** False while the provider has not charged the call. */
  isCharged?: boolean;
}

/**
 * A conversation as `GET /v1/convai/conversations/{id}` and the post-call webhook give it. Times of start,
 * acceptance and status are on the wall clock; durations are real-life seconds, so at a speed above 1 the
 * call ends before `start + duration`.
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
    metadata: metadata(call, conversation, { elapsedSeconds, isCharged: world.isCharged ?? true }),
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
    direction: call.direction,
    rating: null,
  };
}

/** The media stream exists only after the call was answered. */
function streamSid(call: SimulatedCall): string {
  return call.answeredAtMs === null ? '' : `MZ${digest('stream', call.callSid).slice(0, 32)}`;
}

function metadata(
  call: SimulatedCall,
  conversation: Conversation | null,
  { elapsedSeconds, isCharged }: { elapsedSeconds: number; isCharged: boolean },
): JsonObject {
  const ended = call.endedAtMs !== null;
  const failed = ended && call.plan.reach === 'failed';
  const cost = ended && isCharged ? elapsedSeconds * CREDITS_PER_SECOND : null;
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
      direction: call.direction,
      phone_number_id: call.phoneNumberId,
      agent_number: call.direction === 'outbound' ? call.from : call.to,
      external_number: personNumber(call),
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
    ...(call.contexts.length === 0
      ? {}
      : {
          contextual_updates: call.contexts.map(({ text, atSeconds }) => ({
            text,
            time_in_call_secs: atSeconds,
          })),
        }),
  };
}

function transcript(call: SimulatedCall, conversation: Conversation, elapsedSeconds: number): JsonObject[] {
  const ended = call.endedAtMs !== null;
  const turns = conversation.turns
    .filter((turn) => ended || turn.atSeconds <= elapsedSeconds)
    .map((turn) => spokenTurn(turn, call.conversationId));
  const { tool } = conversation;
  if (!ended || tool === null) return turns;
  const requestId = `tool_${digest('tool', call.conversationId).slice(0, 24)}`;
  return [
    ...turns,
    {
      ...spokenTurn({ role: 'agent', text: null, atSeconds: call.plan.talkSeconds }, call.conversationId),
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
            result_type: `${tool.name}_success`,
            status: 'success',
            reason: tool.reason,
          },
        },
      ],
    },
  ];
}

function analysis(conversation: Conversation): JsonObject {
  return {
    call_successful: conversation.verdict,
    call_success_score: null,
    call_summary_title: conversation.title,
    transcript_summary: conversation.summary,
    data_collection_results: collectedResults(conversation.collected),
    evaluation_criteria_results: criteriaResults(conversation.criteria),
  };
}

/** The client data of the dial, with the platform's own variables added. */
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

/** Real-life seconds since the conversation began. */
function elapsed(call: SimulatedCall, world: PayloadWorld, now: number): number {
  if (call.endedAtMs !== null) return call.plan.talkSeconds;
  if (call.answeredAtMs === null) return 0;
  const seconds = Math.floor(((now - call.answeredAtMs) / 1000) * world.speed);
  return Math.min(Math.max(seconds, 0), call.plan.talkSeconds);
}

function unixSeconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
