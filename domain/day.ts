/** The date of an instant in a zone, YYYY-MM-DD. */
export function localDate(at: Date, timeZone: string): string {
  // Swedish writes dates in ISO order.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}
