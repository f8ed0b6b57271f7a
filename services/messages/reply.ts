import { v5 as uuidFrom } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { findLead } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import { countAgentAnswers, findMessage, type Message } from '#db/queries/messages.ts';
import { saysWord } from '#domain/conversion.ts';
import type { AutoReply } from '#domain/follow-up.ts';
import { readWish } from '#domain/opt-out.ts';
import { LONGEST_TEXT } from '#domain/text-length.ts';
import { raiseAttention } from '../attention.ts';
import { historyOf } from '../calls/history.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import { reached } from '../workflows.ts';
import { scheduleText } from './send.ts';

const ANSWER_WITHIN_MS = 20_000;
const DAY_MS = 86_400_000;
/** The namespace of answers' ids: a received text has the same answer, however often it is composed. */
const ANSWERS = '6f1b52c8-5f0e-4b7c-9a53-9d1f3c1f7a10';

interface Answer {
  body: string;
  source: 'auto_reply' | 'agent';
}

/** Composes the answer to a received text, if there is to be one, and schedules it, once. */
export async function composeReply(
  context: Context,
  { messageId }: { messageId: string },
): Promise<{ answerId: string | null }> {
  const asked = await findMessage(context.db, messageId);
  if (asked === null || asked.direction !== 'inbound') return { answerId: null };
  const answerId = uuidFrom(messageId, ANSWERS);
  if ((await findMessage(context.db, answerId)) === null) {
    const answer = await compose(context, asked);
    if (answer === null || answer.body.trim() === '') return { answerId: null };
    await schedule(context, { id: answerId, asked, answer });
  }
  await reached(context.workflows.startMessage(answerId));
  return { answerId };
}

async function schedule(
  context: Context,
  { id, asked, answer }: { id: string; asked: Message; answer: Answer },
): Promise<void> {
  const { phone, lead_id: leadId, campaign_id: campaignId } = asked;
  const body = answer.body.slice(0, LONGEST_TEXT).toWellFormed();
  const text = { id, phone, leadId, campaignId, body, source: answer.source, inReplyTo: asked.id };
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    await lockContact(tx, phone);
    await scheduleText(tx, { text, now });
  });
}

/** Null when the campaign's rules have no answer. */
async function compose(context: Context, asked: Message): Promise<Answer | null> {
  // Twilio confirms keywords by itself; a second answer would only confuse.
  if (readWish(asked.body) !== 'none' || asked.campaign_id === null) return null;
  const { autoReply } = (await currentSettings(context.db, asked.campaign_id)).settings;
  if (autoReply === null) return null;
  const rule = autoReply.rules.find(({ keywords }) => keywords.some((word) => saysWord(asked.body, word)));
  if (rule !== undefined) return { body: rule.body, source: 'auto_reply' };
  return autoReply.agent === null ? null : await askAgent(context, asked, autoReply.agent);
}

/**
 * One turn with the agent, which knows what was said before. Null when it has answered the contact often enough today.
 *
 * @throws RetryLater `EmptyAnswer`
 */
async function askAgent(
  context: Context,
  asked: Message,
  { agentId, maxTurns }: NonNullable<AutoReply['agent']>,
): Promise<Answer | null> {
  const now = await context.now();
  const since = new Date(now.getTime() - DAY_MS);
  if ((await countAgentAnswers(context.db, asked.phone, since)) >= maxTurns) return null;
  const lead = asked.lead_id === null ? null : await findLead(context.db, asked.lead_id);
  const history = await historyOf(context.db, asked.phone, now);
  const talk = await context.voice.openTextTalk({
    agentId,
    variables: {
      ...(lead?.variables ?? {}),
      channel: 'sms',
      ...(lead === null ? {} : { lead_id: lead.id }),
      ...(lead?.name == null ? {} : { name: lead.name }),
      ...(history === '' ? {} : { history }),
    },
    timeoutMs: ANSWER_WITHIN_MS,
  });
  try {
    const body = (await talk.say(asked.body)).trim();
    if (body === '') throw new RetryLater('EmptyAnswer', 'The agent answered nothing.');
    return { body, source: 'agent' };
  } finally {
    talk.close();
  }
}

/** Puts a received text that was not answered, though it should have been, before a person. */
export async function abandonReply(context: Context, { messageId }: { messageId: string }): Promise<void> {
  const asked = await findMessage(context.db, messageId);
  if (asked === null) return;
  await inTransaction(context.db, (tx) =>
    raiseAttention(tx, {
      kind: 'failed_reply',
      subject: messageId,
      campaignId: asked.campaign_id,
      leadId: asked.lead_id,
      detail: 'The automatic answer to a text could not be composed.',
    }),
  );
}
