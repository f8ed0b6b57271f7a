import { conversationStatus } from '../calls.ts';
import { spokenTime } from '../judgement.ts';
import type { JsonObject } from '../talks.ts';
import { type SimulatedTalk, talkSeconds, talkVerdict } from '../talks.ts';
import { CREDITS_PER_SECOND, collectedResults, criteriaResults, spokenTurn } from './payload-parts.ts';

/** A talk as `GET /v1/convai/conversations/{id}` and the post-call webhook give it, without a phone call. */
export function talkPayload(talk: SimulatedTalk, now: number): JsonObject {
  const settled = talk.settledAtMs !== null;
  const hasAudio = settled && !talk.textOnly;
  return {
    agent_id: talk.agentId,
    conversation_id: talk.conversationId,
    status: conversationStatus(talk),
    user_id: talk.userId,
    branch_id: null,
    transcript: talk.turns.map((turn) => spokenTurn(turn, talk.conversationId)),
    metadata: metadata(talk, now),
    analysis: settled ? analysis(talk) : null,
    conversation_initiation_client_data: {
      conversation_config_override: null,
      custom_llm_extra_body: {},
      ...talk.clientData,
      user_id: talk.userId,
      dynamic_variables: {
        ...talk.variables,
        system__conversation_id: talk.conversationId,
        system__agent_id: talk.agentId,
      },
    },
    has_audio: hasAudio,
    has_user_audio: hasAudio,
    has_response_audio: hasAudio,
    has_auxiliary_audio: false,
  };
}

export function talkSummary(
  talk: SimulatedTalk,
  options: { now: number; includeSummary: boolean },
): JsonObject {
  const settled = talk.settledAtMs !== null;
  return {
    agent_id: talk.agentId,
    agent_name: null,
    conversation_id: talk.conversationId,
    start_time_unix_secs: unixSeconds(talk.startedAtMs),
    call_duration_secs: talkSeconds(talk, options.now),
    message_count: talk.turns.length,
    status: conversationStatus(talk),
    termination_reason: talk.endedAtMs === null ? null : talk.terminationReason,
    call_successful: settled ? talkVerdict(talk) : 'unknown',
    transcript_summary: settled && options.includeSummary ? summary(talk) : null,
    call_summary_title: settled ? 'Talk in the browser' : null,
    main_language: talk.language,
    conversation_initiation_source: talk.source,
    direction: null,
    rating: null,
  };
}

function metadata(talk: SimulatedTalk, now: number): JsonObject {
  const ended = talk.endedAtMs !== null;
  const seconds = talkSeconds(talk, now);
  const cost = ended ? seconds * CREDITS_PER_SECOND : null;
  return {
    start_time_unix_secs: unixSeconds(talk.startedAtMs),
    accepted_time_unix_secs: unixSeconds(talk.startedAtMs),
    call_duration_secs: seconds,
    cost,
    deletion_settings: null,
    feedback:
      talk.feedback === null
        ? null
        : {
            overall_score: talk.feedback,
            likes: Number(talk.feedback === 'like'),
            dislikes: Number(talk.feedback === 'dislike'),
          },
    authorization_method: talk.authorization,
    charging:
      cost === null ? null : { dev_discount: false, is_burst: false, call_charge: cost, llm_charge: 0 },
    phone_call: null,
    termination_reason: ended ? talk.terminationReason : '',
    error: null,
    main_language: talk.language,
    text_only: talk.textOnly,
    conversation_initiation_source: talk.source,
    timezone: null,
    ...(talk.contexts.length === 0
      ? {}
      : {
          contextual_updates: talk.contexts.map(({ text, atSeconds }) => ({
            text,
            time_in_call_secs: atSeconds,
          })),
        }),
  };
}

function analysis(talk: SimulatedTalk): JsonObject {
  const { interested, meetingAt, optedOut } = talk.outcome;
  return {
    call_successful: talkVerdict(talk),
    call_success_score: null,
    call_summary_title: 'Talk in the browser',
    transcript_summary: summary(talk),
    data_collection_results: collectedResults({
      interested,
      meeting_time: meetingAt?.toISOString() ?? null,
      callback_at: null,
      opt_out: optedOut,
      wrong_person: false,
    }),
    evaluation_criteria_results: criteriaResults({
      meeting_booked: meetingAt === null ? 'failure' : 'success',
      introduced_itself: 'success',
    }),
  };
}

function summary({ outcome, turns }: SimulatedTalk): string {
  if (outcome.optedOut) return 'The person asked not to be contacted again.';
  if (outcome.meetingAt !== null)
    return `The person agreed to a meeting on ${spokenTime(outcome.meetingAt)}.`;
  if (outcome.interested === false) return 'The person declined the offer.';
  return `A talk of ${turns.length} turns without an agreement.`;
}

function unixSeconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
