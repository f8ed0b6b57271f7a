import { ProviderError } from '#providers/ports.ts';

/**
 * What a use case refuses on purpose. The API answers it as a problem document, an activity fails with it; anything
 * else that is thrown is a defect or an outage.
 */
export type ServiceErrorKind =
  /** There is no such thing. */
  | 'not-found'
  /** It exists, and its state does not allow this now. */
  | 'wrong-state'
  /** Fields of the request are wrong: see `errors`. */
  | 'invalid-request'
  /** A body that cannot be read at all. */
  | 'malformed-request'
  /** A webhook whose signature is missing, wrong or too old. */
  | 'invalid-signature'
  /** A key that is not known. */
  | 'unauthorized'
  /** Whoever asks may not do this. */
  | 'forbidden'
  /** A part that this needs does not answer; the same request may succeed later. */
  | 'unavailable'
  /** The voice provider did not answer, or refused us. */
  | 'provider-unavailable';

/** One thing that is wrong with a request; `path` is dotted, such as `settings.lines`. */
export interface FieldError {
  path: string;
  message: string;
}

interface ServiceErrorOptions {
  errors?: FieldError[];
  /** When the same request may succeed. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly kind: ServiceErrorKind;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: ServiceErrorKind, detail: string, options: ServiceErrorOptions = {}) {
    super(detail, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** @example throw notFound('campaign') */
export function notFound(what: string): ServiceError {
  return new ServiceError('not-found', `There is no such ${what}.`);
}

export function wrongState(detail: string, options: ServiceErrorOptions = {}): ServiceError {
  return new ServiceError('wrong-state', detail, options);
}

/** Everything that is wrong with a request's fields, in one answer. */
export function invalid(errors: FieldError[]): ServiceError {
  const count = errors.length === 1 ? 'One field is' : `${errors.length} fields are`;
  return new ServiceError('invalid-request', `${count} not valid.`, { errors });
}

export function unavailable(detail: string, retryAfterSeconds = 5): ServiceError {
  return new ServiceError('unavailable', detail, { retryAfterSeconds });
}

/** Asks the voice provider. @throws ServiceError `provider-unavailable` when it does not answer, or refuses us */
export async function reachable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const how = error.status === null ? 'did not answer' : `answered with status ${error.status}`;
    throw new ServiceError('provider-unavailable', `The voice provider ${how}.`);
  }
}

/**
 * A step that is not done yet and is to be run again. `type` names the reason for whoever reads a history: no number,
 * name or words of a person in it or in the message.
 */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly type: string;
  /** Until the next try; null leaves it to the caller's own schedule. */
  readonly delayMs: number | null;
  /** Nothing is wrong: neither logged nor counted as a failure. */
  readonly expected: boolean;

  constructor(
    type: string,
    message: string,
    { delayMs = null, expected = false }: { delayMs?: number | null; expected?: boolean } = {},
  ) {
    super(message);
    this.type = type;
    this.delayMs = delayMs;
    this.expected = expected;
  }
}

/**
 * Before every gate of a process that may stand back: what a shutdown would cut off, or a wrong clock would time, is
 * left to another process, or to this one once it may.
 *
 * @throws RetryLater `StandsBack`
 */
export function requireReady({ standsBack }: { standsBack(): string | null }): void {
  const why = standsBack();
  if (why !== null) throw new RetryLater('StandsBack', why, { delayMs: STAND_BACK_MS, expected: true });
}

const STAND_BACK_MS = 1_000;

/** A step that would fail again however often it is run. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}
