import type { Carrier } from '../ports.ts';
import { callsAt } from './calls.ts';
import { type TwilioConfig, twilioClient } from './client.ts';
import { textsAt } from './texts.ts';
import { parseText, parseTextReport, verify } from './webhook.ts';

const DEFAULT_TIMEOUT_MS = 15_000;

/** The carrier below the voice provider, at Twilio, through its SDK. Its number was imported with our account. */
export function createTwilio(config: TwilioConfig): Carrier {
  const timeoutMs = config.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = twilioClient(config, timeoutMs);
  return {
    name: 'twilio',
    verify: (request) => verify(config.authToken, request),
    parseText,
    parseTextReport,
    ...callsAt(client, timeoutMs),
    ...textsAt(client, timeoutMs),
  };
}
