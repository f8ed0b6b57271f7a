import { type Selectable, sql } from 'kysely';
import type { ConversationQuality } from '#domain/conversation.ts';
import { UUID } from '#domain/ids.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CallsTable } from '../schema/calls.ts';
import type { AgentSessionsTable, SessionOverrides } from '../schema/conversations.ts';

/** A browser session, and the call that its conversation was stored as. */
export type AgentSession = Selectable<AgentSessionsTable> & { call_id: string | null };

export interface NewSession {
  id: string;
  agentId: string;
  label: string | null;
  overrides: SessionOverrides;
  variables: Record<string, string>;
  leadId: string | null;
  conversationId: string | null;
  actor: string;
  createdAt: Date;
  expiresAt: Date;
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx
    .insertInto('agent_sessions')
    .values({
      id: session.id,
      agent_id: session.agentId,
      label: session.label,
      overrides: toJson(session.overrides),
      variables: toJson(session.variables),
      lead_id: session.leadId,
      conversation_id: session.conversationId,
      actor: session.actor,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
    })
    .execute();
}

/** Null when there is none. */
export async function findSession(db: Db | Tx, id: string): Promise<AgentSession | null> {
  const row = await db
    .selectFrom('agent_sessions')
    .selectAll()
    .select((of) =>
      of
        .selectFrom('calls')
        .select('calls.id')
        .whereRef('calls.session_id', '=', 'agent_sessions.id')
        .orderBy('calls.started_at', 'desc')
        .limit(1)
        .as('call_id'),
    )
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** Sets what is given. */
export async function changeSession(
  tx: Tx,
  id: string,
  set: { rating?: number | null | undefined; spoken?: string[] | null | undefined },
): Promise<void> {
  await tx
    .updateTable('agent_sessions')
    .set({
      ...(set.rating === undefined ? {} : { rating: set.rating }),
      ...(set.spoken === undefined ? {} : { spoken: set.spoken === null ? null : toJson(set.spoken) }),
    })
    .where('id', '=', id)
    .execute();
}

/** Holds a session until the transaction ends. Null when there is none. */
export async function lockSession(
  tx: Tx,
  id: string,
): Promise<Pick<AgentSession, 'conversation_id' | 'agent_id' | 'lead_id'> | null> {
  const session = await tx
    .selectFrom('agent_sessions')
    .select(['conversation_id', 'agent_id', 'lead_id'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return session ?? null;
}

/** Whether another session has this conversation. */
export async function otherSessionOfConversation(
  tx: Tx,
  { sessionId, conversationId }: { sessionId: string; conversationId: string },
): Promise<boolean> {
  const other = await tx
    .selectFrom('agent_sessions')
    .select('id')
    .where('conversation_id', '=', conversationId)
    .where('id', '!=', sessionId)
    .executeTakeFirst();
  return other !== undefined;
}

export async function setSessionConversation(
  tx: Tx,
  { sessionId, conversationId }: { sessionId: string; conversationId: string },
): Promise<void> {
  await tx
    .updateTable('agent_sessions')
    .set({ conversation_id: conversationId })
    .where('id', '=', sessionId)
    .execute();
}

/** The call that a conversation was stored as; null when it was not yet. */
export async function callOfConversation(
  tx: Tx,
  conversationId: string,
): Promise<Pick<
  Selectable<CallsTable>,
  'id' | 'agent_id' | 'lead_id' | 'attempt' | 'phone' | 'session_id'
> | null> {
  const call = await tx
    .selectFrom('calls')
    .select(['id', 'agent_id', 'lead_id', 'attempt', 'phone', 'session_id'])
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  return call ?? null;
}

/** Makes a call a talk of the session, and the lead's where one is given. */
export async function attachSessionToCall(
  tx: Tx,
  { callId, sessionId, leadId }: { callId: string; sessionId: string; leadId: string | null },
): Promise<void> {
  await tx
    .updateTable('calls')
    .set({
      session_id: sessionId,
      kind: 'browser',
      ...(leadId === null ? {} : { lead_id: leadId, attributed_by: 'variables' as const }),
    })
    .where('id', '=', callId)
    .execute();
}

/** The session that a conversation belongs to, by its variable or by the id that the page reported. */
export async function findSessionOfConversation(
  db: Db | Tx,
  { conversationId, variables }: { conversationId: string; variables: Record<string, unknown> },
): Promise<{ id: string; leadId: string | null } | null> {
  const named = variables.session_id;
  const row = await db
    .selectFrom('agent_sessions')
    .select(['id', 'lead_id'])
    .where((where) =>
      where.or([
        where('conversation_id', '=', conversationId),
        ...(typeof named === 'string' && UUID.test(named) ? [where('id', '=', named)] : []),
      ]),
    )
    // The reported id goes first: a page may have sent the same variable twice.
    .orderBy(sql`conversation_id is not distinct from ${conversationId}`, 'desc')
    .executeTakeFirst();
  return row === undefined ? null : { id: row.id, leadId: row.lead_id };
}

/** A session's talks with what their measure is made of. */
export async function talksOfSession(tx: Tx, sessionId: string) {
  return await tx
    .selectFrom('calls')
    .innerJoin('call_details', 'call_details.call_id', 'calls.id')
    .innerJoin('agent_sessions', 'agent_sessions.id', 'calls.session_id')
    .select(['calls.id', 'call_details.transcript', 'call_details.quality', 'agent_sessions.spoken'])
    .where('calls.session_id', '=', sessionId)
    .execute();
}

export async function updateTalkQuality(tx: Tx, callId: string, quality: ConversationQuality): Promise<void> {
  await tx
    .updateTable('call_details')
    .set({ quality: toJson(quality) })
    .where('call_id', '=', callId)
    .execute();
}
