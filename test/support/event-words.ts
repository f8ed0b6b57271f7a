import type { Db } from '#db/client.ts';

/** What a string in an event's data may be: an id, an instant, a code or the id of a settings' rule, a short number. */
const PERMITTED = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\d+)?$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  /^(?=.{1,40}$)[a-z][a-zA-Z]*([._-][a-zA-Z]+)*$/,
  /^\d{1,6}$/,
];

/** Strings anywhere in an event's data that nobody but a person could have written. */
export function wordsIn(data: unknown): string[] {
  if (typeof data === 'string') return PERMITTED.some((form) => form.test(data)) ? [] : [data];
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap(wordsIn);
}

/** Events of the log whose data holds words, with the words. */
export async function eventsWithWords(db: Db): Promise<string[]> {
  const events = await db.selectFrom('events').select(['type', 'data']).orderBy('id').execute();
  return events.flatMap(({ type, data }) => wordsIn(data).map((words) => `${type}: ${words}`));
}
