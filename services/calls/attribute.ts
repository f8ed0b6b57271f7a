import { sql } from 'kysely';
import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type CallRow, findCallDetails } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContactsBehind } from '#db/queries/locks.ts';
import type { Actor } from '#domain/access.ts';
import type { Context } from '../context.ts';
import { notFound, wrongState } from '../errors.ts';
import { noteCallBack } from '../leads/replies.ts';
import { addOptOut } from '../opt-outs/opt-outs.ts';
import { evaluateStored, evaluationColumns } from './evaluate.ts';

/** Calls of one number that are attributed together, at most. */
const MOST_CALLS = 1_000;

interface Lead {
  id: string;
  phone: string;
  campaign_id: string;
}

interface Attribution {
  callId: string;
  leadId: string;
  /** Later calls and texts of the number belong to the lead too, and so do its other calls without a lead. */
  remember: boolean;
  actor: Actor;
}

/**
 * Attributes a call to a lead because a person says so, and evaluates it by that campaign's rules.
 *
 * @throws ServiceError `not-found`; `wrong-state` for a call that was dialled for its lead
 */
export async function attributeCall(context: Context, attribution: Attribution): Promise<void> {
  const { callId, leadId, remember, actor } = attribution;
  const replied = await inTransaction(context.db, async (tx) => {
    const given = await giveCalls(tx, attribution);
    const data = { leadId, remember, calls: given.calls };
    await appendAudit(tx, { actor, action: 'call.attributed', subject: callId, data });
    return given.replied;
  });
  // Where a workflow does not answer, the gate stops the lead's next call.
  for (const waiting of replied) await context.workflows.contactReplied(waiting);
}

/**
 * As `attributeCall`, inside a transaction and without a log of who said so. Returns how many calls went to the lead,
 * and the leads whose workflows are to be notified.
 */
export async function giveCalls(
  tx: Tx,
  { callId, leadId, remember, actor }: Attribution,
): Promise<{ calls: number; replied: string[] }> {
  const found = await tx
    .selectFrom('calls')
    .select(['phone', 'attempt'])
    .where('id', '=', callId)
    .executeTakeFirst();
  if (found === undefined) throw notFound('call');
  if (found.attempt !== null) throw wrongState('It was dialled for its lead, and stays with it.');
  const lead = await tx
    .selectFrom('leads')
    .select(['id', 'phone', 'campaign_id'])
    .where('id', '=', leadId)
    .executeTakeFirst();
  if (lead === undefined) throw notFound('lead');
  await lockContactsBehind(tx, [found.phone, lead.phone]);
  const remembered = remember ? found.phone : null;
  if (remembered !== null && remembered !== lead.phone) {
    await saveAlias(tx, {
      phone: remembered,
      contact_phone: lead.phone,
      lead_id: leadId,
      created_by: actor.id,
    });
  }
  const calls = await lockCallsToGive(tx, callId, remembered);
  const replied = new Set<string>();
  for (const call of calls) {
    const by = call.id === callId ? 'person' : 'alias';
    for (const id of await giveCall(tx, call, { lead, by })) replied.add(id);
  }
  return { calls: calls.length, replied: [...replied] };
}

/** The number counts as another one of the lead's from now on. */
async function saveAlias(
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

/** The call, and with it the number's other phone calls that have no lead. */
async function lockCallsToGive(tx: Tx, callId: string, phone: string | null): Promise<CallRow[]> {
  return await tx
    .selectFrom('calls')
    .selectAll()
    .where((where) =>
      phone === null
        ? where('id', '=', callId)
        : where.or([
            where('id', '=', callId),
            where.and([
              where('phone', '=', phone),
              where('lead_id', 'is', null),
              where('attempt', 'is', null),
              where('kind', '=', 'phone'),
            ]),
          ]),
    )
    .orderBy(sql`id = ${callId}`, 'desc')
    .orderBy('started_at', 'desc')
    .limit(MOST_CALLS)
    .forUpdate()
    .execute();
}

async function giveCall(
  tx: Tx,
  call: CallRow,
  { lead, by }: { lead: Lead; by: 'person' | 'alias' },
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
  const calledBack = call.direction === 'inbound' && call.kind === 'phone' && call.reach === 'answered';
  return calledBack ? await noteCallBack(tx, given, evaluation?.converted ?? false) : [];
}
