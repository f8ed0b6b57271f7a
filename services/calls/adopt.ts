import { v7 as uuid } from 'uuid';
import type { Tx } from '#db/client.ts';
import { findSessionOfConversation } from '#db/queries/agent-sessions.ts';
import { appendEvent } from '#db/queries/events.ts';
import { leadsOfContact } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import { localDate } from '#domain/day.ts';
import { UUID } from '#domain/ids.ts';
import { type Merged, type MergeInput, mergeAll, mergeFacts } from './merge-facts.ts';

/** By then a dial of ours has recorded its conversation or is given up; a younger one may still belong to a dial. */
const SETTLED_AFTER_MS = 15 * 60_000;
/** No call of the provider lasts longer. */
const LONGEST_CALL_MS = 2 * 3_600_000;

/**
 * Merges facts into the call they are about, or adopts a conversation that we did not dial as a new call. The
 * conversation must be locked (`lockConversation`). Null when no call is known and none may be created yet.
 */
export async function mergeOrAdopt(tx: Tx, input: MergeInput): Promise<Merged | null> {
  return (await mergeFacts(tx, input)) ?? (await adoptConversation(tx, input));
}

/** As `mergeOrAdopt` for several; all of the conversations must be locked. */
export async function mergeOrAdoptAll(tx: Tx, inputs: readonly MergeInput[]): Promise<(Merged | null)[]> {
  const results = await mergeAll(tx, inputs);
  for (const [index, input] of inputs.entries()) results[index] ??= await adoptConversation(tx, input);
  return results;
}

/** Creates a call for a conversation that no dial of ours began, attributes it to a lead and merges the facts. */
async function adoptConversation(tx: Tx, input: MergeInput): Promise<Merged | null> {
  const { facts, now } = input;
  if (!(await mayAdopt(tx, input))) return null;
  const attribution = await findAttribution(tx, facts);
  await lockContact(tx, facts.externalNumber);
  const startedAt = earlier(facts.startedAt ?? facts.endedAt ?? now, now);
  const { time_zone } = await tx.selectFrom('workspace').select('time_zone').executeTakeFirstOrThrow();
  const inserted = await tx
    .insertInto('calls')
    .values({
      id: uuid(),
      kind: facts.kind ?? 'phone',
      direction: facts.kind === 'browser' ? 'inbound' : (facts.direction ?? 'inbound'),
      campaign_id: attribution.campaignId,
      lead_id: attribution.leadId,
      attributed_by: attribution.by,
      session_id: attribution.sessionId,
      attempt: null,
      phone: facts.externalNumber,
      from_number: facts.agentNumber,
      agent_id: facts.agentId ?? 'unknown',
      conversation_id: facts.conversationId,
      call_sid: facts.callSid,
      status: 'ringing',
      started_at: startedAt,
      deadline_at: new Date(startedAt.getTime() + LONGEST_CALL_MS),
      // No workflow waits for it: nothing is to be concluded.
      concluded_at: now,
      day: localDate(startedAt, time_zone),
    })
    .onConflict((conflict) => conflict.column('conversation_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted !== undefined) await logAdoption(tx, inserted.id, facts, attribution);
  return await mergeFacts(tx, input);
}

/**
 * Inbound calls and browser conversations at once. An outbound one only when we looked it up ourselves, long after it
 * began, and while no dial to the number waits for its answer: else it may be that dial's own conversation.
 */
async function mayAdopt(tx: Tx, { facts, source, now }: MergeInput): Promise<boolean> {
  if (facts.kind === null) return false;
  if (facts.kind === 'browser' || facts.direction === 'inbound') return true;
  if (source === 'webhook' || facts.startedAt === null) return false;
  if (now.getTime() - facts.startedAt.getTime() < SETTLED_AFTER_MS) return false;
  if (facts.externalNumber === null) return true;
  const dialling = await tx
    .selectFrom('calls')
    .select('id')
    .where('phone', '=', facts.externalNumber)
    .where('status', '!=', 'ended')
    .where('conversation_id', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return dialling === undefined;
}

async function logAdoption(
  tx: Tx,
  callId: string,
  facts: ConversationFacts,
  found: Attribution,
): Promise<void> {
  const subject = { campaignId: found.campaignId, leadId: found.leadId, callId };
  const kind = facts.kind ?? 'phone';
  await appendEvent(tx, { type: 'conversation.stored', ...subject, data: { kind } });
  if (found.leadId !== null)
    await appendEvent(tx, { type: 'call.attributed', ...subject, data: { by: found.by } });
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

/** The lead of a conversation, and how it was found. */
interface Attribution {
  leadId: string | null;
  /** Null for browser conversations: they do not count among a campaign's calls. */
  campaignId: string | null;
  by: CallsTable['attributed_by'];
  sessionId: string | null;
}

const NOBODY: Attribution = { leadId: null, campaignId: null, by: null, sessionId: null };

/**
 * Finds the lead of a conversation that we did not dial: by its variables, the carrier's id, the person's number, or
 * an alias that somebody gave that number. Of several leads with one number, the one that was contacted last.
 */
async function findAttribution(tx: Tx, facts: ConversationFacts): Promise<Attribution> {
  if (facts.kind === 'browser') return await ofBrowser(tx, facts);
  return (await byVariables(tx, facts)) ?? (await bySid(tx, facts)) ?? (await byNumber(tx, facts)) ?? NOBODY;
}

async function ofBrowser(tx: Tx, facts: ConversationFacts): Promise<Attribution> {
  const session = await findSessionOfConversation(tx, facts);
  if (session === null) {
    const named = await byVariables(tx, facts);
    return named === null ? NOBODY : { ...named, campaignId: null };
  }
  // The browser reports it too, but may fail to.
  await tx
    .updateTable('agent_sessions')
    .set({ conversation_id: facts.conversationId })
    .where('id', '=', session.id)
    .where('conversation_id', 'is', null)
    .execute();
  const by = session.leadId === null ? null : ('variables' as const);
  return { leadId: session.leadId, campaignId: null, by, sessionId: session.id };
}

async function byVariables(tx: Tx, facts: ConversationFacts): Promise<Attribution | null> {
  const named = facts.variables.lead_id;
  const lead =
    typeof named === 'string' && UUID.test(named)
      ? await tx.selectFrom('leads').select(['id', 'campaign_id']).where('id', '=', named).executeTakeFirst()
      : undefined;
  if (lead !== undefined) {
    return { leadId: lead.id, campaignId: lead.campaign_id, by: 'variables', sessionId: null };
  }
  if (facts.attemptId === null) return null;
  const call = await tx
    .selectFrom('calls')
    .select(['lead_id', 'campaign_id'])
    .where('id', '=', facts.attemptId)
    .executeTakeFirst();
  return call?.lead_id == null
    ? null
    : { leadId: call.lead_id, campaignId: call.campaign_id, by: 'variables', sessionId: null };
}

async function bySid(tx: Tx, { callSid }: ConversationFacts): Promise<Attribution | null> {
  if (callSid === null) return null;
  const call = await tx
    .selectFrom('calls')
    .select(['lead_id', 'campaign_id'])
    .where('call_sid', '=', callSid)
    .where('lead_id', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return call?.lead_id == null
    ? null
    : { leadId: call.lead_id, campaignId: call.campaign_id, by: 'call_sid', sessionId: null };
}

async function byNumber(tx: Tx, { externalNumber }: ConversationFacts): Promise<Attribution | null> {
  if (externalNumber === null) return null;
  const alias = await tx
    .selectFrom('contact_aliases')
    .select('lead_id')
    .where('phone', '=', externalNumber)
    .executeTakeFirst();
  const leads = await leadsOfContact(tx, externalNumber);
  // The lead that somebody named for the number comes before all others who have it.
  const lead = leads.find(({ leadId }) => leadId === alias?.lead_id) ?? leads[0];
  if (lead === undefined) return null;
  const by = alias === undefined ? ('number' as const) : ('alias' as const);
  return { leadId: lead.leadId, campaignId: lead.campaignId, by, sessionId: null };
}
