import type { Tx } from '#db/client.ts';
import { closeAttention, insertAttention } from '#db/queries/attention.ts';
import type { AttentionKind } from '#domain/attention.ts';

interface NewAttention {
  kind: AttentionKind;
  /** The id of what it is about. An open row of the same kind and subject stands. */
  subject: string;
  campaignId?: string | null;
  leadId?: string | null;
  detail: string;
}

/** Puts something on the list of what needs a person. */
export async function raiseAttention(
  tx: Tx,
  { kind, subject, campaignId = null, leadId = null, detail }: NewAttention,
): Promise<void> {
  await insertAttention(tx, { kind, subject, campaign_id: campaignId, lead_id: leadId, detail });
}

/** Takes it off the list, with how it was settled. */
export async function settleAttention(
  tx: Tx,
  settled: { kind: AttentionKind; subject: string; settlement: string },
): Promise<void> {
  await closeAttention(tx, settled);
}

/** Takes a webhook off the list, by its event's id: the call that it is about has been found. */
export async function settleUnmatched(tx: Tx, eventId: number): Promise<void> {
  const settlement = 'Its call was found.';
  await closeAttention(tx, { kind: 'unmatched_webhook', subject: String(eventId), settlement });
}
