import { currentSettings } from '#db/queries/campaigns.ts';
import { leadsOfContact } from '#db/queries/leads.ts';
import type { Message } from '#db/queries/messages.ts';
import { textNotice } from '#domain/context.ts';
import { readWish } from '#domain/opt-out.ts';
import type { Payload } from '#providers/ports.ts';
import { noteContext } from '../calls/live.ts';
import type { Context } from '../context.ts';
import { unavailable } from '../errors.ts';
import { waitingLeads } from '../leads/replies.ts';
import { notifyOptedOut } from '../opt-outs/opt-outs.ts';
import { reached } from '../workflows.ts';

/** Tells everybody of a received text again: all of it may be told twice. */
export async function retellText(context: Context, payload: Payload): Promise<void> {
  // What was stored is what the carrier sent, verified.
  const received = context.carrier?.parseText(payload) ?? null;
  if (received === null) return;
  const text = await context.db
    .selectFrom('messages')
    .select(['id', 'phone', 'body', 'campaign_id', 'call_id'])
    .where('provider_id', '=', received.messageSid)
    .where('direction', '=', 'inbound')
    .executeTakeFirst();
  if (text === undefined) return;
  await informCall(context, text);
  const wish = readWish(text.body, received.optOut);
  if (wish === 'stop' && !(await notifyOptedOut(context, text.phone))) {
    throw unavailable('Not every lead could be notified of an opt-out.');
  }
  if (wish !== 'none') return;
  const waiting = waitingLeads(await leadsOfContact(context.db, text.phone));
  for (const leadId of waiting) await reached(context.workflows.contactReplied(leadId));
  if (text.campaign_id === null) return;
  const { settings } = await currentSettings(context.db, text.campaign_id);
  if (settings.autoReply !== null) await reached(context.workflows.startReply(text.id));
}

/** Lets the agent of the call during which a text came know of it, when that failed before and the call goes on. */
async function informCall(
  context: Context,
  { id: messageId, body, call_id: callId }: Pick<Message, 'id' | 'body' | 'call_id'>,
): Promise<void> {
  if (callId === null) return;
  const call = await context.db
    .selectFrom('calls')
    .select(['id', 'campaign_id', 'lead_id', 'conversation_id'])
    .where('id', '=', callId)
    .where('status', '!=', 'ended')
    .executeTakeFirst();
  if (call === undefined || call.conversation_id === null) return;
  const told = await context.db
    .selectFrom('events')
    .select('id')
    .where('message_id', '=', messageId)
    .where('type', '=', 'call.context_sent')
    .executeTakeFirst();
  if (told !== undefined) return;
  const text = textNotice(body);
  const answer = await context.voice
    .command(call.conversation_id, { kind: 'context', text })
    .catch(() => 'unavailable' as const);
  await noteContext(context.db, call, { messageId, answer, characters: text.length });
}
