/** `Retry-After` (RFC 9110, 10.2.3: seconds or a date) in milliseconds from `nowMs`; null when absent or unreadable. */
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
 * Whether the error comes from the DNS look-up, the connection or the TLS handshake: then no byte of the request was
 * sent. With any other error the request may have arrived.
 */
export function nothingWasSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Several addresses were tried: all of them must have failed like this.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(nothingWasSent);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  if (typeof code === 'string' && certificateCodes.has(code)) return true;
  return error.cause !== undefined && nothingWasSent(error.cause);
}

/** Thrown by `within` when the time is up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(deadlineMs: number) {
    super(`no complete answer within ${deadlineMs} ms`);
  }
}

/**
 * Runs `work` and gives up after `deadlineMs`, even when the work ignores its signal: the SDKs limit the time of an
 * answer's headers only, and some of them only the time between two packets.
 *
 * @throws DeadlineError when the time is up; the signal is aborted first.
 */
export async function within<T>(deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new DeadlineError(deadlineMs));
    }, deadlineMs);
  });
  const running = work(controller.signal);
  // The loser of the race may fail later, when nobody awaits it any more.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
