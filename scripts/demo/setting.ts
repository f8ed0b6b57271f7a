import { ALWAYS_OPEN, type CampaignSettings } from '../../domain/settings.ts';
import type { FaultOptions } from '../../simulator/faults.ts';
import type { DemoOptions } from './options.ts';

/** How long the product waits for an answer to a dial, here and in the checker. */
export const DIAL_TIMEOUT_MS = 2_000;

/** The product's own variables: as patient as people are who live so many times faster. */
export const PATIENCE: Readonly<Record<string, string>> = {
  DIAL_TIMEOUT_SECONDS: String(DIAL_TIMEOUT_MS / 1_000),
  POLL_AFTER_SECONDS: '3',
  POLL_EVERY_SECONDS: '1',
  RECONCILE_FOR_SECONDS: '4',
  SWEEP_EVERY_SECONDS: '5',
};

/** What goes wrong: often enough to be seen in sixty calls, seldom enough for most to go well. */
export const FAULTS: Partial<FaultOptions> = {
  webhookLoss: 0.12,
  webhookDuplicate: 0.12,
  webhookDelayMs: [0, 1_500],
  webhookReorder: 0.05,
  dialThrottle: 0.04,
  dialServerErrorAfterAccept: 0.04,
  dialMalformedAfterAccept: 0.03,
  dialTimeoutAfterAccept: 0.03,
  listingLagMs: 300,
};

/**
 * The campaign's rules: the real ones, with delays of seconds instead of hours, and hours that are always open so that
 * the demo runs at any time of day. A call may last its five minutes: cut short, few would end well.
 */
export function campaignSettings({ lines }: DemoOptions): Partial<CampaignSettings> {
  return {
    lines,
    callsPerSecond: 25,
    maxAttempts: 3,
    maxCallSeconds: 300,
    ringSeconds: 30,
    window: ALWAYS_OPEN,
    retryAfterSeconds: { no_answer: 4, busy: 6, failed: 3, voicemail: 5 },
    voicemail: 'retry',
    caps: { perDay: 10, perWeek: 20, minGapSeconds: 1 },
    conversion: { rule: 'call_successful' },
  };
}

/** The wall-clock time after which a campaign that is not done counts as stuck, in milliseconds. */
export function timeLimitMs({ leads, lines, speed }: DemoOptions): number {
  const attempts = 3;
  const oneCallMs = (330 / speed + 5) * 1_000;
  const callbackMs = (2 * 3_600_000) / speed;
  // A line that leaked comes back when its call must be over, whatever the speed.
  const deadlineMs = 600_000;
  return deadlineMs + callbackMs + (leads * attempts * oneCallMs) / lines;
}
