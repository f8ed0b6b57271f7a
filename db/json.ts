/** As `JSON.stringify` writes NUL and lone surrogates; text that merely looks so is written as it is below. */
const UNSTORABLE = /\\u0000|\\ud[89a-f]/;

/**
 * JSON text that a `jsonb` column takes: PostgreSQL refuses NUL and lone surrogates, which a provider's payload
 * may hold, in names as well as in values. Both are dropped or replaced, nothing else changes.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(value ?? null, (_key, inner: unknown) => {
    if (typeof inner === 'string') return storable(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, field]) => [storable(name), field]));
  });
}

function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
