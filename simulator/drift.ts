import { between, pick, type Random } from './random.ts';
import type { JsonObject } from './talks.ts';

type Mutation = (payload: JsonObject) => void;

/** Changes that providers make without notice. None touches a field that settles the outcome. */
const MUTATIONS: readonly Mutation[] = [
  (payload) => put(payload, ['metadata', 'phone_call', 'stream_sid'], null),
  (payload) => drop(payload, ['metadata', 'phone_call', 'stream_sid']),
  (payload) => drop(payload, ['has_response_audio']),
  (payload) => put(payload, ['has_user_audio'], null),
  (payload) => put(payload, ['analysis', 'transcript_summary'], null),
  (payload) => drop(payload, ['analysis', 'evaluation_criteria_results']),
  (payload) => rename(payload, ['metadata', 'cost'], 'cost_credits'),
  (payload) => rename(payload, ['analysis', 'call_summary_title'], 'title'),
  (payload) => put(payload, ['metadata', 'charging'], 'see billing'),
  (payload) => put(payload, ['metadata', 'conversation_initiation_source'], 'carrier_pigeon'),
  (payload) => put(payload, ['metadata', 'quality_report'], { jitter_ms: [3, 5, 8], mos: 4.1 }),
  (payload) => put(payload, ['schema_revision'], 7),
  (payload) => eachTurn(payload, (turn) => delete turn.time_in_call_secs),
  (payload) =>
    eachTurn(payload, (turn) => Object.assign(turn, { tool_results: null, speaker_confidence: 0.9 })),
];

/** Applies one to three seeded changes in place, and returns the payload. */
export function driftPayload(payload: JsonObject, random: Random): JsonObject {
  for (let left = between(random, 1, 3); left > 0; left -= 1) pick(random, MUTATIONS)(payload);
  return payload;
}

function parentOf(payload: JsonObject, path: readonly string[]): { parent: JsonObject; key: string } | null {
  let parent: unknown = payload;
  for (const step of path.slice(0, -1)) {
    if (!isObject(parent)) return null;
    parent = parent[step];
  }
  const key = path.at(-1);
  return isObject(parent) && key !== undefined ? { parent, key } : null;
}

function put(payload: JsonObject, path: readonly string[], value: unknown): void {
  const place = parentOf(payload, path);
  if (place !== null) place.parent[place.key] = value;
}

function drop(payload: JsonObject, path: readonly string[]): void {
  const place = parentOf(payload, path);
  if (place !== null) delete place.parent[place.key];
}

function rename(payload: JsonObject, path: readonly string[], name: string): void {
  const place = parentOf(payload, path);
  if (place === null || !(place.key in place.parent)) return;
  place.parent[name] = place.parent[place.key];
  delete place.parent[place.key];
}

function eachTurn(payload: JsonObject, change: (turn: JsonObject) => void): void {
  if (!Array.isArray(payload.transcript)) return;
  for (const turn of payload.transcript) if (isObject(turn)) change(turn);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
