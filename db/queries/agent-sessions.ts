import { type Selectable, sql } from 'kysely';
import { UUID } from '#domain/ids.ts';
import { transcriptErrorRate } from '#domain/quality.ts';
import type { Db, Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { AgentSessionsTable, SessionOverrides } from '../schema/conversations.ts';
import { appendEvent } from './events.ts';
import { lockConversation } from './locks.ts';

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

export async function updateSession(
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
  if (set.spoken !== undefined) await measureTranscription(tx, id);
}

/**
 * Says which conversation a session became, and ties the call to it where the conversation was stored before.
 * A call that comes later finds the session by its variable `session_id` or by this.
 */
export async function tieConversation(
  tx: Tx,
  { sessionId, conversationId }: { sessionId: string; conversationId: string },
): Promise<'tied' | 'has_another' | 'taken' | 'no_session'> {
  await lockConversation(tx, conversationId);
  const session = await tx
    .selectFrom('agent_sessions')
    .select(['conversation_id', 'agent_id', 'lead_id'])
    .where('id', '=', sessionId)
    .forUpdate()
    .executeTakeFirst();
  if (session === undefined) return 'no_session';
  if (session.conversation_id !== null && session.conversation_id !== conversationId) return 'has_another';
  const other = await tx
    .selectFrom('agent_sessions')
    .select('id')
    .where('conversation_id', '=', conversationId)
    .where('id', '!=', sessionId)
    .executeTakeFirst();
  if (other !== undefined) return 'taken';
  const call = await tx
    .selectFrom('calls')
    .select(['id', 'agent_id', 'lead_id', 'attempt', 'phone', 'session_id'])
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  if (call !== undefined && !mayBeOf(call, { id: sessionId, agentId: session.agent_id })) return 'taken';
  await tx
    .updateTable('agent_sessions')
    .set({ conversation_id: conversationId })
    .where('id', '=', sessionId)
    .execute();
  if (call === undefined) return 'tied';
  const found = call.lead_id === null && session.lead_id !== null;
  await tx
    .updateTable('calls')
    .set({
      session_id: sessionId,
      kind: 'browser',
      ...(found ? { lead_id: session.lead_id, attributed_by: 'variables' as const } : {}),
    })
    .where('id', '=', call.id)
    .execute();
  if (found) {
    const data = { by: 'variables' };
    await appendEvent(tx, { type: 'call.attributed', leadId: session.lead_id, callId: call.id, data });
  }
  await measureTranscription(tx, sessionId);
  return 'tied';
}

/** A call over the phone, or that another agent or session held, is no talk in this session's browser. */
function mayBeOf(
  call: { agent_id: string; attempt: number | null; phone: string | null; session_id: string | null },
  session: { id: string; agentId: string },
): boolean {
  const held = call.session_id === null || call.session_id === session.id;
  return held && call.agent_id === session.agentId && call.attempt === null && call.phone === null;
}

/** The session that a conversation belongs to, by the variable it was started with or by what was told since. */
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
    // What was told stands before the variable, which a page may have sent along twice.
    .orderBy(sql`conversation_id is not distinct from ${conversationId}`, 'desc')
    .executeTakeFirst();
  return row === undefined ? null : { id: row.id, leadId: row.lead_id };
}

/** Holds the transcripts of a session's talks against what was said. A merge does the same when facts come later. */
async function measureTranscription(tx: Tx, sessionId: string): Promise<void> {
  const talks = await tx
    .selectFrom('calls')
    .innerJoin('call_details', 'call_details.call_id', 'calls.id')
    .innerJoin('agent_sessions', 'agent_sessions.id', 'calls.session_id')
    .select(['calls.id', 'call_details.transcript', 'call_details.quality', 'agent_sessions.spoken'])
    .where('calls.session_id', '=', sessionId)
    .execute();
  for (const { id, transcript, quality, spoken } of talks) {
    if (quality === null || transcript === null) continue;
    const errorRate = spoken === null ? null : transcriptErrorRate(spoken, transcript);
    await tx
      .updateTable('call_details')
      .set({ quality: toJson({ ...quality, wordErrorRate: errorRate }) })
      .where('call_id', '=', id)
      .execute();
  }
}
