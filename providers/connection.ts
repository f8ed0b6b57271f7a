/** `Retry-After` in milliseconds from `nowMs`, from seconds or a date; null when absent or unreadable. */
export function retryAfterMsOf(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Math.ceil(Number(header) * 1000);
  const untilMs = Date.parse(header);
  return Number.isNaN(untilMs) ? null : Math.max(0, untilMs - nowMs);
}

const certificateCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * Whether the error belongs to looking up the host, connecting or the handshake: then no byte of the request has
 * left. Every other error may have come after the request arrived.
 */
export function nothingWasSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Several addresses were tried: all of them must have failed this way.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(nothingWasSent);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  if (typeof code === 'string' && certificateCodes.has(code)) return true;
  return error.cause !== undefined && nothingWasSent(error.cause);
}
