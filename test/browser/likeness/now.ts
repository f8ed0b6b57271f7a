/** The moment at which the pictures are taken: a Tuesday afternoon. */
export const NOW = new Date('2026-03-10T14:30:00.000Z');

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** The time so many milliseconds before that moment; after it for a negative number. */
export function ago(ms: number): string {
  return new Date(NOW.getTime() - ms).toISOString();
}
