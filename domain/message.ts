export const MESSAGE_CHANNELS = ['sms', 'email'] as const;
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number];

export const MESSAGE_STATUSES = [
  'scheduled',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'refused',
  'unknown',
  'received',
] as const;
/**
 * How far a message got. `scheduled`: not sent yet. `refused`: not sent, because a rule forbids it. `failed`: the
 * provider would not take it. `undelivered`: it took it and could not deliver. `unknown`: whether it was taken
 * could not be found out; it is not sent again by itself.
 */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** Who wrote it: a person through the API, a rule of the campaign, an agent, or the contact. */
export const MESSAGE_SOURCES = ['person', 'follow_up', 'auto_reply', 'agent', 'contact'] as const;
export type MessageSource = (typeof MESSAGE_SOURCES)[number];

const RANK: Record<MessageStatus, number> = {
  scheduled: 0,
  sending: 1,
  // Every later report says more.
  unknown: 2,
  sent: 3,
  delivered: 4,
  undelivered: 4,
  failed: 4,
  refused: 4,
  received: 4,
};

/** The later of two statuses: reports come twice and in any order, and the first final one stands. */
export function laterMessageStatus(known: MessageStatus, reported: MessageStatus): MessageStatus {
  return RANK[reported] > RANK[known] ? reported : known;
}

/**
 * A carrier's word in ours; null when it says nothing of a text that we sent.
 * https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
 */
export function messageStatusOf(carrierStatus: string): MessageStatus | null {
  switch (carrierStatus) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
    case 'sent':
      return 'sent';
    case 'delivered':
    case 'partially_delivered':
    case 'read':
      return 'delivered';
    case 'undelivered':
      return 'undelivered';
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      return null;
  }
}
