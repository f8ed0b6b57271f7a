/** The instant of the browser's local date and time; null when invalid or past. */
export function futureTime(local: string, now = Date.now()): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) || at.getTime() <= now ? null : at.toISOString();
}

/**
 * Call this right before setting a start: the API takes a past time as now.
 *
 * @throws Error when it has passed
 */
export function assertFuture(at: string): void {
  if (Date.parse(at) <= Date.now()) throw new Error('The set time has passed. Choose one that is to come.');
}
