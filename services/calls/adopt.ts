import { v7 as uuid } from 'uuid';
import type { Tx } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { ConversationFacts } from '#domain/conversation.ts';
import { localDate } from '#domain/day.ts';
import { type Attribution, findAttribution } from './attribution.ts';
import { type Merged, type MergeInput, mergeAll, mergeFacts } from './merge-facts.ts';

/** A dial of ours has recorded its conversation by then, or is given up: what is younger may still be one. */
const SETTLED_AFTER_MS = 15 * 60_000;
/** No call of the provider's lasts longer; after it nothing more is expected of one. */
const LONGEST_CALL_MS = 2 * 3_600_000;

/**
 * Merges facts into the call they are about; where there is none, makes one for a conversation that no campaign
 * dialled. The conversation must be held (`lockConversation`). Null when no call is known and none may be made yet.
 */
export async function mergeOrAdopt(tx: Tx, input: MergeInput): Promise<Merged | null> {
  return (await mergeFacts(tx, input)) ?? (await adoptConversation(tx, input));
}

/** As `mergeOrAdopt` for several; all of the conversations must be held. */
export async function mergeOrAdoptAll(tx: Tx, inputs: readonly MergeInput[]): Promise<(Merged | null)[]> {
  const results = await mergeAll(tx, inputs);
  for (const [index, input] of inputs.entries()) results[index] ??= await adoptConversation(tx, input);
  return results;
}

/**
 * Makes a call of a conversation that belongs to no dial of ours, attributes it and merges the facts. What came in, and
 * talks in the browser, at once; an outbound one only when it was looked up by us (not told by a webhook), long
 * after it began, and while no dial to the number waits for its answer, so that no dial's own conversation is taken.
 */
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
  if (inserted !== undefined) await tellOf(tx, inserted.id, facts, attribution);
  return await mergeFacts(tx, input);
}

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

async function tellOf(tx: Tx, callId: string, facts: ConversationFacts, found: Attribution): Promise<void> {
  const subject = { campaignId: found.campaignId, leadId: found.leadId, callId };
  const kind = facts.kind ?? 'phone';
  await appendEvent(tx, { type: 'conversation.stored', ...subject, data: { kind } });
  if (found.leadId !== null)
    await appendEvent(tx, { type: 'call.attributed', ...subject, data: { by: found.by } });
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
