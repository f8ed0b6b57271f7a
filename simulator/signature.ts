import { createHmac } from 'node:crypto';

/**
 * The value of `ElevenLabs-Signature` for a body: `t=<Unix seconds>,v0=<hex>`, HMAC-SHA256 over the time, a
 * dot and the body, as the SDK's `webhooks.constructEvent` checks it.
 */
export function signBody(body: string, secret: string, atUnixSeconds: number): string {
  const mac = createHmac('sha256', secret).update(`${atUnixSeconds}.${body}`).digest('hex');
  return `t=${atUnixSeconds},v0=${mac}`;
}
