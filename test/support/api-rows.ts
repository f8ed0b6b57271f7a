import type { Insertable } from 'kysely';
import type { Db } from '#db/client.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { LeadsTable } from '#db/schema/leads.ts';
import { attemptId } from '#domain/ids.ts';

/** Puts a lead where the engine would have brought it. */
export async function setLead(db: Db, id: string, set: Partial<Insertable<LeadsTable>>): Promise<void> {
  await db.updateTable('leads').set(set).where('id', '=', id).execute();
}

/** Stores a call to a lead, as the gate does when it lets one through. */
export async function insertCall(
  db: Db,
  leadId: string,
  call: Partial<Insertable<CallsTable>> = {},
): Promise<string> {
  const lead = await db.selectFrom('leads').selectAll().where('id', '=', leadId).executeTakeFirstOrThrow();
  const attempt = call.attempt ?? 1;
  const id = attemptId(leadId, attempt);
  const startedAt = new Date(call.started_at ?? Date.now());
  await db
    .insertInto('calls')
    .values({
      id,
      campaign_id: lead.campaign_id,
      lead_id: leadId,
      phone: lead.phone,
      attempt,
      agent_id: 'agent_default',
      started_at: startedAt,
      deadline_at: new Date(startedAt.getTime() + 900_000),
      day: startedAt.toISOString().slice(0, 10),
      ...call,
    })
    .execute();
  return id;
}
