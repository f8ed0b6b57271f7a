import type { Call } from '../client/generated.ts';
import { formatPhone } from '../format/phone.ts';

/** The person's number in a call, readable; a talk in the browser has none. */
export function numberOf(call: Call): string {
  if (call.kind === 'browser') return 'Talk in the browser';
  return formatPhone(call.direction === 'inbound' ? call.from : call.to);
}

/** Who is at the other end: by name where it is known, else by number. */
export function partyOf(call: Call): string {
  return call.name ?? numberOf(call);
}
