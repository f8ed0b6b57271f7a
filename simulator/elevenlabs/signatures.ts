import { randomBytes } from 'node:crypto';

const SIGNED_FOR_MS = 15 * 60_000;

/** Signatures that let a browser join an agent without an API key. */
export class Signatures {
  readonly #issued = new Map<string, { agentId: string; expiresAtMs: number }>();

  /** Valid for fifteen minutes, as ElevenLabs documents. */
  issue(agentId: string): string {
    const now = Date.now();
    for (const [old, { expiresAtMs }] of this.#issued) if (expiresAtMs <= now) this.#issued.delete(old);
    const signature = `cvtkn_${randomBytes(18).toString('hex')}`;
    this.#issued.set(signature, { agentId, expiresAtMs: now + SIGNED_FOR_MS });
    return signature;
  }

  allows(signature: string, agentId: string): boolean {
    const issued = this.#issued.get(signature);
    return issued !== undefined && issued.agentId === agentId && issued.expiresAtMs > Date.now();
  }
}
