import { DATA_COLLECTION, type Judgement } from '../judgement.ts';
import { seededRandom } from '../random.ts';
import type { JsonObject } from '../talks.ts';

/** ElevenLabs' credits per second of conversation, about the price of its middle tiers. */
export const CREDITS_PER_SECOND = 7;

/** One turn of a transcript; the agent's turns carry a response time. */
export function spokenTurn(
  turn: {
    role: 'agent' | 'user';
    text: string | null;
    atSeconds: number;
    interrupted?: boolean;
    /** Left out: derived from the place, the same at every read. */
    responseSeconds?: number | null;
  },
  conversationId: string,
): JsonObject {
  const { role, text, atSeconds, interrupted = false } = turn;
  return {
    role,
    message: text,
    time_in_call_secs: atSeconds,
    tool_calls: [],
    tool_results: [],
    feedback: null,
    interrupted,
    conversation_turn_metrics:
      role === 'agent' && text !== null
        ? turnMetrics(turn.responseSeconds ?? null, `${conversationId}:${atSeconds}`)
        : null,
  };
}

/** Seconds, under the service names that the provider's payloads use. */
function turnMetrics(responseSeconds: number | null, place: string): JsonObject {
  const random = seededRandom('metrics', place);
  const total = responseSeconds ?? 0.4 + random() * 0.9;
  const speech = total * (0.2 + random() * 0.15);
  const model = (total - speech) * (0.6 + random() * 0.3);
  return {
    metrics: {
      convai_llm_service_ttfb: { elapsed_time: seconds(model) },
      convai_llm_service_ttf_sentence: { elapsed_time: seconds(total - speech) },
      convai_tts_service_ttfb: { elapsed_time: seconds(speech) },
    },
  };
}

function seconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** `analysis.data_collection_results`. */
export function collectedResults(collected: Judgement['collected']): JsonObject {
  const results = Object.entries(collected).map(([id, value]) => [
    id,
    {
      data_collection_id: id,
      value,
      json_schema: {
        type: DATA_COLLECTION[id as keyof Judgement['collected']],
        description: id.replace('_', ' '),
      },
      rationale: value === null ? 'It did not come up.' : 'The person said so.',
    },
  ]);
  return Object.fromEntries(results);
}

/** `analysis.evaluation_criteria_results`. */
export function criteriaResults(criteria: Judgement['criteria']): JsonObject {
  const results = Object.entries(criteria).map(([id, result]) => [
    id,
    { criteria_id: id, result, rationale: 'Judged by the transcript.' },
  ]);
  return Object.fromEntries(results);
}
