import type { Hold } from '#domain/gate.ts';
import { type ServiceError, wrongState } from '../errors.ts';

/** A call that is refused while rules hold it: names all of them, and until when. */
export function heldError(holds: readonly Hold[], now: Date): ServiceError {
  const errors = holds.map((hold) => ({ path: hold.rule, message: messageOf(hold) }));
  const detail = `The call is not placed, and does not wait: ${errors.map(({ message }) => message).join(' ')}`;
  const untilMs = holds.map((hold) => (hold.verdict === 'wait' ? hold.until.getTime() : null));
  const isForGood = untilMs.includes(null);
  const seconds = Math.ceil((Math.max(...untilMs.map((until) => until ?? 0)) - now.getTime()) / 1_000);
  return wrongState(detail, {
    errors,
    ...(isForGood ? {} : { retryAfterSeconds: Math.max(1, seconds) }),
  });
}

function messageOf(hold: Hold): string {
  return hold.verdict === 'wait' ? `${hold.detail} Until ${hold.until.toISOString()}.` : hold.detail;
}
