import { type Selectable, sql } from 'kysely';
import type { Tx } from '#db/client.ts';
import { findCallDetails } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContactsBehind } from '#db/queries/locks.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import { noteCallBack } from '../leads/replies.ts';
import { addOptOut } from '../opt-outs/opt-outs.ts';
import { evaluateStored, evaluationColumns } from './evaluate.ts';

type Call = Selectable<CallsTable>;

/** `dialled`: it belongs to the lead that it was dialled for. */
export type AttributeAnswer =
  | { kind: 'done'; campaignId: string; calls: string[]; replied: string[] }
  | { kind: 'no_call' | 'no_lead' | 'dialled' };

/** Calls of one number that are attributed together, at most. */
const MOST_CALLS = 1_000;

/**
 * Gives a call to a lead by a person's word. When it is to be remembered, its number is learnt: other calls of it
 * without a lead go to the lead as well, and so will later ones. All are judged anew by the campaign's rules.
 */
export async function attributeCall(
  tx: Tx,
  { callId, leadId, remember, by }: { callId: string; leadId: string; remember: boolean; by: string },
): Promise<AttributeAnswer> {
  const found = await tx
    .selectFrom('calls')
    .select(['phone', 'attempt'])
    .where('id', '=', callId)
    .executeTakeFirst();
  if (found === undefined) return { kind: 'no_call' };
  if (found.attempt !== null) return { kind: 'dialled' };
  const lead = await tx
    .selectFrom('leads')
    .select(['id', 'phone', 'campaign_id'])
    .where('id', '=', leadId)
    .executeTakeFirst();
  if (lead === undefined) return { kind: 'no_lead' };
  await lockContactsBehind(tx, [found.phone, lead.phone]);
  const learns = remember && found.phone !== null;
  if (learns && found.phone !== null && found.phone !== lead.phone) {
    await learn(tx, { phone: found.phone, contact_phone: lead.phone, lead_id: leadId, created_by: by });
  }
  const calls = await tx
    .selectFrom('calls')
    .selectAll()
    .where((where) =>
      learns
        ? where.or([
            where('id', '=', callId),
            where.and([
              where('phone', '=', found.phone),
              where('lead_id', 'is', null),
              where('attempt', 'is', null),
              where('kind', '=', 'phone'),
            ]),
          ])
        : where('id', '=', callId),
    )
    .orderBy(sql`id = ${callId}`, 'desc')
    .orderBy('started_at', 'desc')
    .limit(MOST_CALLS)
    .forUpdate()
    .execute();
  const replied = new Set<string>();
  for (const call of calls) {
    for (const id of await give(tx, call, { lead, by: call.id === callId ? 'person' : 'alias' }))
      replied.add(id);
  }
  return {
    kind: 'done',
    campaignId: lead.campaign_id,
    calls: calls.map(({ id }) => id),
    replied: [...replied],
  };
}

async function learn(
  tx: Tx,
  alias: { phone: string; contact_phone: string; lead_id: string; created_by: string },
): Promise<void> {
  const { phone: _key, ...set } = alias;
  await tx
    .insertInto('contact_aliases')
    .values(alias)
    .onConflict((conflict) => conflict.column('phone').doUpdateSet(set))
    .execute();
}

async function give(
  tx: Tx,
  call: Call,
  { lead, by }: { lead: { id: string; phone: string; campaign_id: string }; by: 'person' | 'alias' },
): Promise<string[]> {
  const campaignId = call.kind === 'browser' ? null : lead.campaign_id;
  const given = { ...call, lead_id: lead.id, campaign_id: campaignId };
  const evaluation = await evaluateStored(tx, given, await findCallDetails(tx, call.id));
  await tx
    .updateTable('calls')
    .set({
      lead_id: lead.id,
      campaign_id: campaignId,
      attributed_by: by,
      ...(evaluation === null || call.reach === null ? {} : evaluationColumns(call, call.reach, evaluation)),
    })
    .where('id', '=', call.id)
    .execute();
  await appendEvent(tx, {
    type: 'call.attributed',
    campaignId,
    leadId: lead.id,
    callId: call.id,
    data: { by },
  });
  if (evaluation?.disposition === 'opted_out') {
    await addOptOut(tx, { phone: lead.phone, reason: 'The person asked for it in a call.', source: 'call' });
  }
  const cameIn = call.direction === 'inbound' && call.kind === 'phone' && call.reach === 'answered';
  return cameIn ? await noteCallBack(tx, given, evaluation?.converted ?? false) : [];
}
