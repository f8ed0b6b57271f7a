import { sql } from 'kysely';
import type { Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { HoldRule } from '#domain/gate.ts';
import type { LeadOutcome, LeadState } from '#domain/lead.ts';

export interface LeadRef {
  leadId: string;
  campaignId: string;
}

/** Ends a lead. False when it was finished already: the first reason stands. */
export async function finishLead(
  tx: Tx,
  { leadId, campaignId }: LeadRef,
  { outcome, detail, now }: { outcome: LeadOutcome; detail: string | null; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('leads')
    .set(finished({ outcome, detail, now }))
    .where('id', '=', leadId)
    .where('state', '!=', 'finished')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await appendEvent(tx, { type: 'lead.finished', campaignId, leadId, data: { outcome } });
  return true;
}

function finished({ outcome, detail, now }: { outcome: LeadOutcome; detail: string | null; now: Date }) {
  return {
    state: 'finished' as const,
    outcome,
    outcome_detail: detail,
    finished_at: now,
    updated_at: now,
    hold_rule: null,
    hold_detail: null,
  };
}

/** Notes why a lead is not being called, and until when. */
export async function holdLead(
  tx: Tx,
  leadId: string,
  hold: {
    state: Exclude<LeadState, 'finished'>;
    rule: HoldRule;
    detail: string | null;
    /** Null: the lead keeps its time. */
    until: Date | null;
    now: Date;
  },
): Promise<void> {
  await tx
    .updateTable('leads')
    .set({
      state: hold.state,
      // Its place is kept, and its time is another one: by that a mark of an earlier grant knows that it is late.
      not_before: hold.until ?? sql<Date>`not_before + interval '1 millisecond'`,
      hold_rule: hold.rule,
      hold_detail: hold.detail,
      // Any other rule only puts off what comes next.
      ...(hold.rule === 'callback' || hold.rule === 'retry' ? { promised: hold.rule === 'callback' } : {}),
      updated_at: hold.now,
    })
    .where('id', '=', leadId)
    .where('state', '!=', 'finished')
    .execute();
}
