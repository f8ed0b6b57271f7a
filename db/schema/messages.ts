import type { ColumnType, Generated } from 'kysely';
import type { Direction } from '#domain/call.ts';
import type { FollowUpChannel, FollowUpRule, FollowUpStatus } from '#domain/follow-up.ts';
import type { MessageChannel, MessageSource, MessageStatus } from '#domain/message.ts';
import type { TextEncoding } from '#domain/text-length.ts';

export interface Attachment {
  /** What the sender calls its type, such as image/jpeg or text/calendar. */
  contentType: string;
  name: string | null;
  /** Where a received picture is; null for what was sent. */
  url: string | null;
}

/** Texts and mails, both ways. */
export interface MessagesTable {
  id: string;
  channel: MessageChannel;
  direction: Direction;
  /** The person's number, also of a mail: it identifies the contact. */
  phone: string;
  /** The lead it is about: for a received text the one contacted last, null when none has the number. */
  lead_id: string | null;
  campaign_id: string | null;
  /** The call during which a text came, or that it follows. */
  call_id: string | null;
  follow_up_id: string | null;
  in_reply_to: string | null;
  /** Our number, or the address a mail is from. */
  own_address: string | null;
  /** The address a mail goes to. */
  to_address: string | null;
  subject: string | null;
  body: string;
  attachments: ColumnType<Attachment[], string | undefined, string>;
  status: MessageStatus;
  segments: number | null;
  encoding: TextEncoding | null;
  source: MessageSource;
  /** The name of the API key that sent it. */
  author: string | null;
  /** Twilio's SID, or the mail's Message-ID. */
  provider_id: string | null;
  error_code: number | null;
  error: string | null;
  /** Not sent before this instant. */
  not_before: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** What follows a call, one row a rule. */
export interface FollowUpsTable {
  id: string;
  campaign_id: string;
  lead_id: string;
  call_id: string | null;
  /** The rule's id within the settings, and the rule as it was then. */
  rule_id: string;
  channel: FollowUpChannel;
  rule: ColumnType<FollowUpRule, string, string>;
  status: Generated<FollowUpStatus>;
  /** Why it was skipped, or how it failed. */
  reason: string | null;
  due_at: Date;
  message_id: string | null;
  delivery_id: string | null;
  created_at: Generated<Date>;
  finished_at: Date | null;
}
