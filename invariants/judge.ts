import { oneDial } from './i1-one-dial.ts';
import { noDialAfter } from './i2-no-dial-after.ts';
import { decidedInside } from './i3-decided-inside.ts';
import { endedOrShown } from './i4-ended-or-shown.ts';
import { countsAgree } from './i5-counts-agree.ts';
import { withinLimits } from './i6-within-limits.ts';
import { noLeadLost } from './i7-no-lead-lost.ts';
import type { Snapshot } from './snapshot.ts';

export const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7'] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** Violations identify attempts, calls, leads and campaigns by id, never by number or name. */
export type Verdict = Record<Invariant, { holds: boolean; violations: string[] }>;

export const INVARIANT_TITLES: Readonly<Record<Invariant, string>> = {
  I1: 'at most one dial per attempt, one call per contact at a time',
  I2: 'no dial after an opt-out or a pause',
  I3: 'every dial was decided on, inside its hours',
  I4: 'every attempt ended, or needs attention',
  I5: 'network, database and Temporal agree',
  I6: 'lines, pace and caps were kept',
  I7: 'no lead was lost',
};

const CHECKS: Readonly<Record<Invariant, (snapshot: Snapshot) => Iterable<string>>> = {
  I1: oneDial,
  I2: noDialAfter,
  I3: decidedInside,
  I4: endedOrShown,
  I5: countsAgree,
  I6: withinLimits,
  I7: noLeadLost,
};

const LONGEST_LIST = 20;

/** Each list of violations is cut after twenty, followed by the number left out. */
export function judge(snapshot: Snapshot): Verdict {
  const of = (invariant: Invariant) => {
    const violations: string[] = [];
    let more = 0;
    for (const violation of CHECKS[invariant](snapshot)) {
      if (violations.length < LONGEST_LIST) violations.push(violation);
      else more += 1;
    }
    if (more > 0) violations.push(`and ${more} more`);
    return { holds: violations.length === 0, violations };
  };
  return { I1: of('I1'), I2: of('I2'), I3: of('I3'), I4: of('I4'), I5: of('I5'), I6: of('I6'), I7: of('I7') };
}

export function allHold(verdict: Verdict): boolean {
  return INVARIANTS.every((invariant) => verdict[invariant].holds);
}
