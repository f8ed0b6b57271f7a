/** Of one event to one endpoint. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long each attempt of a delivery waits for the one before: ten attempts, a little over three days in all. */
export const DELIVERY_DELAYS_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** An endpoint that has accepted nothing for this long is disabled. */
const DISABLE_AFTER_MS = 72 * HOUR_MS;

/** The longest `Retry-After` that is honoured. */
const LONGEST_RETRY_AFTER_MS = 24 * HOUR_MS;

const GONE = 410;

/** How one attempt went. Without a status there was no answer, and `error` says why. */
export interface AttemptOutcome {
  status: number | null;
  error: string | null;
  retryAfterMs: number | null;
}

export type AfterAttempt =
  | { next: 'delivered' }
  | { next: 'failed'; because: 'gone' | 'attempts_spent' }
  | { next: 'retry'; delayMs: number };

/**
 * What follows an attempt. Only 2xx counts as delivered; a redirect is never followed, and so counts as a failure.
 * `attempts` includes this one; `chance`, from 0 to 1, spreads the retries of deliveries that failed together.
 */
export function afterAttempt(
  { status, retryAfterMs }: AttemptOutcome,
  { attempts, chance, delaysMs }: { attempts: number; chance: number; delaysMs: readonly number[] },
): AfterAttempt {
  if (status !== null && status >= 200 && status < 300) return { next: 'delivered' };
  if (status === GONE) return { next: 'failed', because: 'gone' };
  const delayMs = delaysMs[attempts];
  if (delayMs === undefined) return { next: 'failed', because: 'attempts_spent' };
  const spreadMs = Math.round(delayMs * (0.9 + 0.2 * chance));
  return { next: 'retry', delayMs: Math.max(spreadMs, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)) };
}

/** Whether an endpoint whose every attempt has failed since then is disabled. */
export function isDead(failingSince: Date, now: Date): boolean {
  return now.getTime() - failingSince.getTime() >= DISABLE_AFTER_MS;
}

/** The secrets that sign now: the newest, and during a rotation the older ones too. */
export function activeSecrets(
  { secrets, oldSecretsUntil }: { secrets: readonly string[]; oldSecretsUntil: Date | null },
  now: Date,
): readonly string[] {
  const changing = oldSecretsUntil !== null && now < oldSecretsUntil;
  return changing ? secrets : secrets.slice(0, 1);
}
