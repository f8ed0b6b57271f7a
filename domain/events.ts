/** What an outbound webhook may subscribe to. Events of deliveries are left out: they would trigger themselves. */
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
  'campaign.ended',
  'campaign.completed',
] as const;

/** Every type of the event log, which timelines and the live stream read. */
export const EVENT_TYPES = [
  ...OUTBOUND_EVENT_TYPES,
  'call.started',
  'call.placed',
  'call.updated',
  'call.context_sent',
  'call.overdue',
  'call.settled',
  'call.hang_up_requested',
  'call.hang_up_failed',
  'conversation.stored',
  'lead.held',
  'lead.backing_off',
  'lead.changed',
  'lead.restarted',
  'lead.call_requested',
  'leads.added',
  'message.scheduled',
  'follow_up.planned',
  'delivery.delivered',
  'delivery.failed',
  'endpoint.disabled',
  'campaign.created',
  'campaign.changed',
  'campaign.scheduled',
  'campaign.reopened',
  'campaign.archived',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** In a subscription: every type that there is. */
export const EVERY_TYPE = '*';

/** What a follow-up rule sends to its one endpoint, whatever that one subscribes to. */
export const FOLLOW_UP_DUE = 'follow_up.due';

const outbound: ReadonlySet<string> = new Set(OUTBOUND_EVENT_TYPES);

export function isOutbound(type: string): boolean {
  return outbound.has(type);
}
