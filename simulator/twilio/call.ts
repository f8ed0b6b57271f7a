import type { SimulatedCall } from '../calls.ts';
import { pickedUp } from '../people.ts';
import type { JsonObject } from '../talks.ts';

/** The account of the simulated numbers when a request names none. */
export const SIMULATED_ACCOUNT_SID = `AC${'0'.repeat(31)}1`;

const PRICE_PER_MINUTE = 0.014;

export type TwilioStatus = 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer';

/** Twilio's word for the call's state. */
export function twilioStatus(call: SimulatedCall): TwilioStatus {
  if (call.endedAtMs === null) return call.answeredAtMs === null ? 'ringing' : 'in-progress';
  switch (call.plan.reach) {
    case 'answered':
    case 'voicemail':
      return 'completed';
    case 'busy':
      return 'busy';
    case 'no_answer':
      return 'no-answer';
    case 'failed':
      return 'failed';
  }
}

/**
 * A call as Twilio's API returns it. Empty fields are null, never left out: the SDK reads a missing date as
 * the present moment.
 */
export function twilioCall(call: SimulatedCall, accountSid: string): JsonObject {
  const ended = call.endedAtMs !== null;
  const talkSeconds = pickedUp(call.plan.reach) ? call.plan.talkSeconds : 0;
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.callSid}`;
  return {
    sid: call.callSid,
    account_sid: accountSid,
    parent_call_sid: null,
    date_created: rfc2822(call.startedAtMs),
    date_updated: rfc2822(call.endedAtMs ?? call.answeredAtMs ?? call.startedAtMs),
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: null,
    status: twilioStatus(call),
    start_time: rfc2822(call.startedAtMs),
    end_time: call.endedAtMs === null ? null : rfc2822(call.endedAtMs),
    duration: ended ? String(talkSeconds) : null,
    price: ended && talkSeconds > 0 ? (-Math.ceil(talkSeconds / 60) * PRICE_PER_MINUTE).toFixed(5) : null,
    price_unit: 'USD',
    direction: call.direction === 'inbound' ? 'inbound' : 'outbound-api',
    answered_by: null,
    annotation: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
  };
}

/** Twilio's date form, to the second: `Sat, 21 Nov 2026 09:30:00 +0000`. */
export function rfc2822(atMs: number): string {
  return new Date(atMs).toUTCString().replace('GMT', '+0000');
}
