import { holidaysAround } from './holidays.ts';
import type { CampaignSettings } from './settings.ts';
import { closesAt, nextOpening, type WindowQuestion } from './window.ts';

type HourSettings = Pick<CampaignSettings, 'window' | 'ringMarginSeconds'>;

/** Whether somebody may be dialled at an instant, by the calling window in every zone they may be in. */
export interface CallingHours {
  zones: readonly string[];
  /** It is open, and stays so until the phone must have rung. */
  open: boolean;
  /** The first instant at which that is so, the one that was asked about included; null when there is none. */
  opensAt: Date | null;
  /** When it closes after `opensAt`, exclusive; null when that is more than ten minutes away, or it never opens. */
  closesAt: Date | null;
}

/** No dial and no margin is longer than this. */
const LOOK_AHEAD_MS = 600_000;

/** Openings that are too short to dial in are skipped, up to so many. */
const MOST_SKIPPED = 500;

/**
 * The hours as the gate judges them, and whoever foretells what it will say. A dial takes up to `ringMarginSeconds`
 * until the phone rings, so the window must be open at the instant and through that margin.
 */
export function callingHours(settings: HourSettings, ownZones: readonly string[], now: Date): CallingHours {
  const question = windowOf(settings, ownZones, now);
  const { zones } = question;
  const marginMs = settings.ringMarginSeconds * 1_000;
  let opensAt = nextOpening({ ...question, from: now });
  for (let skipped = 0; opensAt !== null && skipped <= MOST_SKIPPED; skipped += 1) {
    const end = closesAt({ ...question, at: opensAt, withinMs: LOOK_AHEAD_MS });
    if (end === null || end.getTime() - opensAt.getTime() >= marginMs) {
      return { zones, open: opensAt.getTime() === now.getTime(), opensAt, closesAt: end };
    }
    opensAt = nextOpening({ ...question, from: end });
  }
  return { zones, open: false, opensAt: null, closesAt: null };
}

/** The window's question for whoever is in these zones, with the holidays around this instant. */
function windowOf(
  { window }: Pick<HourSettings, 'window'>,
  ownZones: readonly string[],
  now: Date,
): WindowQuestion {
  const zones = window.timeZone === 'lead' ? ownZones : [window.timeZone];
  return { window, zones, holidays: holidaysAround(window.holidays, now) };
}
