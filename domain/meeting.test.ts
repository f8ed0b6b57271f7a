import { describe, expect, test } from 'vitest';
import { findMeeting } from './meeting.ts';

const now = new Date('2026-03-02T12:00:00Z');
const inNewYork = { zones: ['America/New_York'], now };
const anywhere = { zones: ['America/New_York', 'America/Chicago'], now };
const startOf = (collected: Record<string, unknown>, lead = inNewYork) =>
  findMeeting(collected, lead)?.startsAt.toISOString() ?? null;

describe('the time', () => {
  test.each([
    ['2026-03-04T15:00:00Z', '2026-03-04T15:00:00.000Z'],
    ['2026-03-04T15:00:00.000+02:00', '2026-03-04T13:00:00.000Z'],
    ['2026-03-04 15:00-0530', '2026-03-04T20:30:00.000Z'],
    ['2026-03-04T15:00', '2026-03-04T20:00:00.000Z'],
    // The clocks have gone forward meanwhile.
    ['2026-03-10T15:00', '2026-03-10T19:00:00.000Z'],
    // 02:30 is skipped on that day, 01:30 in autumn comes twice.
    ['2026-03-08T02:30', '2026-03-08T07:00:00.000Z'],
    ['2026-11-01T01:30', '2026-11-01T05:30:00.000Z'],
  ])('%s is %s', (given, expected) => {
    expect(startOf({ meeting_at: given })).toBe(expected);
  });

  test.each([
    'Tuesday at three',
    '2026-03-04',
    '2026-02-30T10:00Z',
    '2026-03-04T25:00Z',
    '2026-03-01T10:00Z',
    '2036-03-04T10:00Z',
    '',
    null,
    42,
    true,
  ])('%s is none', (given) => {
    expect(findMeeting({ meeting_at: given }, inNewYork)).toBeNull();
  });

  test('is found under several names, and a callback is no meeting', () => {
    const at = '2026-03-04T15:00:00Z';
    for (const field of ['meeting_time', 'appointment_at', 'demo_at']) {
      expect(startOf({ [field]: at }), field).toBe('2026-03-04T15:00:00.000Z');
    }
    expect(startOf({ meeting_at: 'soon', demo_at: at })).toBe('2026-03-04T15:00:00.000Z');
    expect(startOf({ callback_at: at })).toBeNull();
  });
});

describe('the zone', () => {
  test('is the one that was named, else the only one of the lead', () => {
    const local = { meeting_at: '2026-03-04T15:00', meeting_time_zone: 'europe/berlin' };
    expect(findMeeting(local, inNewYork)).toEqual({
      startsAt: new Date('2026-03-04T14:00:00Z'),
      endsAt: new Date('2026-03-04T14:30:00Z'),
      timeZone: 'Europe/Berlin',
    });
    expect(findMeeting({ meeting_at: local.meeting_at }, inNewYork)?.timeZone).toBe('America/New_York');
  });

  test('is not guessed', () => {
    expect(findMeeting({ meeting_at: '2026-03-04T15:00' }, anywhere)).toBeNull();
    const misnamed = { meeting_at: '2026-03-04T15:00', meeting_time_zone: 'our time' };
    expect(findMeeting(misnamed, inNewYork)).toBeNull();
    expect(findMeeting({ meeting_at: '2026-03-04T15:00Z' }, anywhere)?.timeZone).toBe('UTC');
  });
});

test('the length is the one that was collected, within a day', () => {
  const minutes = (given: unknown) => {
    const meeting = findMeeting({ meeting_at: '2026-03-04T15:00Z', meeting_minutes: given }, inNewYork);
    return ((meeting?.endsAt.getTime() ?? 0) - (meeting?.startsAt.getTime() ?? 0)) / 60_000;
  };
  expect([45, '60', 0, -5, 'an hour', 100_000].map(minutes)).toEqual([45, 60, 30, 30, 30, 30]);
});
