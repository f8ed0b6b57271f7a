import { heartbeat } from '@temporalio/activity';
import { leadsOfContact } from '../db/queries/contact-leads.ts';
import { stalledTexts } from '../db/queries/messages.ts';
import { startedLeads } from '../db/queries/opt-outs.ts';
import { currentSettings } from '../db/queries/settings.ts';
import { messageWorkflowId } from '../domain/ids.ts';
import { readWish } from '../domain/opt-out-words.ts';
import type { ActivityDeps } from './deps.ts';

/** A text that has stood still for so long may have lost its workflow. */
const STALLED_MS = 120_000;
const BATCH = 200;

/** Texts that are to be sent and that nobody sends. */
export async function restartTexts(deps: ActivityDeps, now: Date): Promise<number> {
  const stalled = await stalledTexts(deps.db, new Date(now.getTime() - STALLED_MS), BATCH);
  let restarted = 0;
  for (const messageId of stalled) {
    heartbeat();
    if (await deps.signals.isRunning(messageWorkflowId(messageId))) continue;
    await deps.starter.startMessage(messageId);
    restarted += 1;
  }
  return restarted;
}

/** Tells everybody of a received text again: all of it may be told twice. */
export async function retellText(deps: ActivityDeps, payload: unknown): Promise<void> {
  const sid = (payload as { MessageSid?: unknown } | null)?.MessageSid;
  if (typeof sid !== 'string') return;
  const text = await deps.db
    .selectFrom('messages')
    .select(['id', 'phone', 'body', 'campaign_id'])
    .where('provider_id', '=', sid)
    .where('direction', '=', 'inbound')
    .executeTakeFirst();
  if (text === undefined) return;
  const wish = readWish(text.body);
  if (wish === 'stop') {
    for (const leadId of await startedLeads(deps.db, text.phone)) await deps.signals.optedOut(leadId);
  }
  if (wish !== 'none') return;
  const leads = await leadsOfContact(deps.db, text.phone);
  const waiting = leads.filter(({ state }) => state === 'backing_off' || state === 'queued');
  for (const { leadId } of waiting) await deps.signals.contactReplied(leadId);
  if (text.campaign_id === null) return;
  const { settings } = await currentSettings(deps.db, text.campaign_id);
  if (settings.autoReply == null) return;
  await deps.starter.startReply(text.id);
}
