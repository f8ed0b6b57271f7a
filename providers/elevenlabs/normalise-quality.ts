import { SENTIMENTS, type Sentiment } from '#domain/call.ts';
import type { AnsweredBy, ConversationQuality } from '#domain/conversation.ts';
import { type Fields, field, fieldsOf, isFields, numberOf } from './fields.ts';

/**
 * Figures of the conversation itself, from the turns and their `conversation_turn_metrics`. Null without a transcript.
 *
 * The metrics are seconds by name, `{metrics: {<name>: {elapsed_time}}}`. Names differ by the parts that took part
 * in a turn (`convai_llm_service_ttf_sentence`, `convai_tts_service_ttfb`, …), so that they are told by their
 * parts: what passes until the agent is heard is the language model's first sentence, and then the voice's first
 * sound. Source: the SDK's `ConversationTurnMetrics`; the names are those of the provider's payloads.
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

/** From the end of what the person said to the agent's sound, in milliseconds; null when the turn does not tell. */
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

/** The carrier's word on who picked up, in whichever field of the event it stands: its payload is not documented. */
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
