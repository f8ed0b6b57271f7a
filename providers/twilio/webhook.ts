import twilio from 'twilio';
import type { InboundText, IncomingRequest, Payload, TextReport, Verification } from '../ports.ts';
import { carrierTextStatusOf, RECIPIENT_OPTED_OUT } from './texts.ts';

const MAX_MEDIA = 10;
/** Twilio joins the parts of a text up to 1,600 characters; the bound is only against nonsense. */
const MAX_BODY_LENGTH = 10_000;

/** The parameters of a request, as they were signed. */
export type TwilioParams = Readonly<Record<string, string>>;

/** A webhook, checked by its header `X-Twilio-Signature`, and its form. */
export function verify(authToken: string, request: IncomingRequest): Verification {
  const params = twilioParamsOf(new TextDecoder().decode(request.body));
  const signature = request.header('x-twilio-signature');
  const genuine = verifyTwilioSignature({ authToken, signature, url: request.url ?? '', params });
  if (!genuine) return { ok: false, reason: 'mismatch' };
  return { ok: true, payload: params, redeliveryKey: textOf(request.header('i-twilio-idempotency-token')) };
}

/** Reads a form body. The last value of a repeated name counts, and no signature of Twilio's matches it. */
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

/** A text, from the parameters of its webhook. */
export function parseText(params: Payload): InboundText | null {
  const messageSid = textOf(params.MessageSid ?? params.SmsSid);
  const from = textOf(params.From);
  const to = textOf(params.To);
  if (messageSid === null || from === null || to === null) return null;
  return {
    messageSid,
    from,
    to,
    // The database takes no NUL.
    body: (stringOf(params.Body) ?? '').replaceAll('\u0000', '').slice(0, MAX_BODY_LENGTH),
    media: mediaOf(params),
    segments: countOf(params.NumSegments) || null,
    messagingServiceSid: textOf(params.MessagingServiceSid),
    optOut: optOutOf(params.OptOutType),
  };
}

/** A delivery report, from the parameters of the status callback. */
export function parseTextReport(params: Payload): TextReport | null {
  const messageSid = textOf(params.MessageSid ?? params.SmsSid);
  const status = carrierTextStatusOf(stringOf(params.MessageStatus ?? params.SmsStatus) ?? '');
  if (messageSid === null || status === null) return null;
  const errorCode = countOf(params.ErrorCode) || null;
  return {
    messageSid,
    status,
    errorCode,
    optedOut: errorCode === RECIPIENT_OPTED_OUT,
    to: stringOf(params.To) ?? '',
    from: stringOf(params.From) ?? '',
  };
}

function mediaOf(params: Payload): InboundText['media'] {
  const count = Math.min(countOf(params.NumMedia), MAX_MEDIA);
  return Array.from({ length: count }, (_, index) => ({
    url: textOf(params[`MediaUrl${index}`]) ?? '',
    contentType: textOf(params[`MediaContentType${index}`]),
  })).filter(({ url }) => isHttpUrl(url));
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/**
 * Present only with Advanced Opt-Out on a messaging service, which then has answered by itself:
 * https://www.twilio.com/docs/messaging/guides/webhook-request
 */
function optOutOf(word: unknown): InboundText['optOut'] {
  switch (stringOf(word)?.toUpperCase()) {
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
function countOf(value: unknown): number {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

function textOf(value: unknown): string | null {
  return stringOf(value)?.replaceAll('\u0000', '').trim() || null;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
