/** A URL's search as received: invalid values count as absent. */
export type RawSearch = Record<string, unknown>;

export function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'string' && raw !== '') return raw;
  // The router parses numeric values as numbers.
  return typeof raw === 'number' ? String(raw) : undefined;
}

export function oneOf<Value extends string>(raw: unknown, values: readonly Value[]): Value | undefined {
  return values.find((value) => value === raw);
}
