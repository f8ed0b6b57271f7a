import type { AutoReply, FollowUpRule } from '#domain/follow-up.ts';
import { ALWAYS_OPEN, type CampaignSettings } from '#domain/settings.ts';
import type { FaultOptions } from '#simulator/faults.ts';
import type { DemoOptions } from './options.ts';

/** The product's timeout for a dial; the checker uses the same. */
const DIAL_TIMEOUT_MS = 2_000;

/** Timeouts of the product, in proportion to people who live this much faster. */
export const TIMEOUT_ENV: Readonly<Record<string, string>> = {
  DIAL_TIMEOUT_SECONDS: String(DIAL_TIMEOUT_MS / 1_000),
  POLL_AFTER_SECONDS: '3',
  POLL_EVERY_SECONDS: '1',
  RECONCILE_FOR_SECONDS: '4',
  SWEEP_EVERY_SECONDS: '5',
};

/** Frequent enough to show in sixty calls, rare enough for most calls to succeed. */
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
 * The real rules, with retry delays of seconds and a window that is always open, so that the demo runs at any
 * time. Calls keep their five minutes: cut short, few would convert.
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
    followUps: FOLLOW_UPS,
    autoReply: AUTO_REPLY,
  };
}

/** After a call: thanks for a conversion, a meeting's invitation, a text to those who did not answer. */
const FOLLOW_UPS: FollowUpRule[] = [
  {
    id: 'thanks',
    on: { converted: true },
    afterSeconds: 2,
    channel: 'sms',
    body: "Thank you {{ first_name | default: 'for your time' }}. You will hear from us soon.",
  },
  {
    id: 'invitation',
    on: { meeting: true },
    afterSeconds: 1,
    channel: 'email',
    subject: 'Our meeting',
    body: "Hello {{ first_name | default: 'there' }},\n\nhere is what we agreed on, for your calendar.",
    calendar: true,
  },
  {
    id: 'missed',
    on: { reaches: ['no_answer'] },
    afterSeconds: 20,
    unlessReplied: true,
    channel: 'sms',
    body: 'We tried to call you. Reply CALL for a call back, or STOP to opt out.',
  },
];

const AUTO_REPLY: AutoReply = {
  rules: [
    {
      keywords: ['who', 'what is it about'],
      body: 'This is the booking desk of our demo. Ask us anything by text.',
    },
    { keywords: ['cost', 'details'], body: 'The first month is free. Shall we call you about the rest?' },
  ],
  agent: null,
};

/** A campaign that takes longer counts as stuck; wall-clock milliseconds. */
export function timeLimitMs({ leads, lines, speed }: DemoOptions): number {
  const attempts = 3;
  const oneCallMs = (330 / speed + 5) * 1_000;
  const callbackMs = (2 * 3_600_000) / speed;
  // A leaked line comes back at the call's deadline, which the speed does not shorten.
  const deadlineMs = 600_000;
  return deadlineMs + callbackMs + (leads * attempts * oneCallMs) / lines;
}
