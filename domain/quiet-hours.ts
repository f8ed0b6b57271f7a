import { callingHours } from './calling-hours.ts';
import type { CallingWindow } from './window.ts';

const daytime: [string, string][] = [['08:00', '21:00']];

/** Hours of solicitations at the called party's place, which texts are held to as well: 47 CFR 64.1200(c)(1). */
const TEXTING_HOURS: CallingWindow = {
  timeZone: 'lead',
  days: { mon: daytime, tue: daytime, wed: daytime, thu: daytime, fri: daytime, sat: daytime, sun: daytime },
};

/** A text takes some time to its recipient, and is not to come in quiet hours. */
const DELIVERY_SECONDS = 10;

/** A person who has just written is awake and may be answered. */
const ANSWER_MS = 3_600_000;

/**
 * The first instant, `now` included, at which a text may be sent: by day in every zone the person may be in, or
 * at once within an hour of the person's own text. Null when no hour suits every zone, or no zone is known.
 */
export function textAllowedAt(question: {
  zones: readonly string[];
  lastTextAt: Date | null;
  now: Date;
}): Date | null {
  const { zones, lastTextAt, now } = question;
  if (lastTextAt !== null && now.getTime() - lastTextAt.getTime() < ANSWER_MS) return now;
  return callingHours({ window: TEXTING_HOURS, ringMarginSeconds: DELIVERY_SECONDS }, zones, now).opensAt;
}
