import { describe, expect, test } from 'vitest';
import { composeInvitation } from './calendar.ts';

const compose = (timeZone: string) =>
  composeInvitation({
    uid: 'lead.1@calls.example',
    meeting: {
      startsAt: new Date('2026-12-01T15:00:00Z'),
      endsAt: new Date('2026-12-01T15:30:00Z'),
      timeZone,
    },
    title: 'Demo, with "Ada"; all',
    organizer: { address: 'team@calls.example', name: 'The team' },
    guest: { address: 'ada@people.example', name: null },
    stamp: new Date('2026-11-20T10:00:00Z'),
  });
/** Long lines are folded with a space; what a reader sees is without. */
const linesOf = (document: string) => document.replaceAll('\r\n ', '').split('\r\n');

describe('an invitation', () => {
  test('is a request with both parties, its time of making in UTC', () => {
    const lines = linesOf(compose('America/New_York'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'METHOD:REQUEST',
        'UID:lead.1@calls.example',
        'SEQUENCE:0',
        'DTSTAMP:20261120T100000Z',
        'SUMMARY:Demo\\, with "Ada"\\; all',
        'ORGANIZER;CN="The team":mailto:team@calls.example',
      ]),
    );
    expect(lines.find((line) => line.startsWith('ATTENDEE'))).toMatch(/RSVP=TRUE.*ada@people\.example$/);
  });

  test.each([
    ['America/New_York', 'America/New_York', '20261201T100000', '20261201T103000'],
    ['Europe/Berlin', 'Europe/Berlin', '20261201T160000', '20261201T163000'],
    ['Asia/Calcutta', 'Asia/Kolkata', '20261201T203000', '20261201T210000'],
  ])('in %s is on the clock of that zone, whose rules it has', (zone, name, start, end) => {
    const lines = linesOf(compose(zone));
    expect(lines).toContain(`DTSTART;TZID=${name}:${start}`);
    expect(lines).toContain(`DTEND;TZID=${name}:${end}`);
    expect(lines.filter((line) => line === 'BEGIN:VTIMEZONE')).toHaveLength(1);
    expect(lines).toContain(`TZID:${name}`);
  });

  test('in UTC needs no rules', () => {
    const lines = linesOf(compose('UTC'));
    expect(lines).toContain('DTSTART:20261201T150000Z');
    expect(lines).not.toContain('BEGIN:VTIMEZONE');
  });
});
