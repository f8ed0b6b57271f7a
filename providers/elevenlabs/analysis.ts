import { type ProviderVerdict, SENTIMENTS, type Sentiment } from '#domain/call.ts';
import type { AnsweredBy, ConversationQuality, TranscriptTurn } from '#domain/conversation.ts';
import {
  type Fields,
  field,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  secondsOf,
  storable,
  textOf,
} from './fields.ts';

/** The provider's word for how it went; null for any other. */
export function verdictOf(value: unknown): ProviderVerdict | null {
  return value === 'success' || value === 'failure' || value === 'unknown' ? value : null;
}

/** What was said, turn by turn; null when the payload has no transcript. */
export function transcriptOf(value: unknown): TranscriptTurn[] | null {
  if (!Array.isArray(value)) return null;
  const turns: TranscriptTurn[] = [];
  for (const item of value) {
    const turn = fieldsOf(item);
    const role = field(turn, 'role');
    const text = textOf(field(turn, 'message'));
    // A turn without words is a tool's call; the raw payload keeps it.
    if (text === null || (role !== 'user' && role !== 'agent')) continue;
    turns.push({
      role,
      text,
      atSeconds: secondsOf(field(turn, 'time_in_call_secs')),
      ...(field(turn, 'interrupted') === true ? { interrupted: true } : {}),
    });
  }
  return turns;
}

/** Collected values by data-collection id. */
export function dataCollectionOf(analysis: Fields): Record<string, unknown> {
  return Object.fromEntries(
    resultsById(analysis, 'data_collection_results', 'data_collection_id').map(([id, result]) => [
      id,
      storable(field(result, 'value') ?? null),
    ]),
  );
}

/** Results by criterion id. */
export function evaluationOf(analysis: Fields): Record<string, ProviderVerdict> {
  return Object.fromEntries(
    resultsById(analysis, 'evaluation_criteria_results', 'criteria_id').map(([id, result]) => [
      id,
      verdictOf(field(result, 'result')) ?? 'unknown',
    ]),
  );
}

/** The provider sends the results keyed by id, and again as a list that is at times the only one filled. */
function resultsById(analysis: Fields, name: string, idName: string): [string, Fields][] {
  const keyed = field(analysis, name);
  if (isFields(keyed) && Object.keys(keyed).length > 0) {
    return Object.entries(keyed)
      .filter((entry): entry is [string, Fields] => isFields(entry[1]) && textOf(entry[0]) !== null)
      .map(([id, result]) => [textOf(id) ?? id, result]);
  }
  const entries: [string, Fields][] = [];
  for (const item of listOf(field(analysis, `${name}_list`))) {
    const id = textOf(field(fieldsOf(item), idName));
    if (id !== null) entries.push([id, fieldsOf(item)]);
  }
  return entries;
}

/**
 * Figures of the conversation itself, from the turns and their `conversation_turn_metrics`. Null without a transcript.
 *
 * The metrics are seconds by name, `{metrics: {<name>: {elapsed_time}}}`. Names differ by the parts that took part
 * in a turn (`convai_llm_service_ttf_sentence`, `convai_tts_service_ttfb`, …), so they are recognised by
 * their parts: the agent is audible after the language model's first sentence and then the voice's first sound. Source: the SDK's `ConversationTurnMetrics`; the names are those of the provider's payloads.
 */
export function qualityOf(transcript: unknown): ConversationQuality | null {
  if (!Array.isArray(transcript)) return null;
  const turns = transcript.map(fieldsOf);
  const spoken = turns.filter((turn) => typeof field(turn, 'message') === 'string');
  const agent = spoken.filter((turn) => field(turn, 'role') === 'agent');
  const [first, ...later] = agent.map(delayMsOf);
  const answers = later.filter((delayMs) => delayMs !== null);
  return {
    firstAudioMs: first ?? null,
    responseMs:
      answers.length === 0
        ? null
        : Math.round(answers.reduce((sum, delayMs) => sum + delayMs, 0) / answers.length),
    userTurns: spoken.length - agent.length,
    agentTurns: agent.length,
    interruptions: turns.filter((turn) => field(turn, 'interrupted') === true).length,
    wordErrorRate: null,
  };
}

/** From the end of what the person said to the agent's sound, in milliseconds; null when the turn has no metrics. */
function delayMsOf(turn: Fields): number | null {
  const metrics = fieldsOf(field(fieldsOf(field(turn, 'conversation_turn_metrics')), 'metrics'));
  const model = secondsNamed(metrics, /llm.*ttf_?sentence/i) ?? secondsNamed(metrics, /llm.*ttfb/i);
  const voice = secondsNamed(metrics, /tts.*ttfb/i);
  if (model === null && voice === null) return null;
  return Math.round(((model ?? 0) + (voice ?? 0)) * 1_000);
}

function secondsNamed(metrics: Fields, name: RegExp): number | null {
  for (const [key, value] of Object.entries(metrics)) {
    if (!name.test(key)) continue;
    const seconds = numberOf(isFields(value) ? field(value, 'elapsed_time') : value);
    if (seconds !== null && seconds >= 0 && seconds < 600) return seconds;
  }
  return null;
}

/**
 * How the person felt, when the agent collects a value or judges a criterion whose name ends in "sentiment". A
 * criterion that is met reads as positive, one that is not as negative.
 */
export function sentimentOf(
  dataCollection: Record<string, unknown>,
  evaluation: Record<string, string>,
): Sentiment | null {
  const isSentiment = (name: string) => /(^|[_\s-])sentiment$/i.test(name);
  for (const [name, value] of Object.entries(dataCollection)) {
    if (!isSentiment(name) || typeof value !== 'string') continue;
    const said = value.trim().toLowerCase();
    const known = SENTIMENTS.find((sentiment) => said.includes(sentiment));
    if (known !== undefined) return known;
  }
  const judged = Object.entries(evaluation).find(([name]) => isSentiment(name))?.[1];
  return judged === 'success' ? 'positive' : judged === 'failure' ? 'negative' : null;
}

/** Who picked up, according to the carrier. Its payload is not documented, so several fields are tried. */
export function answeredByOf(data: Fields): AnsweredBy | null {
  const nested = [
    data,
    fieldsOf(field(data, 'metadata')),
    fieldsOf(field(fieldsOf(field(data, 'metadata')), 'body')),
  ];
  for (const fields of nested) {
    for (const name of [
      'answered_by',
      'AnsweredBy',
      'result',
      'detection_result',
      'machine_detection',
      'status',
    ]) {
      const value = field(fields, name);
      if (typeof value !== 'string') continue;
      if (/machine|voice_?mail|fax/i.test(value)) return 'machine';
      if (/human|person/i.test(value)) return 'person';
    }
  }
  return null;
}
