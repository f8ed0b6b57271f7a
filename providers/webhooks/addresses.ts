import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Addresses and networks that may be reached although they are not public, and without TLS. */
export type AllowedNetworks = readonly Network[];

/** Globally assigned unicast addresses (https://www.iana.org/assignments/ipv6-unicast-address-assignments). */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Reads `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
 *
 * @throws Error naming the entry that is neither an address nor a network
 */
export function parseAllowed(entries: readonly string[]): AllowedNetworks {
  return entries.map((entry) => {
    try {
      if (entry.includes('/')) return ipaddr.parseCIDR(entry);
      const address = ipaddr.process(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128] as Network;
    } catch {
      throw new Error(`"${entry}" is neither an address nor a network such as 10.0.0.0/8.`);
    }
  });
}

/**
 * Why an outbound webhook may not connect to this address, or null. Public unicast only; an address that contains
 * an IPv4 address is judged by that one. Anything that cannot be parsed is refused. Plain HTTP goes to allowed
 * networks only.
 */
export function refusalOf(
  address: string,
  { allowed, encrypted }: { allowed: AllowedNetworks; encrypted: boolean },
): string | null {
  const parsed = parse(address);
  if (parsed === null) return 'The address is not understood.';
  if (allowed.some(([network, bits]) => contains(network, bits, parsed))) return null;
  if (!isPublic(parsed)) return 'The address is not a public one.';
  return encrypted ? null : 'Only https is sent to public addresses.';
}

/** The address that a URL's host is, written in whatever form; null for a name. */
export function literalAddress(host: string): string | null {
  if (host.startsWith('[') && host.endsWith(']')) return host.slice(1, -1);
  return ipaddr.IPv4.isValidFourPartDecimal(host) ? host : null;
}

/**
 * What can be said against an endpoint's URL before anything is sent to it, or null. Names are not resolved here:
 * what they resolve to is judged at every connection.
 */
export function urlProblem(input: string, allowed: AllowedNetworks): string | null {
  const url = URL.parse(input);
  if (url === null) return 'must be a URL such as https://crm.example.com/hook';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  const encrypted = url.protocol === 'https:';
  const address = isLocalName(url.hostname) ? '127.0.0.1' : literalAddress(url.hostname);
  if (address === null) {
    // Plain HTTP only where an operator allowed networks; which one the name leads to shows at the connection.
    return encrypted || allowed.length > 0 ? null : 'must begin with https://';
  }
  const refusal = refusalOf(address, { allowed, encrypted });
  return refusal === null ? null : `leads where nothing may be sent to: ${refusal}`;
}

/** RFC 6761, 6.3: these names are the machine itself. */
function isLocalName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/.test(hostname);
}

function parse(address: string): Address | null {
  // A zone index names an interface of this machine.
  if (address.includes('%')) return null;
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  if (!ipaddr.IPv6.isValid(address)) return null;
  return embedded(ipaddr.IPv6.parse(address));
}

/** The IPv4 address inside of a mapped one, or of one that a NAT64 gateway translates (RFC 6052, 64:ff9b::/96). */
function embedded(address: ipaddr.IPv6): Address {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (address.match(ipaddr.IPv6.parseCIDR('64:ff9b::/96'))) {
    return new ipaddr.IPv4(address.toByteArray().slice(12));
  }
  return address;
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6);
}

function contains(network: Address, bits: number, address: Address): boolean {
  if (network instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && address.match(network, bits);
  return address instanceof ipaddr.IPv6 && address.match(network, bits);
}
