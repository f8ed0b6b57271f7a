import { findCall } from '#db/queries/calls.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { hasEvent } from '#db/queries/events.ts';
import { leadsOfContact } from '#db/queries/leads.ts';
import { findMessageAt, type Message } from '#db/queries/messages.ts';
import { textNotice } from '#domain/context.ts';
import { readWish } from '#domain/opt-out.ts';
import type { InboundText } from '#providers/ports.ts';
import { noteContext, sendTextAsContext } from '../calls/live.ts';
import type { Context } from '../context.ts';
import { unavailable } from '../errors.ts';
import { notifyReplied, waitingLeads } from '../leads/replies.ts';
import { notifyOptedOut } from '../opt-outs/opt-outs.ts';
import { reached } from '../workflows.ts';
import type { StoredText } from './receive.ts';

/**
 * Notifies everybody whom a text concerns that has just been stored: the leads' workflows, the one that answers, and
 * the agent of a call under way.
 *
 * @returns `agent` resolves when the agent knows, which may take long. Where either is false the sweep tries again
 */
export async function notifyOfText(
  context: Context,
  { messageId, phone, body, wish, waiting, liveCall, answer }: StoredText,
): Promise<{ workflows: boolean; agent: Promise<boolean> | null }> {
  const notice = textNotice(body);
  const agent = liveCall === null ? null : informAgent(context, liveCall, { messageId, notice });
  try {
    if (wish === 'stop') await notifyOptedOut(context, phone);
    const [replied, reply] = await Promise.all([
      notifyReplied(context, wish === 'none' ? waiting : []),
      answer ? context.workflows.startReply(messageId) : null,
    ]);
    const replyStarted = reply === null || reply.kind === 'done' || reply.kind === 'absent';
    return { workflows: replied && replyStarted, agent };
  } catch {
    // The text is committed: the carrier must not deliver it again for this.
    context.logger.warn({ messageId }, 'not everybody was notified of a text yet');
    return { workflows: false, agent };
  }
}

/** Where the agent cannot be informed the log says so. */
async function informAgent(
  context: Context,
  call: NonNullable<StoredText['liveCall']>,
  text: { messageId: string; notice: string },
): Promise<boolean> {
  try {
    await sendTextAsContext(context, call, text);
    return true;
  } catch {
    context.logger.warn({ callId: call.id }, 'a text did not reach the call under way');
    return false;
  }
}

/**
 * Notifies everybody of a stored text once more; being notified twice changes nothing.
 *
 * @throws ServiceError `unavailable` when a workflow does not answer
 */
export async function renotifyOfText(context: Context, received: InboundText): Promise<void> {
  const { db, workflows } = context;
  const text = await findMessageAt(db, received.messageSid);
  if (text === null || text.direction !== 'inbound') return;
  await informAgentOnce(context, text);
  const wish = readWish(text.body, received.optOut);
  if (wish === 'stop' && !(await notifyOptedOut(context, text.phone))) {
    throw unavailable('Not every lead could be notified of an opt-out.');
  }
  if (wish !== 'none') return;
  for (const leadId of waitingLeads(await leadsOfContact(db, text.phone))) {
    await reached(workflows.contactReplied(leadId));
  }
  if (text.campaign_id === null) return;
  const { settings } = await currentSettings(db, text.campaign_id);
  if (settings.autoReply !== null) await reached(workflows.startReply(text.id));
}

/** Informs the agent of the call during which a text came, unless that was done, or the call is over. */
async function informAgentOnce(
  { db, voice }: Context,
  { id: messageId, body, call_id: callId }: Message,
): Promise<void> {
  const call = callId === null ? null : await findCall(db, callId);
  if (call === null || call.status === 'ended' || call.conversation_id === null) return;
  if (await hasEvent(db, { type: 'call.context_sent', messageId })) return;
  const notice = textNotice(body);
  const answer = await voice
    .command(call.conversation_id, { kind: 'context', text: notice })
    .catch(() => 'unavailable' as const);
  await noteContext(db, call, { messageId, answer, characters: notice.length });
}
