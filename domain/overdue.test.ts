import { describe, expect, test } from 'vitest';
import { judgeOverdue, OVERDUE_LIMITS, type Sighting } from './overdue.ts';

const START = new Date('2026-03-02T18:00:00Z');
const later = (ms: number) => new Date(START.getTime() + ms);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function judge(
  voice: Sighting | null,
  carrier: Sighting | null,
  at: { now?: Date; lastKnownAt?: Date; carrierEndedAt?: Date } = {},
): string {
  const { now = later(15 * MINUTE), lastKnownAt = later(12 * MINUTE), carrierEndedAt = null } = at;
  const verdict = judgeOverdue({ voice, carrier }, { now, startedAt: START, lastKnownAt, carrierEndedAt });
  return verdict.kind === 'hold' ? `hold: ${verdict.because}` : verdict.kind;
}

describe('case 5: a call past its deadline', () => {
  test.each<[Sighting | null, Sighting | null]>([
    ['live', 'live'],
    ['live', null],
    ['live', 'absent'],
    ['live', 'silent'],
    ['absent', 'live'],
    ['silent', 'live'],
    ['over', 'live'],
  ])('that a provider calls live (voice %s, carrier %s) is held, for a day at most', (voice, carrier) => {
    expect(judge(voice, carrier)).toBe('hold: live');
    expect(judge(voice, carrier, { now: later(24 * HOUR - 1) })).toBe('hold: live');
    expect(judge(voice, carrier, { now: later(24 * HOUR) })).toBe('give_up');
  });

  test.each<[Sighting | null, Sighting | null]>([
    ['silent', 'silent'],
    ['silent', null],
    ['silent', 'absent'],
    ['absent', 'silent'],
    [null, 'silent'],
  ])(
    'of which somebody may know (voice %s, carrier %s) is held from when it was known last',
    (voice, carrier) => {
      const lastKnownAt = later(HOUR);
      const held = { lastKnownAt, now: later(HOUR + OVERDUE_LIMITS.silentMs - 1) };
      expect(judge(voice, carrier, held)).toBe('hold: silent');
      expect(judge(voice, carrier, { ...held, now: later(HOUR + OVERDUE_LIMITS.silentMs) })).toBe('give_up');
    },
  );

  test.each<[Sighting | null, Sighting | null]>([
    ['absent', 'absent'],
    ['absent', null],
    [null, null],
  ])('of which nobody knows (voice %s, carrier %s) is given up', (voice, carrier) => {
    expect(judge(voice, carrier)).toBe('give_up');
  });

  test.each<Sighting>(['live', 'silent', 'absent', 'over'])(
    "that is over for the carrier (voice %s) is waited for until its report must have come, then the carrier's word stands",
    (voice) => {
      const carrierEndedAt = later(14 * MINUTE);
      const now = later(14 * MINUTE + OVERDUE_LIMITS.reportMs - 1);
      expect(judge(voice, 'over', { carrierEndedAt, now })).toBe('hold: unreported');
      expect(judge(voice, 'over', { carrierEndedAt, now: new Date(now.getTime() + 1) })).toBe('close');
      // A carrier that names no end: from when the call was last known.
      expect(judge(voice, 'over')).toBe('hold: unreported');
      expect(judge(voice, 'over', { now: later(12 * MINUTE + OVERDUE_LIMITS.reportMs) })).toBe('close');
    },
  );

  test('that is over, and of which no provider says how it ended', () => {
    expect(judge('over', null)).toBe('hold: unreported');
    expect(judge('over', 'absent', { now: later(12 * MINUTE + OVERDUE_LIMITS.reportMs) })).toBe('give_up');
  });
});
