import { DeadlineError, nothingWasSent } from '../connection.ts';
import { KeptBackError } from '../guarded-request.ts';
import type { Carrier, CarrierText, CarrierTextStatus, TextAnswer, TextRequest } from '../ports.ts';
import {
  codeOf,
  dateOf,
  messageOf,
  newestSince,
  operationWithin,
  type Page,
  pageFilter,
  providerError,
  statusOf,
  ThrottledError,
  type TwilioClient,
} from './client.ts';

/** The recipient has sent STOP to this sender: https://www.twilio.com/docs/api/errors/21610 */
export const RECIPIENT_OPTED_OUT = 21610;
const MAX_MESSAGE_LENGTH = 300;
const MAX_RETRY_AFTER_MS = 3_600_000;

type TwilioText = Awaited<ReturnType<ReturnType<TwilioClient['messages']['get']>['fetch']>>;

/** The part of the carrier that is about texts. `timeoutMs` is for one search as a whole. */
export function textsAt(
  client: TwilioClient,
  timeoutMs: number,
): Pick<Carrier, 'sendText' | 'getText' | 'findTexts'> {
  async function sendText(request: TextRequest): Promise<TextAnswer> {
    const answer = await sendOnce(client, request);
    if (!('message' in answer)) return answer;
    // Messages travel further than personal data may.
    return { ...answer, message: withoutNumber(answer.message, request.to) };
  }

  async function getText(messageSid: string): Promise<CarrierText | null> {
    try {
      return carrierTextOf(await operationWithin(timeoutMs, () => client.messages(messageSid).fetch()));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw providerError('reading a text', error);
    }
  }

  async function findTexts(query: { to: string; from?: string; since: Date }): Promise<CarrierText[]> {
    const service = query.from !== undefined && isService(query.from) ? query.from : null;
    const filter = pageFilter(service === null ? query : { to: query.to });
    try {
      return await operationWithin(timeoutMs, async (signal) => {
        const first: Promise<Page<TwilioText>> = client.messages.page(filter);
        const found = await newestSince(first, query.since, signal);
        // Texts cannot be listed by messaging service.
        return found
          .filter((text) => service === null || text.messagingServiceSid === service)
          .map(carrierTextOf);
      });
    } catch (error) {
      throw providerError('reading the texts', error);
    }
  }

  return { sendText, getText, findTexts };
}

async function sendOnce(client: TwilioClient, request: TextRequest): Promise<TextAnswer> {
  try {
    const { from, to, body, statusCallback } = request;
    const text = await operationWithin(
      request.timeoutMs,
      () =>
        client.messages.create({
          to,
          body,
          ...(isService(from) ? { messagingServiceSid: from } : { from }),
          ...(statusCallback === null ? {} : { statusCallback }),
        }),
      () => request.maySend(),
    );
    // The SDK reads any JSON as a text: without a SID it is none.
    if (!text.sid) return { kind: 'ambiguous', message: 'the answer names no text' };
    const segments = Number(text.numSegments);
    return {
      kind: 'sent',
      messageSid: text.sid,
      status: carrierTextStatusOf(text.status) ?? 'queued',
      // A messaging service counts them only once it has chosen the sender, and says 0 before.
      segments: Number.isInteger(segments) && segments > 0 ? segments : null,
    };
  } catch (error) {
    return textFailureOf(error);
  }
}

/**
 * What a failed request means for the text. It is `refused` or `deferred` only where it is certain that none was
 * sent: Twilio has no idempotency key, so that everything doubtful has to be looked up.
 */
export function textFailureOf(error: unknown): TextAnswer {
  if (error instanceof KeptBackError) return { kind: 'kept_back' };
  const status = statusOf(error);
  if (error instanceof ThrottledError) {
    return { kind: 'deferred', retryAfterMs: boundedMs(error.retryAfterMs), message: error.message };
  }
  if (status === null || error instanceof DeadlineError) {
    if (nothingWasSent(error)) return { kind: 'deferred', retryAfterMs: null, message: messageOf(error) };
    return { kind: 'ambiguous', message: messageOf(error) };
  }
  const code = codeOf(error);
  const message = messageOf(error) || `status ${status}`;
  switch (status) {
    case 408:
    case 409:
    case 499:
      // The request may have arrived: the server, or something before it, only stopped waiting.
      return { kind: 'ambiguous', message };
    case 425:
      return { kind: 'deferred', retryAfterMs: null, message };
    case 301:
    case 307:
    case 308:
      // A redirect, which was not followed: the base URL is wrong.
      return { kind: 'refused', code, status, message: `redirected (${status})`, optedOut: false };
    default:
  }
  if (status >= 400 && status < 500) {
    return { kind: 'refused', code, status, message, optedOut: code === RECIPIENT_OPTED_OUT };
  }
  return { kind: 'ambiguous', message };
}

/** Null for a word that Twilio does not document. */
export function carrierTextStatusOf(status: string): CarrierTextStatus | null {
  switch (status) {
    case 'queued':
    case 'sending':
    case 'sent':
    case 'delivered':
    case 'undelivered':
    case 'failed':
    case 'canceled':
    case 'read':
    case 'receiving':
    case 'received':
    case 'accepted':
    case 'scheduled':
    case 'partially_delivered':
      return status;
    default:
      return null;
  }
}

function carrierTextOf(text: TwilioText): CarrierText {
  const errorCode = typeof text.errorCode === 'number' && text.errorCode > 0 ? text.errorCode : null;
  return {
    messageSid: text.sid,
    to: text.to,
    // A messaging service that has not chosen its sender yet.
    from: text.from || text.messagingServiceSid || '',
    body: text.body ?? '',
    // A status that we do not know is taken as the one that claims least: the text exists.
    status: carrierTextStatusOf(text.status) ?? 'queued',
    sentAt: dateOf(text.dateSent),
    errorCode,
    optedOut: errorCode === RECIPIENT_OPTED_OUT,
  };
}

function isService(from: string): boolean {
  return from.startsWith('MG');
}

function boundedMs(retryAfterMs: number | null): number | null {
  return retryAfterMs === null ? null : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
}

function withoutNumber(message: string, number: string): string {
  const digits = number.replace(/\D/g, '');
  const masked =
    digits === '' ? message : message.replaceAll(number, '[number]').replaceAll(digits, '[number]');
  return masked.slice(0, MAX_MESSAGE_LENGTH);
}
