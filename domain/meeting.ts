import { canonicalTimeZone } from './zones/time-zone.ts';
import { instantsAtWall } from './zones/zone-clock.ts';

/** A meeting that was agreed in a conversation. */
export interface Meeting {
  startsAt: Date;
  endsAt: Date;
  /** The zone in whose clock it was agreed, IANA; `UTC` where only the instant is known. */
  timeZone: string;
}

/**
 * Collected values that name a meeting's time, the first that can be read: an ISO time with Z or an offset, or a
 * time on the clock of `meeting_time_zone`, and without that on the clock of the lead's zone. A requested
 * callback is none: that is when the phone rings.
 */
const TIME_FIELDS = [
  'meeting_at',
  'meeting_time',
  'appointment_at',
  'appointment_time',
  'demo_at',
  'demo_time',
] as const;
const ZONE_FIELDS = ['meeting_time_zone', 'appointment_time_zone', 'demo_time_zone'] as const;
const LENGTH_FIELDS = ['meeting_minutes', 'appointment_minutes', 'demo_minutes'] as const;

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 30;
const LONGEST_MINUTES = 24 * 60;
/** Who agrees on a time further away was misheard. */
const FURTHEST_MS = 2 * 366 * 86_400_000;

const ISO_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * The meeting that the agent collected, or null when there is none, its time cannot be read, is past, or is on a
 * clock that nobody named.
 *
 * @param lead `zones` are those the lead may be in; `now` is the end of the call
 */
export function findMeeting(
  collected: Record<string, unknown>,
  { zones, now }: { zones: readonly string[]; now: Date },
): Meeting | null {
  const named = ZONE_FIELDS.map((field) => collected[field]).find((value) => typeof value === 'string');
  const zone = zoneOf(named, zones);
  for (const field of TIME_FIELDS) {
    const startsAt = readTime(collected[field], zone);
    if (startsAt === null || startsAt <= now || startsAt.getTime() - now.getTime() > FURTHEST_MS) continue;
    const endsAt = new Date(startsAt.getTime() + minutesOf(collected) * MINUTE_MS);
    return { startsAt, endsAt, timeZone: zone ?? 'UTC' };
  }
  return null;
}

/** A zone that was named and does not exist is not replaced by a guess. */
function zoneOf(named: unknown, zones: readonly string[]): string | null {
  if (typeof named === 'string' && named.trim() !== '') return canonicalTimeZone(named.trim());
  return zones.length === 1 ? (zones[0] ?? null) : null;
}

function readTime(value: unknown, zone: string | null): Date | null {
  if (typeof value !== 'string') return null;
  const match = ISO_TIME.exec(value.trim());
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0));
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const wall = new Date(wallMs);
  // A date such as 30 February would have rolled over.
  const real = wall.getUTCMonth() === month - 1 && wall.getUTCDate() === day && hour < 24 && minute < 60;
  if (!real || second > 59) return null;
  const offset = match[7];
  if (offset !== undefined) return new Date(wallMs - offsetMs(offset));
  return zone === null ? null : new Date(instantsAtWall(zone, wallMs).firstMs);
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

function minutesOf(collected: Record<string, unknown>): number {
  const given = LENGTH_FIELDS.map((field) => Number(collected[field] ?? Number.NaN)).find(
    (minutes) => minutes > 0 && minutes <= LONGEST_MINUTES,
  );
  return given ?? DEFAULT_MINUTES;
}
