import type { LedgerText } from '../ledger.ts';

export type TextStatus = 'accepted' | 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'received';

/** One text that the network took. Times are Unix milliseconds on the wall clock. */
export interface SimulatedText {
  messageSid: string;
  accountSid: string;
  /** `MG…` when a messaging service chose the sender. */
  messagingServiceSid: string | null;
  direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  /** E.164, as is `to`. */
  from: string;
  to: string;
  body: string;
  media: string[];
  segments: number;
  status: TextStatus;
  errorCode: number | null;
  createdAtMs: number;
  sentAtMs: number | null;
  updatedAtMs: number;
  entry: LedgerText;
}

/** Source: https://www.twilio.com/docs/messaging/guides/webhook-request */
export function receivedParams(text: SimulatedText, optOutType: string | null): Record<string, string> {
  const media = text.media.flatMap((url, index) => [
    [`MediaUrl${index}`, url],
    [`MediaContentType${index}`, 'image/jpeg'],
  ]);
  return {
    ...commonParams(text),
    SmsMessageSid: text.messageSid,
    SmsStatus: 'received',
    Body: text.body,
    NumSegments: String(text.segments),
    NumMedia: String(text.media.length),
    ...Object.fromEntries(media),
    ...(optOutType === null ? {} : { OptOutType: optOutType }),
  };
}

export function reportParams(text: SimulatedText): Record<string, string> {
  return {
    ...commonParams(text),
    MessageStatus: text.status,
    SmsStatus: text.status,
    ...(text.messagingServiceSid === null ? {} : { MessagingServiceSid: text.messagingServiceSid }),
    ...(text.errorCode === null ? {} : { ErrorCode: String(text.errorCode) }),
  };
}

function commonParams(text: SimulatedText): Record<string, string> {
  return {
    ApiVersion: '2010-04-01',
    AccountSid: text.accountSid,
    MessageSid: text.messageSid,
    SmsSid: text.messageSid,
    From: text.from,
    To: text.to,
  };
}
