import type { ProviderVerdict } from '#domain/call.ts';
import type { TranscriptTurn } from '#domain/conversation.ts';
import { type Fields, field, fieldsOf, isFields, listOf, secondsOf, storable, textOf } from './fields.ts';

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
