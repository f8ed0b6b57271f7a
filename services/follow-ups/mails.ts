import { v7 as uuid } from 'uuid';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendEvent } from '#db/queries/events.ts';
import { findMessage, type Message } from '#db/queries/messages.ts';
import type { FollowUp } from './follow-ups.ts';

export interface NewMail {
  phone: string;
  /** Where it is from, and where it goes. */
  ownAddress: string;
  toAddress: string;
  subject: string;
  body: string;
  /** A calendar file goes with it. */
  calendar: boolean;
}

/**
 * The mail of a follow-up that is held, written down before it is sent: the first words stand, however often it
 * must be sent.
 */
export async function ensureMail(tx: Tx, followUp: FollowUp, mail: NewMail, now: Date): Promise<Message> {
  const written = followUp.message_id === null ? null : await findMessage(tx, followUp.message_id);
  if (written !== null) return written;
  const message = await tx
    .insertInto('messages')
    .values({
      id: uuid(),
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
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx.updateTable('follow_ups').set({ message_id: message.id }).where('id', '=', followUp.id).execute();
  return message;
}

/** What became of a mail. `error` may hold the server's words, and with them an address: it stays in its row. */
export type MailOutcome =
  | { status: 'sent'; providerId: string }
  | { status: 'failed' | 'refused'; error: string };

/** Closes a mail that is being sent, once. */
export async function recordMail(tx: Tx, id: string, outcome: MailOutcome, now: Date): Promise<void> {
  const message = await tx
    .updateTable('messages')
    .set({
      status: outcome.status,
      updated_at: now,
      ...(outcome.status === 'sent'
        ? { provider_id: outcome.providerId, sent_at: now, error: null }
        : { error: outcome.error }),
    })
    .where('id', '=', id)
    .where('status', '=', 'sending')
    .returningAll()
    .executeTakeFirst();
  if (message === undefined) return;
  await appendEvent(tx, {
    type: outcome.status === 'sent' ? 'message.sent' : 'message.failed',
    campaignId: message.campaign_id,
    leadId: message.lead_id,
    messageId: message.id,
    followUpId: message.follow_up_id,
    data: { status: outcome.status, channel: 'email' },
  });
}
