import { ApplicationFailure } from '@temporalio/activity';
import { inTransaction, type Tx } from '#db/client.ts';
import type { Message } from '#db/queries/messages.ts';
import type { Meeting } from '#domain/meeting.ts';
import { textToHtml } from '#domain/template.ts';
import { MailError, type Mailer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import {
  type FollowedRows,
  type FollowUp,
  failFollowUp,
  finishFollowUp,
  lockFollowUp,
} from './follow-ups.ts';
import { recordMail } from './mails.ts';

/** A mail that is written down, and now goes out. */
export interface WrittenMail {
  mailer: Mailer;
  message: Message;
  rows: FollowedRows;
  /** The meeting to which it invites. */
  meeting: Meeting | null;
}

/**
 * Sends it, and closes it with its follow-up. A run that ends in between sends it again under the same Message-ID.
 *
 * @throws ApplicationFailure `MailDeferred` when the server did not take it, and may later
 */
export async function sendMail(
  context: Context,
  { mailer, message, rows, meeting }: WrittenMail,
): Promise<{ status: string }> {
  const { followUp, lead } = rows;
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
    return await closeUnsent(context, { followUp, message, error });
  }
}

async function closeSent(
  context: Context,
  { followUp, message, providerId }: { followUp: FollowUp; message: Message; providerId: string },
): Promise<{ status: string }> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const rows = await lockFollowUp(tx, followUp.id);
    if (rows === null || rows.followUp.status !== 'planned') return;
    await recordMail(tx, message.id, { status: 'sent', providerId }, now);
    await finishFollowUp(tx, rows.followUp, { status: 'done', messageId: message.id }, now);
  });
  return { status: 'done' };
}

/** The server's words may quote an address, so they stay in the message's row and out of the workflow's history. */
async function closeUnsent(
  context: Context,
  { followUp, message, error }: { followUp: FollowUp; message: Message; error: MailError },
): Promise<{ status: string }> {
  const now = await context.now();
  if (!error.permanent) {
    await context.db
      .updateTable('messages')
      .set({ error: error.message, updated_at: now })
      .where('id', '=', message.id)
      .where('status', '=', 'sending')
      .execute();
    throw ApplicationFailure.create({
      message: 'The mail server did not take the mail yet.',
      type: 'MailDeferred',
      category: 'BENIGN',
    });
  }
  await inTransaction(context.db, async (tx) => {
    const rows = await lockFollowUp(tx, followUp.id);
    if (rows === null || rows.followUp.status !== 'planned') return;
    await recordMail(tx, message.id, { status: 'failed', error: error.message }, now);
    await failFollowUp(tx, rows.followUp, 'The mail server refused the mail.', now);
  });
  return { status: 'failed' };
}

/** A mail that was written down and is not going to be sent, or not again. */
export async function closeMail(
  tx: Tx,
  { channel, message_id: messageId, rule_id: ruleId }: FollowUp,
  status: 'failed' | 'refused',
  now: Date,
): Promise<void> {
  if (channel !== 'email' || messageId === null) return;
  const last = await tx.selectFrom('messages').select('error').where('id', '=', messageId).executeTakeFirst();
  const error = last?.error ?? `The follow-up "${ruleId}" was given up.`;
  await recordMail(tx, messageId, { status, error }, now);
}
