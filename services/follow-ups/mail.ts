import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type FollowUp, updatePlanned } from '#db/queries/follow-ups.ts';
import {
  findMessage,
  insertMessage,
  lockMessage,
  type Message,
  updateMessage,
} from '#db/queries/messages.ts';
import type { Meeting } from '#domain/meeting.ts';
import { textToHtml } from '#domain/template.ts';
import { MailError, type Mailer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { RetryLater } from '../errors.ts';
import { closeFollowUp, type FollowUpCase, holdFollowUp } from './follow-up.ts';

interface NewMail {
  phone: string;
  /** Where it is from, and where it goes. */
  ownAddress: string;
  toAddress: string;
  subject: string;
  body: string;
  /** A calendar file goes with it. */
  calendar: boolean;
}

/** Writes the mail of a held follow-up down before it is sent, once: its first words stand, however often it is sent. */
export async function ensureMail(
  tx: Tx,
  { followUp, mail, now }: { followUp: FollowUp; mail: NewMail; now: Date },
): Promise<Message> {
  const written = followUp.message_id === null ? null : await findMessage(tx, followUp.message_id);
  if (written !== null) return written;
  const id = uuid();
  await insertMessage(tx, {
    id,
    channel: 'email',
    direction: 'outbound',
    phone: mail.phone,
    lead_id: followUp.lead_id,
    campaign_id: followUp.campaign_id,
    call_id: followUp.call_id,
    follow_up_id: followUp.id,
    own_address: mail.ownAddress,
    to_address: mail.toAddress,
    subject: mail.subject,
    body: mail.body,
    attachments: toJson(
      mail.calendar ? [{ contentType: 'text/calendar', name: 'invite.ics', url: null }] : [],
    ),
    status: 'sending',
    source: 'follow_up',
    created_at: now,
    updated_at: now,
  });
  await updatePlanned(tx, followUp.id, { message_id: id });
  return await lockMessage(tx, id);
}

/** A mail that is written down, and goes out now. */
export interface WrittenMail {
  mailer: Mailer;
  message: Message;
  of: FollowUpCase;
  /** The meeting to which it invites. */
  meeting: Meeting | null;
}

/**
 * Sends it, and closes it with its follow-up. A run that ends in between sends it again under the same Message-ID.
 *
 * @throws RetryLater `MailDeferred` when the server did not take it, and may later
 */
export async function sendMail(
  context: Context,
  { mailer, message, of, meeting }: WrittenMail,
): Promise<{ status: string }> {
  const { followUp, lead } = of;
  const domain = mailer.from.address.split('@').at(-1) ?? 'localhost';
  const to = { address: message.to_address ?? '', name: lead.name };
  const subject = message.subject ?? '';
  try {
    const { messageId } = await mailer.send({
      messageId: `<${followUp.id}@${domain}>`,
      to,
      subject,
      text: message.body,
      html: textToHtml(message.body),
      invitation:
        meeting === null
          ? null
          : {
              uid: `${followUp.call_id ?? followUp.id}@${domain}`,
              meeting,
              title: subject,
              stamp: followUp.created_at,
            },
    });
    await context.checkpoint?.('mail_sent');
    return await closeSent(context, { followUp, message, providerId: messageId });
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    if (error.permanent) return await closeUnsent(context, { followUp, message, error });
    // The server's words may quote an address: they stay in the message's row, and out of the workflow's history.
    const change = { error: error.message, updated_at: await context.now() };
    await updateMessage(context.db, { id: message.id, status: 'sending' }, change);
    throw new RetryLater('MailDeferred', 'The mail server did not take the mail yet.', { expected: true });
  }
}

async function closeSent(
  context: Context,
  { followUp, message, providerId }: { followUp: FollowUp; message: Message; providerId: string },
): Promise<{ status: string }> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const held = await holdFollowUp(tx, followUp.id);
    if (held === null || held.followUp.status !== 'planned') return;
    await recordMail(tx, { id: message.id, outcome: { status: 'sent', providerId }, now });
    const end = { status: 'done' as const, messageId: message.id };
    await closeFollowUp(tx, { followUp: held.followUp, end, now });
  });
  return { status: 'done' };
}

async function closeUnsent(
  context: Context,
  { followUp, message, error }: { followUp: FollowUp; message: Message; error: MailError },
): Promise<{ status: string }> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const held = await holdFollowUp(tx, followUp.id);
    if (held === null || held.followUp.status !== 'planned') return;
    await recordMail(tx, { id: message.id, outcome: { status: 'failed', error: error.message }, now });
    const end = { status: 'failed' as const, reason: 'The mail server refused the mail.' };
    await closeFollowUp(tx, { followUp: held.followUp, end, now });
  });
  return { status: 'failed' };
}

/** Closes a mail that was written down and is not going to be sent, or not again. */
export async function closeMail(
  tx: Tx,
  { followUp, status, now }: { followUp: FollowUp; status: 'failed' | 'refused'; now: Date },
): Promise<void> {
  const { channel, message_id: id, rule_id: ruleId } = followUp;
  if (channel !== 'email' || id === null) return;
  const last = await findMessage(tx, id);
  const error = last?.error ?? `The follow-up "${ruleId}" was given up.`;
  await recordMail(tx, { id, outcome: { status, error }, now });
}

/** What became of a mail. */
type MailOutcome = { status: 'sent'; providerId: string } | { status: 'failed' | 'refused'; error: string };

/** Closes a mail that is being sent, once. */
async function recordMail(
  tx: Tx,
  { id, outcome, now }: { id: string; outcome: MailOutcome; now: Date },
): Promise<void> {
  const message = await updateMessage(
    tx,
    { id, status: 'sending' },
    {
      status: outcome.status,
      updated_at: now,
      ...(outcome.status === 'sent'
        ? { provider_id: outcome.providerId, sent_at: now, error: null }
        : { error: outcome.error }),
    },
  );
  if (message === null) return;
  await appendEvent(tx, {
    type: outcome.status === 'sent' ? 'message.sent' : 'message.failed',
    campaignId: message.campaign_id,
    leadId: message.lead_id,
    messageId: message.id,
    followUpId: message.follow_up_id,
    data: { status: outcome.status, channel: 'email' },
  });
}
