import {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendar,
  ICalCalendarMethod,
  ICalEventStatus,
} from 'ical-generator';
import { Temporal as CalendarTime } from 'temporal-polyfill';
import { tzlib_get_ical_block } from 'timezones-ical-library';
import type { Invitation } from '../ports.ts';

interface Party {
  address: string;
  name: string | null;
}

/** An iCalendar document (RFC 5545) that asks a guest to a meeting, with the rules of the meeting's zone in it. */
export function composeInvitation({
  uid,
  meeting,
  title,
  organizer,
  guest,
  stamp,
}: Invitation & { organizer: Party; guest: Party }): string {
  const zone = zoneBlock(meeting.timeZone);
  const calendar = new ICalCalendar({
    prodId: { company: 'Ringleader', product: 'Ringleader' },
    method: ICalCalendarMethod.REQUEST,
    timezone: zone === null ? null : { name: null, generator: () => zone.block },
  });
  const at = (instant: Date) =>
    zone === null
      ? instant
      : CalendarTime.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone.name);
  calendar.createEvent({
    id: uid,
    start: at(meeting.startsAt),
    end: at(meeting.endsAt),
    timezone: zone?.name ?? null,
    stamp,
    summary: title,
    status: ICalEventStatus.CONFIRMED,
    organizer: { name: organizer.name ?? organizer.address, email: organizer.address },
    attendees: [
      {
        name: guest.name ?? guest.address,
        email: guest.address,
        role: ICalAttendeeRole.REQ,
        status: ICalAttendeeStatus.NEEDSACTION,
        rsvp: true,
      },
    ],
  });
  return calendar.toString();
}

/** The zone's rules, and its name as they have it; null for UTC and for zones that the list does not have. */
function zoneBlock(timeZone: string): { name: string; block: string } | null {
  if (timeZone === 'UTC') return null;
  const [block, line] = tzlib_get_ical_block(timeZone);
  const name = line?.replace(/^TZID=/, '');
  return block?.startsWith('BEGIN:VTIMEZONE') && name ? { name, block } : null;
}
