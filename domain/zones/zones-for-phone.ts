import { zonesByPrefix } from './zones-by-prefix.ts';

const NANP = '1';
const AREA_CODE_LENGTH = 4;

const zonesOf = new Map<string, readonly string[]>();
for (const line of zonesByPrefix.trim().split('\n')) {
  const [prefixes = '', zones = ''] = line.split(' = ');
  const names = Object.freeze(zones.split(' '));
  for (const prefix of prefixes.split(' ')) zonesOf.set(prefix, names);
}

/**
 * Every IANA zone in which the owner of a number may live; empty when the number says nothing about it. A call is
 * lawful only when it is lawful in all of them.
 *
 * In the North American plan that is the union over the whole area code: exchanges were assigned by place once,
 * but are ported within the area since. Toll-free and unmapped codes give every zone of the plan. Elsewhere it
 * is the union over the whole calling code, because mobile prefixes say nothing of the place: the source puts
 * every Australian mobile in Sydney.
 *
 * @param e164 a number as `parsePhone` returns it, e.g. `+14155550117`
 */
export function zonesForPhone(e164: string): string[] {
  const digits = e164.startsWith('+') ? e164.slice(1) : e164;
  if (digits.startsWith(NANP)) {
    return [...(zonesOf.get(digits.slice(0, AREA_CODE_LENGTH)) ?? zonesOf.get(NANP) ?? [])];
  }
  for (let length = 1; length <= 3; length += 1) {
    const zones = zonesOf.get(digits.slice(0, length));
    // Calling codes are prefix-free, so the first that is known is the only one.
    if (zones !== undefined) return [...zones];
  }
  return [];
}
