import type { Call, CallDetail, CallTimeline } from '#dashboard/client/generated.ts';
import { AGENT_IDS } from './campaigns.ts';
import { LEADS } from './leads.ts';
import { ago, MINUTE, SECOND } from './now.ts';

type Outcome = Pick<Call, 'reach' | 'disposition' | 'talkSeconds'>;

const OUTCOMES: Outcome[] = [
  { reach: 'answered', disposition: 'converted', talkSeconds: 143 },
  { reach: 'no_answer', disposition: null, talkSeconds: null },
  { reach: 'answered', disposition: 'callback_requested', talkSeconds: 61 },
  { reach: 'voicemail', disposition: null, talkSeconds: 18 },
  { reach: 'answered', disposition: 'not_interested', talkSeconds: 37 },
  { reach: 'busy', disposition: null, talkSeconds: null },
  { reach: 'unknown', disposition: null, talkSeconds: null },
];

function call(index: number, rest: Partial<Call>): Call {
  const lead = LEADS[index % LEADS.length];
  const startedAt = (index + 1) * 23 * MINUTE;
  const outcome = OUTCOMES[index % OUTCOMES.length];
  const { reach = null, disposition = null, talkSeconds = null } = outcome ?? {};
  return {
    id: `call-${index}`,
    campaignId: 'renewals',
    leadId: lead?.id ?? null,
    name: lead?.name ?? null,
    agentId: AGENT_IDS.first,
    direction: 'outbound',
    kind: 'phone',
    attempt: 1 + (index % 3),
    status: 'ended',
    reach,
    disposition,
    converted: disposition === 'converted',
    attributedBy: 'dial',
    hasAudio: reach === 'answered',
    sentiment: reach === 'answered' ? 'positive' : null,
    score: reach === 'answered' ? 72 : null,
    conversationId: `conversation-${index}`,
    callSid: null,
    from: '+12125550190',
    to: lead?.phone ?? null,
    startedAt: ago(startedAt),
    answeredAt: reach === 'answered' ? ago(startedAt - 8 * SECOND) : null,
    endedAt: ago(startedAt - 8 * SECOND - (talkSeconds ?? 20) * SECOND),
    talkSeconds,
    costCents: talkSeconds === null ? 1 : 14,
    summary: reach === 'answered' ? 'They talked about the plan and its price.' : null,
    terminationReason: reach === 'answered' ? 'The person hung up.' : null,
    source: 'webhook',
    failure: null,
    needsAttention: reach === 'unknown',
    overdueSince: null,
    hangUp: null,
    ...rest,
  };
}

/** Calls that have ended, the newest first. */
export const CALLS: Call[] = Array.from({ length: 18 }, (_, index) => call(index, {}));

const UNDER_WAY = {
  reach: null,
  disposition: null,
  converted: false,
  endedAt: null,
  talkSeconds: null,
  costCents: null,
  summary: null,
  terminationReason: null,
  score: null,
  sentiment: null,
  needsAttention: false,
};

/** Calls under way, in each of their states. */
export const LIVE_CALLS: Call[] = [
  call(30, {
    ...UNDER_WAY,
    status: 'in_progress',
    startedAt: ago(95 * SECOND),
    answeredAt: ago(83 * SECOND),
  }),
  call(31, {
    ...UNDER_WAY,
    status: 'in_progress',
    startedAt: ago(40 * SECOND),
    answeredAt: ago(31 * SECOND),
  }),
  call(32, { ...UNDER_WAY, status: 'ringing', startedAt: ago(9 * SECOND), answeredAt: null }),
  call(33, { ...UNDER_WAY, status: 'dialling', startedAt: ago(2 * SECOND), answeredAt: null }),
];

/** A call of somebody who is on no list. */
export const STRANGER: Call = call(40, {
  campaignId: null,
  leadId: null,
  name: null,
  direction: 'inbound',
  attempt: null,
  attributedBy: null,
  from: '+12125550177',
  to: '+12125550190',
});

export const CALL_DETAIL: CallDetail = {
  ...call(0, {}),
  notes: 'Asked for the invoice by mail.',
  convertedBy: 'rule',
  conversionReason: { rule: 'call_successful', detail: 'The provider judged the call a success.' },
  scoreParts: { answered: 20, talkTime: 20, engagement: 12, success: 20, conversion: 0 },
  transcript: [
    { role: 'agent', text: 'Good morning, this is the renewals desk. Is it a good moment?', atSeconds: 1 },
    { role: 'user', text: 'Yes, go ahead.', atSeconds: 7 },
    { role: 'agent', text: 'Your plan ends this month. Shall I renew it for another year?', atSeconds: 10 },
    { role: 'user', text: 'What would it cost?', atSeconds: 18 },
    {
      role: 'agent',
      text: 'The same as last year, and the first month is',
      atSeconds: 21,
      interrupted: true,
    },
    { role: 'user', text: 'Then please renew it.', atSeconds: 26 },
  ],
  analysis: {
    evaluation: { polite: 'success', price_named: 'success', consent_asked: 'failure' },
    dataCollection: { plan: 'yearly', wants_invoice: true },
  },
  quality: {
    firstAudioMs: 640,
    responseMs: 910,
    userTurns: 3,
    agentTurns: 3,
    interruptions: 1,
    wordErrorRate: null,
  },
  decision: {
    verdict: 'go',
    rule: null,
    detail: null,
    rulesVersion: '2026-01',
    settingsVersion: 3,
    facts: { attempt: 1 },
    decidedAt: ago(23 * MINUTE),
  },
};

export const CALL_TIMELINE: CallTimeline = {
  events: [
    { id: 1, at: ago(23 * MINUTE), type: 'call.started', data: { attempt: 1 } },
    { id: 2, at: ago(23 * MINUTE - SECOND), type: 'call.placed', data: {} },
    { id: 3, at: ago(23 * MINUTE - 8 * SECOND), type: 'call.updated', data: { status: 'in_progress' } },
    { id: 4, at: ago(20 * MINUTE), type: 'call.ended', data: { reach: 'answered', source: 'webhook' } },
    { id: 5, at: ago(20 * MINUTE), type: 'lead.converted', data: {} },
  ],
  webhooks: [
    {
      id: 1,
      provider: 'elevenlabs',
      type: 'post_call_transcription',
      receivedAt: ago(20 * MINUTE),
      mergedAt: ago(20 * MINUTE),
      deliveries: 1,
    },
  ],
};
