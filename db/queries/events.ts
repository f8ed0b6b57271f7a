import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';

export interface NewEvent {
  /** Dotted, such as `call.ended`. */
  type: string;
  campaignId?: string | null;
  leadId?: string | null;
  callId?: string | null;
  data?: Record<string, unknown>;
}

/** Appends to the log that timelines read. Ids and codes only in `data`: no number, name or transcript. */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<void> {
  await tx
    .insertInto('events')
    .values({
      type: event.type,
      campaign_id: event.campaignId ?? null,
      lead_id: event.leadId ?? null,
      call_id: event.callId ?? null,
      data: toJson(event.data ?? {}),
    })
    .execute();
}
