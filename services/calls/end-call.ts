import type { Selectable } from 'kysely';
import type { Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { CallSource } from '#domain/call.ts';

type Call = Selectable<CallsTable>;

/** Holds a call's row, after its contact's. */
export async function lockCall(tx: Tx, { id, phone }: Pick<Call, 'id' | 'phone'>): Promise<Call> {
  await lockContact(tx, phone);
  return await tx.selectFrom('calls').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Ends a call of which it is certain that no phone rang. */
export async function endNotPlaced(
  tx: Tx,
  call: Call,
  { now, failure, source }: { now: Date; failure: string; source: CallSource | null },
): Promise<void> {
  await tx
    .updateTable('calls')
    .set({ status: 'ended', reach: 'not_placed', ended_at: now, concluded_at: now, failure, source })
    .where('id', '=', call.id)
    .execute();
  await appendEvent(tx, {
    type: 'call.ended',
    campaignId: call.campaign_id,
    leadId: call.lead_id,
    callId: call.id,
    // Why, in the provider's own words, stands in the call's row alone.
    data: { reach: 'not_placed', source },
  });
}
