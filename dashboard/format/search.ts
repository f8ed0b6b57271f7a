/** The unchecked search part of a URL. What is wrong in it is ignored. */
export type RawSearch = Record<string, unknown>;

export function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'string' && raw !== '') return raw;
  // The router reads what looks like a number as one.
  return typeof raw === 'number' ? String(raw) : undefined;
}

export function oneOf<Value extends string>(raw: unknown, values: readonly Value[]): Value | undefined {
  return values.find((value) => value === raw);
}
