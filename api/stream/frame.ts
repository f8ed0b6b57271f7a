import type { LoggedEvent } from '#db/queries/events.ts';

const encoder = new TextEncoder();

/** A comment: it keeps proxies from taking a quiet stream for a dead one. */
export const HEARTBEAT = encoder.encode(':\n\n');

/** An event as it goes over the wire. Its number is the `id`, with which a client says where to go on. */
export function frameOf(event: LoggedEvent): Uint8Array {
  return frame(event.id, event.type, {
    id: event.id,
    at: event.at.toISOString(),
    type: event.type,
    campaignId: event.campaign_id,
    leadId: event.lead_id,
    callId: event.call_id,
    messageId: event.message_id,
    followUpId: event.follow_up_id,
    deliveryId: event.delivery_id,
    data: event.data,
  });
}

/** The first frame for a client that begins now: it gets every event after this number. */
export function readyFrame(newestId: number): Uint8Array {
  return frame(newestId, 'ready', { newestId });
}

function frame(id: number, type: string, data: unknown): Uint8Array {
  return encoder.encode(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
