import type { Call } from '../client/generated.ts';
import { formatPhone } from '../format/phone.ts';

/** The person's number in readable groups; a browser talk has none. */
export function numberOf(call: Call): string {
  if (call.kind === 'browser') return 'Talk in the browser';
  return formatPhone(call.direction === 'inbound' ? call.from : call.to);
}

/** The other party's name if known, otherwise the number. */
export function partyOf(call: Call): string {
  return call.name ?? numberOf(call);
}
