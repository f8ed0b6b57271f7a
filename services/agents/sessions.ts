import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import {
  type AgentSession,
  attachSessionToCall,
  callOfConversation,
  changeSession,
  findSession,
  insertSession,
  lockSession,
  otherSessionOfConversation,
  setSessionConversation,
  talksOfSession,
  updateTalkQuality,
} from '#db/queries/agent-sessions.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { findLead } from '#db/queries/leads.ts';
import { lockConversation } from '#db/queries/locks.ts';
import type { SessionOverrides } from '#db/schema/conversations.ts';
import type { Actor } from '#domain/access.ts';
import { transcriptErrorRate } from '#domain/quality.ts';
import { type BrowserJoin, ProviderError } from '#providers/ports.ts';
import { mergeOrAdopt } from '../calls/adopt.ts';
import { historyOf } from '../calls/history.ts';
import type { Context } from '../context.ts';
import { invalid, notFound, reachable, wrongState } from '../errors.ts';
import { forbiddenOverrides } from './overrides.ts';

/** How long the provider's signed address opens a conversation (its documentation on signed URLs). */
const JOIN_WITHIN_MS = 15 * 60_000;

export interface SessionRequest {
  agentId: string;
  overrides: SessionOverrides;
  variables: Record<string, string>;
  /** The session gets this lead's variables. */
  leadId: string | null;
  label: string | null;
  how: 'websocket' | 'webrtc';
  actor: Actor;
}

export interface StartedSession {
  id: string;
  join: BrowserJoin;
  conversationId: string | null;
  variables: Record<string, string>;
  expiresAt: Date;
}

/**
 * Starts a talk with an agent in the browser: all that the official browser client needs, and no key.
 *
 * @throws ServiceError not-found, invalid-request for an override that the agent forbids, or provider-unavailable
 */
export async function startSession(context: Context, request: SessionRequest): Promise<StartedSession> {
  const { agentId, overrides, variables, leadId, label, how, actor } = request;
  const ofLead = leadId === null ? {} : await leadVariables(context, leadId);
  const agent = await reachable(() => context.voice.getAgent(agentId));
  if (agent === null) throw notFound('agent');
  const forbidden = forbiddenOverrides(overrides, agent.overrides);
  if (forbidden.length > 0) throw invalid(forbidden);
  const join = await reachable(() => context.voice.joinFromBrowser({ agentId, how }));
  const id = uuid();
  const createdAt = await context.now();
  const expiresAt = new Date(createdAt.getTime() + JOIN_WITHIN_MS);
  const conversationId = 'token' in join ? join.conversationId : null;
  await inTransaction(context.db, async (tx) => {
    await insertSession(tx, {
      id,
      agentId,
      label,
      overrides,
      variables,
      leadId,
      conversationId,
      actor: actor.id,
      createdAt,
      expiresAt,
    });
    const data = { agentId, how, overrides: Object.keys(overrides) };
    await appendAudit(tx, { actor, action: 'session.started', subject: id, data });
  });
  return { id, join, conversationId, variables: { ...ofLead, ...variables, session_id: id }, expiresAt };
}

/** What a dial to the lead would send along. @throws ServiceError not-found */
async function leadVariables({ db, now }: Context, leadId: string): Promise<Record<string, string>> {
  const lead = await findLead(db, leadId);
  if (lead === null) throw notFound('lead');
  const history = await historyOf(db, lead.phone, await now());
  return {
    ...lead.variables,
    ...(lead.name === null ? {} : { name: lead.name }),
    ...(lead.email === null ? {} : { email: lead.email }),
    ...(history === '' ? {} : { history }),
  };
}

/**
 * Says which of the provider's conversations a session became, and stores that conversation as a call as far as the
 * provider knows it now. A call that comes later finds the session by its variable `session_id` or by this.
 *
 * @throws ServiceError not-found, or wrong-state when the conversation is another's
 */
export async function tieSession(
  context: Context,
  { sessionId, conversationId, actor }: { sessionId: string; conversationId: string; actor: Actor },
): Promise<AgentSession> {
  const tied = await inTransaction(context.db, async (tx) => {
    await tieConversation(tx, { sessionId, conversationId });
    const data = { conversationId };
    await appendAudit(tx, { actor, action: 'session.tied', subject: sessionId, data });
    return await findSession(tx, sessionId);
  });
  if (tied === null) throw notFound('session');
  if (tied.call_id === null) await storeBrowserTalk(context, { conversationId, agentId: tied.agent_id });
  return (await findSession(context.db, sessionId)) ?? tied;
}

async function tieConversation(
  tx: Tx,
  { sessionId, conversationId }: { sessionId: string; conversationId: string },
): Promise<void> {
  await lockConversation(tx, conversationId);
  const session = await lockSession(tx, sessionId);
  if (session === null) throw notFound('session');
  if (session.conversation_id !== null && session.conversation_id !== conversationId) {
    throw wrongState('The session has another conversation already.');
  }
  const taken = wrongState('The conversation belongs to another session or call.');
  if (await otherSessionOfConversation(tx, { sessionId, conversationId })) throw taken;
  const call = await callOfConversation(tx, conversationId);
  if (call !== null && !mayBeOf(call, { id: sessionId, agentId: session.agent_id })) throw taken;
  await setSessionConversation(tx, { sessionId, conversationId });
  if (call === null) return;
  const leadId = call.lead_id === null ? session.lead_id : null;
  await attachSessionToCall(tx, { callId: call.id, sessionId, leadId });
  if (leadId !== null) {
    const data = { by: 'variables' };
    await appendEvent(tx, { type: 'call.attributed', leadId, callId: call.id, data });
  }
  await measureTranscription(tx, sessionId);
}

/** A call over the phone, or that another agent or session held, is no talk in this session's browser. */
function mayBeOf(
  call: { agent_id: string; attempt: number | null; phone: string | null; session_id: string | null },
  session: { id: string; agentId: string },
): boolean {
  const held = call.session_id === null || call.session_id === session.id;
  return held && call.agent_id === session.agentId && call.attempt === null && call.phone === null;
}

/** No webhook may come for the talk, or only after the next walk over the list; what cannot be read now is left to those. */
async function storeBrowserTalk(
  { db, voice, workflows, now }: Context,
  { conversationId, agentId }: { conversationId: string; agentId: string },
): Promise<void> {
  const facts = await voice.getConversation(conversationId).catch((error: unknown) => {
    if (error instanceof ProviderError) return null;
    throw error;
  });
  if (facts === null || facts.kind !== 'browser' || facts.agentId !== agentId) return;
  const merged = await inTransaction(db, async (tx) => {
    await lockConversation(tx, conversationId);
    return await mergeOrAdopt(tx, { facts, source: 'poll', now: await now() });
  });
  for (const leadId of merged?.replied ?? []) await workflows.contactReplied(leadId);
  for (const followUpId of merged?.followUps ?? []) await workflows.startFollowUp(followUpId);
}

/** Stores how a session sounded, and what was really said in it. @throws ServiceError not-found */
export async function rateSession(
  { db }: Pick<Context, 'db'>,
  {
    sessionId,
    rating,
    spoken,
    actor,
  }: {
    sessionId: string;
    rating?: number | null | undefined;
    spoken?: string[] | null | undefined;
    actor: Actor;
  },
): Promise<AgentSession> {
  return await inTransaction(db, async (tx) => {
    if ((await findSession(tx, sessionId)) === null) throw notFound('session');
    await changeSession(tx, sessionId, { rating, spoken });
    if (spoken !== undefined) await measureTranscription(tx, sessionId);
    // What a person said is theirs; that it was written down is enough.
    const data = {
      ...(rating === undefined ? {} : { rating }),
      ...(spoken === undefined ? {} : { spoken: spoken === null ? 'removed' : 'changed' }),
    };
    await appendAudit(tx, { actor, action: 'session.updated', subject: sessionId, data });
    const session = await findSession(tx, sessionId);
    if (session === null) throw notFound('session');
    return session;
  });
}

/** Compares the transcripts of a session's talks with what was said. A merge does the same when facts come later. */
async function measureTranscription(tx: Tx, sessionId: string): Promise<void> {
  for (const { id, transcript, quality, spoken } of await talksOfSession(tx, sessionId)) {
    if (quality === null || transcript === null) continue;
    const wordErrorRate = spoken === null ? null : transcriptErrorRate(spoken, transcript);
    await updateTalkQuality(tx, id, { ...quality, wordErrorRate });
  }
}
