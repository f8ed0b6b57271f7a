/** What an outbound webhook may subscribe to. News about deliveries themselves is left out: it would feed itself. */
export const OUTBOUND_EVENT_TYPES = [
  'call.ended',
  'call.marked',
  'call.attributed',
  'lead.finished',
  'lead.replied',
  'lead.converted',
  'message.received',
  'message.sent',
  'message.delivered',
  'message.failed',
  'contact.opted_out',
  'contact.opted_in',
  'follow_up.done',
  'follow_up.skipped',
  'follow_up.failed',
  'campaign.started',
  'campaign.paused',
  'campaign.resumed',
  'campaign.stopped',
  'campaign.completed',
] as const;

/** In a subscription: every type that there is. */
export const EVERY_TYPE = '*';

/** What a follow-up rule sends to its one endpoint, whatever that one subscribes to. */
export const FOLLOW_UP_DUE = 'follow_up.due';

const types: ReadonlySet<string> = new Set(OUTBOUND_EVENT_TYPES);

export function isOutbound(type: string): boolean {
  return types.has(type);
}
