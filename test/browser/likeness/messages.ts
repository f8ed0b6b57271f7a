import type { Message, MessageThread, Timeline } from '#dashboard/client/generated.ts';
import { CALLS } from './calls.ts';
import { LEADS } from './leads.ts';
import { ago, HOUR, MINUTE } from './now.ts';

const OURS = '+12125550190';

function message(id: string, body: string, rest: Partial<Message>): Message {
  const isInbound = rest.direction === 'inbound';
  const phone = LEADS[1]?.phone ?? null;
  return {
    id,
    channel: 'sms',
    direction: 'outbound',
    status: isInbound ? 'received' : 'delivered',
    leadId: 'lead-1',
    campaignId: 'renewals',
    callId: null,
    inReplyTo: null,
    from: isInbound ? phone : OURS,
    to: isInbound ? OURS : phone,
    subject: null,
    body,
    attachments: [],
    segments: 1,
    encoding: 'GSM-7',
    characters: body.length,
    source: isInbound ? 'contact' : 'person',
    author: null,
    errorCode: null,
    error: null,
    notBefore: null,
    sentAt: ago(3 * HOUR),
    deliveredAt: ago(3 * HOUR),
    createdAt: ago(3 * HOUR),
    ...rest,
  };
}

/** One conversation, the newest first. */
export const MESSAGES: Message[] = [
  message('message-4', 'Thank you, we call you tomorrow.', {
    createdAt: ago(10 * MINUTE),
    notBefore: ago(-17 * HOUR),
    status: 'scheduled',
    sentAt: null,
    deliveredAt: null,
  }),
  message('message-3', 'Tomorrow would be better. I am in meetings all day.', {
    direction: 'inbound',
    createdAt: ago(12 * MINUTE),
  }),
  message('message-2', 'We tried to reach you about your plan. When is a good time for a call?', {
    source: 'follow_up',
    createdAt: ago(2 * HOUR),
  }),
  message('message-1', 'Your plan ends this month.', { status: 'failed', error: 'The carrier refused it.' }),
];

/** Conversations with each of the first people. */
export const THREADS: MessageThread[] = LEADS.slice(0, 6).map((lead, index) => ({
  phone: lead.phone,
  name: lead.name,
  optedOut: index === 3,
  latest: message(`latest-${index}`, 'Tomorrow would be better. I am in meetings all day.', {
    leadId: lead.id,
    direction: index % 2 === 1 ? 'inbound' : 'outbound',
    createdAt: ago((index + 1) * 12 * MINUTE),
  }),
}));

const NOTHING = { call: null, message: null, followUp: null, delivery: null, decision: null };

/** What happened with the second lead, the newest first. */
export const TIMELINE: Timeline = {
  items: [
    { ...NOTHING, id: 6, at: ago(10 * MINUTE), type: 'lead.held', data: { rule: 'window' } },
    {
      ...NOTHING,
      id: 5,
      at: ago(12 * MINUTE),
      type: 'message.received',
      data: { channel: 'sms' },
      message: {
        id: 'message-3',
        leadId: 'lead-1',
        channel: 'sms',
        direction: 'inbound',
        status: 'received',
        source: 'contact',
        subject: null,
        body: 'Tomorrow would be better. I am in meetings all day.',
        attachments: [],
        error: null,
        createdAt: ago(12 * MINUTE),
        sentAt: null,
        deliveredAt: null,
      },
    },
    {
      ...NOTHING,
      id: 4,
      at: ago(45 * MINUTE),
      type: 'lead.backing_off',
      data: { kind: 'retry', until: ago(-2 * HOUR) },
    },
    {
      ...NOTHING,
      id: 3,
      at: ago(46 * MINUTE),
      type: 'call.ended',
      data: { reach: 'no_answer', source: 'webhook' },
      call: CALLS[1] ?? null,
    },
    {
      ...NOTHING,
      id: 2,
      at: ago(47 * MINUTE),
      type: 'call.started',
      data: { attempt: 2 },
      call: CALLS[1] ?? null,
      decision: {
        verdict: 'go',
        rule: null,
        detail: null,
        rulesVersion: '2026-01',
        settingsVersion: 3,
        facts: { attempt: 2 },
        decidedAt: ago(47 * MINUTE),
      },
    },
  ],
  nextCursor: null,
};
