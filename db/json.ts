/**
 * JSON text that a `jsonb` column takes: PostgreSQL refuses NUL and lone surrogates, which a provider's payload
 * may hold. Both are dropped or replaced, nothing else changes.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.replaceAll('\0', '').toWellFormed() : inner,
  );
}
