import type { AutoReply, FollowUpRule } from '#domain/follow-up.ts';
import { ALWAYS_OPEN, type CampaignSettings } from '#domain/settings.ts';
import type { FaultOptions } from '#simulator/faults.ts';
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
    followUps: FOLLOW_UPS,
    autoReply: AUTO_REPLY,
  };
}

/** What follows a call: thanks for a conversion, the invitation to a meeting, a text to those who did not answer. */
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
    body: 'We tried to call you. Reply CALL for a call back, or STOP to hear no more.',
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

/** The wall-clock time after which a campaign that is not done counts as stuck, in milliseconds. */
export function timeLimitMs({ leads, lines, speed }: DemoOptions): number {
  const attempts = 3;
  const oneCallMs = (330 / speed + 5) * 1_000;
  const callbackMs = (2 * 3_600_000) / speed;
  // A line that leaked comes back when its call must be over, whatever the speed.
  const deadlineMs = 600_000;
  return deadlineMs + callbackMs + (leads * attempts * oneCallMs) / lines;
}
