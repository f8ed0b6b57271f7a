import twilio from 'twilio';
import type { CarrierTextStatus } from '../ports.ts';
import { carrierTextStatusOf } from './texts.ts';

const MAX_MEDIA = 10;
/** Twilio joins the parts of a text up to 1,600 characters; the bound is only against nonsense. */
const MAX_BODY_LENGTH = 10_000;

/** The parameters of a request, as they were signed. */
export type TwilioParams = Readonly<Record<string, string>>;

/** A text that somebody sent to one of our numbers. */
export interface InboundText {
  messageSid: string;
  /** As Twilio writes them: E.164, a short code, or an address of another channel such as `whatsapp:+…`. */
  from: string;
  to: string;
  /** Empty for a picture without words. */
  body: string;
  media: { url: string; contentType: string | null }[];
  segments: number | null;
  messagingServiceSid: string | null;
  /**
   * Present only with Advanced Opt-Out on a messaging service, which then has answered by itself:
   * https://www.twilio.com/docs/messaging/guides/webhook-request
   */
  optOut: 'stop' | 'start' | 'help' | null;
  /** The same in every repeat of one delivery; null when the header was absent. */
  idempotencyToken: string | null;
}

/** What became of a text of ours. */
export interface TextStatusReport {
  messageSid: string;
  status: CarrierTextStatus;
  errorCode: number | null;
  /** Empty when the report does not say. */
  to: string;
  from: string;
}

/** Reads a form body. Of a repeated name the last value counts, which no signature of Twilio's then covers. */
export function twilioParamsOf(rawBody: string): TwilioParams {
  return Object.fromEntries(new URLSearchParams(rawBody));
}

/**
 * Checks `X-Twilio-Signature`: HMAC-SHA1 of the URL that Twilio was given and all parameters, with the account's auth
 * token (https://www.twilio.com/docs/usage/security). `url` is the public one, with its query, not what a proxy made of
 * it. An empty token accepts nothing, since anybody can sign with it. Compares in constant time; never throws.
 */
export function verifyTwilioSignature(input: {
  authToken: string;
  signature: string | undefined;
  url: string;
  params: TwilioParams;
}): boolean {
  const { authToken, signature, url, params } = input;
  if (authToken.trim() === '' || !signature || !URL.canParse(url)) return false;
  return twilio.validateRequest(authToken, signature, url, params);
}

/** Reads a text whose signature was verified. Null when it names no message, sender or receiver. */
export function normaliseInboundText(params: TwilioParams, idempotencyToken?: string): InboundText | null {
  const messageSid = textOf(params.MessageSid ?? params.SmsSid);
  const from = textOf(params.From);
  const to = textOf(params.To);
  if (messageSid === null || from === null || to === null) return null;
  return {
    messageSid,
    from,
    to,
    // The database takes no NUL.
    body: (params.Body ?? '').replaceAll('\u0000', '').slice(0, MAX_BODY_LENGTH),
    media: mediaOf(params),
    segments: countOf(params.NumSegments) || null,
    messagingServiceSid: textOf(params.MessagingServiceSid),
    optOut: optOutOf(params.OptOutType),
    idempotencyToken: textOf(idempotencyToken),
  };
}

/** Reads a status callback whose signature was verified. Null when it names no message or no status we know. */
export function normaliseTextStatus(params: TwilioParams): TextStatusReport | null {
  const messageSid = textOf(params.MessageSid ?? params.SmsSid);
  const status = carrierTextStatusOf(params.MessageStatus ?? params.SmsStatus ?? '');
  if (messageSid === null || status === null) return null;
  return {
    messageSid,
    status,
    errorCode: countOf(params.ErrorCode) || null,
    to: params.To ?? '',
    from: params.From ?? '',
  };
}

function mediaOf(params: TwilioParams): InboundText['media'] {
  const count = Math.min(countOf(params.NumMedia), MAX_MEDIA);
  return Array.from({ length: count }, (_, index) => ({
    url: textOf(params[`MediaUrl${index}`]) ?? '',
    contentType: textOf(params[`MediaContentType${index}`]),
  })).filter(({ url }) => isHttpUrl(url));
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function optOutOf(word: string | undefined): InboundText['optOut'] {
  switch (word?.toUpperCase()) {
    case 'STOP':
      return 'stop';
    case 'START':
      return 'start';
    case 'HELP':
      return 'help';
    default:
      return null;
  }
}

/** A whole number; 0 for everything else. */
function countOf(value: string | undefined): number {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

function textOf(value: string | undefined): string | null {
  const trimmed = value?.replaceAll('\u0000', '').trim();
  return trimmed ? trimmed : null;
}
