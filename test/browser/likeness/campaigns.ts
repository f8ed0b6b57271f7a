import type {
  CampaignListed,
  CampaignProgress,
  CampaignSettings,
  Metrics,
  WorkspaceMetrics,
} from '#dashboard/client/generated.ts';
import { ago, HOUR, MINUTE } from './now.ts';

export const AGENT_IDS = { first: 'agent_renewals', second: 'agent_surveys' };

type Hours = [string, string][];
const OFFICE: Hours = [['09:00', '17:30']];

const SETTINGS: CampaignSettings = {
  lines: 6,
  callsPerSecond: 2,
  maxAttempts: 3,
  callbackBeyondLimit: true,
  maxCallSeconds: 600,
  ringSeconds: 30,
  ringMarginSeconds: 10,
  conversion: { rule: 'call_successful' },
  spendLimitCents: 25_000,
  expectedCallCents: 20,
  voicemail: 'retry',
  followUps: [
    {
      id: 'thanks',
      on: { converted: true },
      channel: 'sms',
      body: 'Thank you, {{ name }}: your plan is renewed.',
    },
  ],
  autoReply: null,
  window: {
    timeZone: 'America/New_York',
    days: { mon: OFFICE, tue: OFFICE, wed: OFFICE, thu: OFFICE, fri: [['09:00', '15:00']] },
    strictest: true,
  },
  retryAfterSeconds: { no_answer: 7_200, busy: 14_400, failed: 900, voicemail: 86_400 },
  caps: { perDay: 2, perWeek: 5, minGapSeconds: 3_600 },
  scoreWeights: { answered: 20, talkTime: 20, engagement: 20, success: 20, conversion: 20 },
};

function campaign(id: string, name: string, rest: Partial<CampaignListed>): CampaignListed {
  return {
    id,
    name,
    status: 'draft',
    agentId: AGENT_IDS.first,
    phoneNumberIds: ['phone_1', 'phone_2'],
    settings: SETTINGS,
    settingsVersion: 1,
    startAt: null,
    startedAt: null,
    endAt: null,
    pausedAt: null,
    pauseReason: null,
    finishedAt: null,
    archivedAt: null,
    createdAt: ago(50 * HOUR),
    updatedAt: ago(HOUR),
    summary: summary(0, 0, 0, 0),
    ...rest,
  };
}

function summary(
  total: number,
  finished: number,
  calls: number,
  answered: number,
): CampaignListed['summary'] {
  const conversions = Math.floor(answered / 4);
  return {
    leads: { total, finished },
    nextOpeningAt: null,
    calls,
    answered,
    conversions,
    conversionRate: answered === 0 ? null : conversions / answered,
    costCents: calls * 7,
  };
}

export const CAMPAIGNS: CampaignListed[] = [
  campaign('renewals', 'Spring renewals', {
    status: 'running',
    settingsVersion: 3,
    startedAt: ago(26 * HOUR),
    summary: summary(1_240, 418, 702, 236),
  }),
  campaign('survey', 'Customer survey', {
    status: 'paused',
    agentId: AGENT_IDS.second,
    startedAt: ago(20 * HOUR),
    pausedAt: ago(35 * MINUTE),
    pauseReason: 'The number to call from is gone.',
    summary: summary(300, 120, 190, 64),
  }),
  campaign('webinar', 'Summer webinar', { summary: summary(14, 0, 0, 0) }),
  campaign('autumn', 'Autumn check-in', {
    status: 'scheduled',
    startAt: ago(-18 * HOUR),
    summary: summary(85, 0, 0, 0),
  }),
  campaign('harvest', 'Harvest thanks', {
    status: 'completed',
    startedAt: ago(400 * HOUR),
    finishedAt: ago(310 * HOUR),
    summary: summary(640, 640, 1_012, 388),
  }),
];

const SPEND = { settledCents: 4_914, reservedCents: 28, expectedCallCents: 7, limitCents: 25_000 };

export const PROGRESS: CampaignProgress = {
  status: 'running',
  lines: { limit: 6, inUse: 4 },
  leads: { total: 1_240, waiting: 700, queued: 12, calling: 4, backingOff: 118, finished: 418 },
  outcomes: [
    { outcome: 'converted', leads: 59 },
    { outcome: 'answered', leads: 177 },
    { outcome: 'opted_out', leads: 9 },
    { outcome: 'attempts_spent', leads: 173 },
  ],
  nextOpeningAt: null,
  holds: [
    { reason: 'window', leads: 260 },
    { reason: 'contact_gap', leads: 31 },
    { reason: 'retry', leads: 112 },
    { reason: 'callback', leads: 6 },
  ],
  spend: SPEND,
  live: true,
};

const period = (calls: number) => ({
  calls,
  answered: Math.floor(calls / 3),
  conversions: Math.floor(calls / 12),
});

const number = (phoneNumberId: string, calls: number): Metrics['byNumber'][number] => ({
  phoneNumberId,
  ...period(calls),
  finished: calls,
  failed: Math.floor(calls / 20),
  answerRate: 0.33,
  conversionRate: 0.25,
  averageTalkSeconds: 94,
  costCents: calls * 7,
});

export const METRICS: Metrics = {
  calls: {
    total: 702,
    answered: 236,
    voicemail: 160,
    noAnswer: 204,
    busy: 51,
    failed: 38,
    notPlaced: 11,
    unknown: 2,
  },
  provider: { success: 59, failure: 150, unknown: 27 },
  conversions: 59,
  conversionRate: 0.25,
  averageTalkSeconds: 94,
  costCents: 4_914,
  today: period(180),
  thisWeek: period(520),
  thisMonth: period(702),
  byDay: [60, 95, 0, 140, 227, 180].map((calls, index) => ({
    date: `2026-03-${String(index + 5).padStart(2, '0')}`,
    ...period(calls),
  })),
  conversionsPerLead: 0.09,
  costPerConversionCents: 83,
  byArm: [
    {
      agentId: AGENT_IDS.first,
      calls: 702,
      answered: 236,
      conversions: 59,
      conversionRate: 0.25,
      averageTalkSeconds: 94,
      costCents: 4_914,
    },
  ],
  byNumber: [number('phone_1', 420), number('phone_2', 282)],
  byDisposition: [
    { disposition: 'converted', calls: 59, answered: 59, conversions: 59 },
    { disposition: 'callback_requested', calls: 22, answered: 22, conversions: 0 },
    { disposition: 'not_interested', calls: 96, answered: 96, conversions: 0 },
    { disposition: 'opted_out', calls: 9, answered: 9, conversions: 0 },
    { disposition: 'none', calls: 50, answered: 50, conversions: 0 },
  ],
  byDirection: [
    { direction: 'outbound', ...period(702) },
    { direction: 'inbound', ...period(24) },
  ],
  spend: SPEND,
};

export const WORKSPACE_METRICS: WorkspaceMetrics = {
  ...METRICS,
  outsideCampaigns: { calls: 8, answered: 6, conversions: 0, averageTalkSeconds: 40, costCents: 52 },
};
