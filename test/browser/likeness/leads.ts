import type { FollowUp, Lead, LeadWhy } from '#dashboard/client/generated.ts';
import { ago, HOUR, MINUTE } from './now.ts';

const NAMES = [
  'Ada Example',
  'Bo Sample',
  'Cyra Model',
  'Dario Pattern',
  'Edda Specimen',
  'Finn Instance',
  'Greta Case',
  'Hugo Draft',
  'Ines Proof',
];
const STATES: Lead['state'][] = ['finished', 'waiting', 'backing_off', 'queued', 'calling'];

function lead(name: string, index: number): Lead {
  const state = STATES[index % STATES.length] ?? 'waiting';
  const isFinished = state === 'finished';
  return {
    id: `lead-${index}`,
    campaignId: 'renewals',
    phone: `+1212555010${index}`,
    name,
    email: index === 0 ? 'ada@example.com' : null,
    company: index % 2 === 0 ? 'Example Works' : null,
    country: 'US',
    region: 'NY',
    postalCode: null,
    timeZone: null,
    zones: ['America/New_York'],
    consent: 'Asked for a call on the web form.',
    variables: { plan: 'yearly', since: '2024' },
    state,
    notBefore: ago(-2 * HOUR),
    holdRule: state === 'waiting' ? 'window' : null,
    holdDetail: null,
    attemptsUsed: index % 3,
    lastReach: index % 3 === 0 ? null : 'no_answer',
    disposition: isFinished ? 'converted' : null,
    converted: isFinished,
    score: isFinished ? 72 : null,
    scoreParts: { answered: 20, talkTime: 20, engagement: 12, success: 20, conversion: 0 },
    outcome: isFinished ? 'converted' : null,
    outcomeDetail: null,
    finishedAt: isFinished ? ago(20 * MINUTE) : null,
    createdAt: ago(50 * HOUR),
    updatedAt: ago(20 * MINUTE),
  };
}

export const LEADS: Lead[] = NAMES.map(lead);

/** Why the second lead is not being called. */
export const WHY: LeadWhy = {
  state: 'waiting',
  nextAttemptAt: ago(-2 * HOUR),
  blockedBy: [
    { rule: 'window', detail: 'Hours in America/New_York open at 12:30.', until: ago(-2 * HOUR) },
    { rule: 'contact_gap', detail: 'The last call was less than an hour ago.', until: ago(-30 * MINUTE) },
  ],
};

export const FOLLOW_UPS: FollowUp[] = [
  {
    id: 'follow-up-1',
    campaignId: 'renewals',
    leadId: 'lead-1',
    callId: 'call-1',
    ruleId: 'thanks',
    channel: 'sms',
    status: 'planned',
    reason: null,
    dueAt: ago(-HOUR),
    messageId: null,
    deliveryId: null,
    createdAt: ago(20 * MINUTE),
    finishedAt: null,
  },
];
