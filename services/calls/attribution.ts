import type { Tx } from '#db/client.ts';
import { findSessionOfConversation } from '#db/queries/agent-sessions.ts';
import { leadsOfContact } from '#db/queries/contact-leads.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import { UUID } from '#domain/ids.ts';

/** Whose conversation it was, and how that was found. */
export interface Attribution {
  leadId: string | null;
  /** Null for talks in the browser: they are no part of a campaign's calls. */
  campaignId: string | null;
  by: CallsTable['attributed_by'];
  sessionId: string | null;
}

const NOBODY: Attribution = { leadId: null, campaignId: null, by: null, sessionId: null };

/**
 * Finds the lead of a conversation that we did not dial: by the variables it was started with, by the carrier's id, by
 * the person's number, or by what a person said of that number. Several leads with one number: the one contacted last.
 */
export async function findAttribution(tx: Tx, facts: ConversationFacts): Promise<Attribution> {
  if (facts.kind === 'browser') return await ofBrowser(tx, facts);
  return (await byVariables(tx, facts)) ?? (await bySid(tx, facts)) ?? (await byNumber(tx, facts)) ?? NOBODY;
}

async function ofBrowser(tx: Tx, facts: ConversationFacts): Promise<Attribution> {
  const session = await findSessionOfConversation(tx, facts);
  if (session === null) {
    const named = await byVariables(tx, facts);
    return named === null ? NOBODY : { ...named, campaignId: null };
  }
  // It is known from now on, whether or not the browser says so.
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
  // Whom a person named for the number stands before everybody else who has it.
  const lead = leads.find(({ leadId }) => leadId === alias?.lead_id) ?? leads[0];
  if (lead === undefined) return null;
  const by = alias === undefined ? ('number' as const) : ('alias' as const);
  return { leadId: lead.leadId, campaignId: lead.campaignId, by, sessionId: null };
}
