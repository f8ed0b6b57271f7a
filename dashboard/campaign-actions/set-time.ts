/** The instant of a browser's local date and time; null when it is none, or is not to come. */
export function timeToCome(local: string, now = Date.now()): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) || at.getTime() <= now ? null : at.toISOString();
}

/**
 * To be asked right before a start is set: the API takes a time that has passed for now, and nobody asked for that.
 *
 * @throws Error when it has passed
 */
export function assertToCome(at: string): void {
  if (Date.parse(at) <= Date.now()) throw new Error('The set time has passed. Choose one that is to come.');
}
