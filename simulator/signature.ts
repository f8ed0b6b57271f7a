import { createHmac } from 'node:crypto';

/**
 * The value of `ElevenLabs-Signature` for a body: `t=<Unix seconds>,v0=<hex>`, an HMAC-SHA256 over the time,
 * a dot and the body, as the SDK's `webhooks.constructEvent` verifies it.
 */
export function signElevenLabs(body: string | Uint8Array, secret: string, at: Date): string {
  const time = Math.floor(at.getTime() / 1_000);
  const mac = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
  return `t=${time},v0=${mac}`;
}
