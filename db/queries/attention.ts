import type { AttentionKind } from '#domain/attention.ts';
import type { Tx } from '../client.ts';

export interface NewAttention {
  kind: AttentionKind;
  /** The id of what it is about; an open row of the same kind and subject is not doubled. */
  subject: string;
  campaignId?: string | null;
  leadId?: string | null;
  detail: string;
}

/** Puts something on the list of what needs a person. */
export async function raiseAttention(tx: Tx, attention: NewAttention): Promise<void> {
  await tx
    .insertInto('attention')
    .values({
      kind: attention.kind,
      subject: attention.subject,
      campaign_id: attention.campaignId ?? null,
      lead_id: attention.leadId ?? null,
      detail: attention.detail,
    })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'subject']).where('settled_at', 'is', null).doNothing(),
    )
    .execute();
}

/** Takes it off again, with how it was settled. */
export async function settleAttention(
  tx: Tx,
  { kind, subject, settlement }: { kind: AttentionKind; subject: string; settlement: string },
): Promise<void> {
  await tx
    .updateTable('attention')
    .set({ settled_at: new Date(), settlement })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('settled_at', 'is', null)
    .execute();
}

/** Takes a webhook off that no call was known for, by its event's id: its call is known now. */
export async function settleUnmatched(tx: Tx, eventId: number): Promise<void> {
  const settlement = 'Its call was found.';
  await settleAttention(tx, { kind: 'unmatched_webhook', subject: String(eventId), settlement });
}
