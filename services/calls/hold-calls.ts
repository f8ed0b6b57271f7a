import type { Selectable } from 'kysely';
import type { Tx } from '#db/client.ts';
import { lockContacts, lockContactsBehind } from '#db/queries/locks.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { ConversationFacts } from '#domain/conversation.ts';

type Call = Selectable<CallsTable>;
type Found = Pick<Call, 'id' | 'phone' | 'lead_id' | 'direction'>;

/**
 * The call of each, or null where none is known, held with its contact and its lead. Whoever called in is held too,
 * because a call may be made of it, and whom that number is known to belong to, because all of that person's leads
 * hear of it: contacts come before every call, in one order for everybody.
 */
export async function holdCalls(tx: Tx, facts: readonly ConversationFacts[]): Promise<(Call | null)[]> {
  const found = await findCalls(tx, facts);
  const known = found.filter((call) => call !== null);
  const callers = facts.filter(({ kind, direction }) => kind === 'phone' && direction === 'inbound');
  const phones = known.map(({ phone }) => phone);
  const cameIn = callers.length > 0 || known.some(({ direction }) => direction === 'inbound');
  if (cameIn)
    await lockContactsBehind(tx, [...phones, ...callers.map(({ externalNumber }) => externalNumber)]);
  else await lockContacts(tx, phones);
  if (known.length === 0) return found.map(() => null);
  const leadIds = [...new Set(known.map(({ lead_id }) => lead_id).filter((id) => id !== null))];
  if (leadIds.length > 0) {
    await tx.selectFrom('leads').select('id').where('id', 'in', leadIds).orderBy('id').forUpdate().execute();
  }
  const calls = await tx
    .selectFrom('calls')
    .selectAll()
    .where('id', 'in', [...new Set(known.map(({ id }) => id))])
    .orderBy('id')
    .forUpdate()
    .execute();
  const byId = new Map(calls.map((call) => [call.id, call]));
  return found.map((call) => (call === null ? null : (byId.get(call.id) ?? null)));
}

/** By conversation, else by attempt, else by the carrier's id. */
async function findCalls(tx: Tx, facts: readonly ConversationFacts[]): Promise<(Found | null)[]> {
  const attempts = facts.map(({ attemptId }) => attemptId).filter((id) => id !== null);
  const rows = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id', 'direction', 'conversation_id'])
    .where((eb) => {
      const conversations = facts.map(({ conversationId }) => conversationId);
      const byConversation = eb('conversation_id', 'in', conversations);
      return attempts.length === 0 ? byConversation : eb.or([byConversation, eb('id', 'in', attempts)]);
    })
    .execute();
  const byConversation = new Map(rows.map((row) => [row.conversation_id, row]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found: (Found | null)[] = [];
  for (const { conversationId, attemptId, callSid } of facts) {
    const row = byConversation.get(conversationId) ?? (attemptId === null ? undefined : byId.get(attemptId));
    found.push(row ?? (callSid === null ? null : await findBySid(tx, callSid)));
  }
  return found;
}

async function findBySid(tx: Tx, callSid: string): Promise<Found | null> {
  const bySid = await tx
    .selectFrom('calls')
    .select(['id', 'phone', 'lead_id', 'direction'])
    .where('call_sid', '=', callSid)
    .where('conversation_id', 'is', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return bySid ?? null;
}
