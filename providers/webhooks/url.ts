import { literalAddress, parseAllowed, refusalOf } from './addresses.ts';

/**
 * What can be said against an endpoint's URL before anything is sent to it, or null. Names are not resolved here:
 * what they resolve to is judged at every connection.
 */
export function urlProblem(input: string, allow: readonly string[]): string | null {
  const url = URL.parse(input);
  if (url === null) return 'must be a URL such as https://crm.example.com/hook';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  const allowed = parseAllowed(allow);
  const encrypted = url.protocol === 'https:';
  const address = isLocalName(url.hostname) ? '127.0.0.1' : literalAddress(url.hostname);
  if (address === null) {
    // In plain text only where an operator named networks of their own; which one it is shows at the connection.
    return encrypted || allowed.length > 0 ? null : 'must begin with https://';
  }
  const refusal = refusalOf(address, { allowed, encrypted });
  return refusal === null ? null : `leads where nothing may be sent to: ${refusal}`;
}

/** RFC 6761, 6.3: these names are the machine itself. */
function isLocalName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/.test(hostname);
}
