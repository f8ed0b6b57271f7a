import twilio from 'twilio';
import type { Faults } from '../faults.ts';
import type { LedgerText, LedgerTextWebhook } from '../ledger.ts';
import { digest, pick, seededRandom } from '../random.ts';

/** Twilio's timeout for a webhook; it retries once when no connection was made. */
const ANSWER_WITHIN_MS = 15_000;
const FORGERIES = ['unsigned', 'wrong_key', 'altered'] as const;
type Forgery = (typeof FORGERIES)[number];

/** One request to the product: a form, signed with the account's token. */
export interface TextDelivery {
  kind: LedgerTextWebhook['kind'];
  url: string;
  authToken: string;
  params: Record<string, string>;
  entry: LedgerText;
  /** Where faults strike: the person's number, and what sets this delivery apart from the person's others. */
  place: Array<string | number>;
}

/** Null when there was none. */
type Answer = { status: number; body: string } | null;

/** Sends Twilio's requests about texts, with the faults in force. */
export class TextWebhooks {
  readonly #seed: number;
  readonly #faults: Faults;
  readonly #stopping = new AbortController();
  #route: { from: string; to: string } | null = null;

  constructor(parts: { seed: number; faults: Faults }) {
    this.#seed = parts.seed;
    this.#faults = parts.faults;
  }

  /** Requests to addresses that begin with `from` go to `to` instead: a public address need not lead here. */
  setRoute(route: { from: string; to: string } | null): void {
    this.#route = route;
  }

  /** Aborts what is in flight. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves with the answer to the first true copy; never rejects. */
  async send(delivery: TextDelivery): Promise<Answer> {
    const { place, kind } = delivery;
    if (kind === 'status' && this.#faults.strikes('textStatusLoss', ...place)) {
      record(delivery, 'lost');
      return null;
    }
    if (this.#faults.strikes('textForge', ...place)) await this.#forge(delivery);
    const copies = this.#faults.strikes('textDuplicate', ...place)
      ? this.#faults.options.webhookCopies - 1
      : 0;
    const [answer] = await Promise.all([
      this.#sendTwiceAtMost(delivery),
      ...Array.from({ length: copies }, () => this.#post(delivery, signed(delivery), 'duplicate')),
    ]);
    return answer;
  }

  async #sendTwiceAtMost(delivery: TextDelivery): Promise<Answer> {
    return (
      (await this.#post(delivery, signed(delivery), null)) ??
      (await this.#post(delivery, signed(delivery), 'repeat'))
    );
  }

  async #forge(delivery: TextDelivery): Promise<void> {
    const forgery = pick(seededRandom('text forgery', this.#seed, ...delivery.place), FORGERIES);
    await this.#post(delivery, forged(delivery, forgery), `forged:${forgery}`);
  }

  #routed(url: string): string {
    const route = this.#route;
    return route !== null && url.startsWith(route.from) ? route.to + url.slice(route.from.length) : url;
  }

  async #post(
    delivery: TextDelivery,
    { params, signature }: { params: Record<string, string>; signature: string | null },
    fault: string | null,
  ): Promise<Answer> {
    if (this.#stopping.signal.aborted) return null;
    const entry = record(delivery, fault);
    try {
      const response = await fetch(this.#routed(delivery.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'i-twilio-idempotency-token': tokenOf(delivery, fault),
          ...(signature === null ? {} : { 'x-twilio-signature': signature }),
        },
        body: new URLSearchParams(params).toString(),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      });
      const body = await response.text();
      entry.status = response.status;
      return { status: response.status, body };
    } catch {
      // The receiver's loss, as at the provider. The ledger entry shows it.
      return null;
    }
  }
}

/**
 * Shared by all true copies of a delivery, so that the receiver can detect duplicates. A forgery has its own.
 */
function tokenOf({ kind, params }: TextDelivery, fault: string | null): string {
  const forgery = fault?.startsWith('forged') ? fault : '';
  return digest('idempotency', kind, params.MessageSid ?? '', params.MessageStatus ?? '', forgery).slice(
    0,
    36,
  );
}

function record(delivery: TextDelivery, fault: string | null): LedgerTextWebhook {
  const entry: LedgerTextWebhook = {
    kind: delivery.kind,
    reportedStatus: delivery.params.MessageStatus ?? 'received',
    sentAt: new Date().toISOString(),
    status: null,
    fault,
  };
  delivery.entry.webhooks.push(entry);
  return entry;
}

function signed({ authToken, url, params }: TextDelivery): {
  params: Record<string, string>;
  signature: string;
} {
  return { params, signature: twilio.getExpectedTwilioSignature(authToken, url, params) };
}

/** A copy that no receiver may believe: the opposite, or something that was never written. */
function forged(
  delivery: TextDelivery,
  forgery: Forgery,
): { params: Record<string, string>; signature: string | null } {
  const { kind, params } = delivery;
  const falseParams =
    kind === 'text'
      ? { ...params, Body: `${params.Body} (forged)` }
      : { ...params, MessageStatus: params.MessageStatus === 'delivered' ? 'failed' : 'delivered' };
  switch (forgery) {
    case 'unsigned':
      return { params: falseParams, signature: null };
    case 'wrong_key':
      return {
        params: falseParams,
        signature: twilio.getExpectedTwilioSignature(`${delivery.authToken}x`, delivery.url, falseParams),
      };
    case 'altered':
      // The signature of the true form on another form.
      return { params: falseParams, signature: signed(delivery).signature };
  }
}
