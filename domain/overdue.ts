/**
 * What one provider says of a call. `live`: it is under way. `over`: it has ended. `absent`: there is no such call.
 * `silent`: no answer, or none yet.
 */
export type Sighting = 'live' | 'over' | 'absent' | 'silent';

/** Null for a provider that there is not, or that has no name for the call. */
export interface Sightings {
  voice: Sighting | null;
  carrier: Sighting | null;
}

/** How long a call past its deadline is waited for, in milliseconds. */
export interface OverdueLimits {
  /** From its start, while a provider says that it is under way. */
  liveMs: number;
  /** From when it was last known to be under way, while a provider does not answer. */
  silentMs: number;
  /** From its end at the carrier, until the voice provider tells what came of it. */
  reportMs: number;
}

/**
 * Twilio ends a call after four hours where nobody sets another limit, which is at most a day:
 * https://www.twilio.com/docs/voice/api/call-resource (`TimeLimit`)
 */
export const OVERDUE_LIMITS: OverdueLimits = {
  liveMs: 24 * 3_600_000,
  silentMs: 4 * 3_600_000,
  reportMs: 10 * 60_000,
};

/** A provider says that it lives, one does not answer, or its end is not reported yet. */
export type HeldBecause = 'live' | 'silent' | 'unreported';

/**
 * What is to be done with a call past its deadline. `hold`: it keeps its line and its contact. `close`: it is over, and
 * the carrier's word for it stands. `give_up`: nobody knows of it, or no call can last so long.
 */
export type OverdueVerdict = { kind: 'hold'; because: HeldBecause } | { kind: 'close' } | { kind: 'give_up' };

/** As long as a provider says that a call lives, or may do so, it is not given up. */
export function judgeOverdue(
  { voice, carrier }: Sightings,
  times: { now: Date; startedAt: Date; lastKnownAt: Date; carrierEndedAt: Date | null },
  limits: OverdueLimits = OVERDUE_LIMITS,
): OverdueVerdict {
  const since = (at: Date) => times.now.getTime() - at.getTime();
  if (carrier === 'over') {
    const endedAt = times.carrierEndedAt ?? times.lastKnownAt;
    return since(endedAt) < limits.reportMs ? { kind: 'hold', because: 'unreported' } : { kind: 'close' };
  }
  if (voice === 'live' || carrier === 'live') {
    return since(times.startedAt) < limits.liveMs ? { kind: 'hold', because: 'live' } : { kind: 'give_up' };
  }
  if (voice === 'over') {
    const mayBeReported = since(times.lastKnownAt) < limits.reportMs;
    return mayBeReported ? { kind: 'hold', because: 'unreported' } : { kind: 'give_up' };
  }
  if (voice === 'silent' || carrier === 'silent') {
    return since(times.lastKnownAt) < limits.silentMs
      ? { kind: 'hold', because: 'silent' }
      : { kind: 'give_up' };
  }
  return { kind: 'give_up' };
}
