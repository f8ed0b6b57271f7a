import { type RawBuilder, sql } from 'kysely';
import type { SpendSums } from '#domain/spend.ts';
import type { Db, Tx } from '../client.ts';

/** Whose sums are wanted, and by when a provider has charged a call that it will charge. */
export interface SpendOf {
  campaignId: string | null;
  /** Calls that ended before it and are not charged are taken to cost what is reserved for them. */
  chargedBy: Date;
  /** For calls in flight that reserved nothing. */
  expectedCents: number;
  /** A call that is not counted, since it is the one that is judged. */
  besides?: string | null;
}

/**
 * A campaign's sums as one JSON value, for any query to select. Charges come from the stored totals; of the calls only
 * those are read that may still be charged.
 */
export function spendSums({
  campaignId,
  chargedBy,
  expectedCents,
  besides = null,
}: SpendOf): RawBuilder<SpendSums> {
  return sql<SpendSums>`(
    select jsonb_build_object(
      'settledCents', charged.cents,
      'settledCalls', charged.calls - open.ended,
      'pendingCents', open.pending_cents,
      'pendingCalls', open.pending,
      'estimatedCents', open.estimated_cents)
    from (
      select coalesce(sum(cost_cents), 0) as cents,
        coalesce(sum(answered + voicemail + no_answer + busy + failed + unknown), 0) as calls
      from call_totals where campaign_id = ${campaignId}
    ) as charged, (
      select count(*) filter (where status = 'ended') as ended,
        count(*) filter (where is_pending) as pending,
        coalesce(sum(cents) filter (where is_pending), 0) as pending_cents,
        coalesce(sum(cents) filter (where not is_pending), 0) as estimated_cents
      from calls, lateral (
        select coalesce(reserved_cents, ${expectedCents}::numeric) as cents,
          status <> 'ended' or ended_at > ${chargedBy} as is_pending
      ) as reservation
      where campaign_id = ${campaignId} and attempt is not null and cost_cents is null
        and (reach is null or reach in ('answered', 'voicemail', 'unknown'))
        and (reserved_cents is not null or status <> 'ended')
        and id is distinct from ${besides}
    ) as open)`;
}

export async function readSpendSums(db: Db | Tx, of: SpendOf): Promise<SpendSums> {
  const { rows } = await sql<{ sums: SpendSums }>`select ${spendSums(of)} as sums`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('A query without a condition had no row.');
  return row.sums;
}

/**
 * Calls of campaigns that ended in a span of time with somebody or a machine on the line, and are not charged. In a
 * random order, so that those that are never charged do not keep the others out.
 */
export async function unchargedCalls(
  db: Db,
  { endedAfter, endedBefore, limit }: { endedAfter: Date; endedBefore: Date; limit: number },
): Promise<{ id: string; conversationId: string }[]> {
  return await db
    .selectFrom('calls')
    .select((of) => ['id', of.ref('conversation_id').$notNull().as('conversationId')])
    .where('campaign_id', 'is not', null)
    .where('attempt', 'is not', null)
    .where('cost_cents', 'is', null)
    .where('reach', 'in', ['answered', 'voicemail'])
    .where('conversation_id', 'is not', null)
    .where('ended_at', '>', endedAfter)
    .where('ended_at', '<', endedBefore)
    .orderBy(sql`random()`)
    .limit(limit)
    .execute();
}
