/** As `JSON.stringify` writes NUL and lone surrogates; text that merely looks so is written as it is below. */
const UNSTORABLE = /\\u0000|\\ud[89a-f]/;

/**
 * JSON text that a `jsonb` column takes: PostgreSQL refuses NUL and lone surrogates, which a provider's payload
 * may hold. Both are dropped or replaced, nothing else changes.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.replaceAll('\0', '').toWellFormed() : inner,
  );
}
