import { callingHours } from '#domain/calling-hours.ts';
import type { CampaignSettings } from '#domain/settings.ts';

/** When no hour is ever allowed for a lead, it is looked at again after this; the rules may have changed. */
const NEVER_OPEN_RETRY_MS = 86_400_000;

/** Until when and why leads in these zones are held outside of their hours. */
export function windowHold(
  settings: CampaignSettings,
  zones: readonly string[],
  now: Date,
): { until: Date; detail: string } {
  const { opensAt: opening } = callingHours(settings, zones, now);
  const where = zones.length === 0 ? 'no zone is known' : zones.slice(0, 4).join(', ');
  if (opening !== null) return { until: opening, detail: `Outside the calling window (${where}).` };
  return {
    until: new Date(now.getTime() + NEVER_OPEN_RETRY_MS),
    detail: `No hour is allowed in every zone (${where}).`,
  };
}
