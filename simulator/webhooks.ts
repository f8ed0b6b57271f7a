import { personNumber, type SimulatedConversation } from './calls.ts';
import { driftPayload } from './drift.ts';
import { conversationPayload } from './elevenlabs/conversation.ts';
import { type ExtraKind, extraPayload } from './elevenlabs/extra-webhooks.ts';
import { initiationFailurePayload } from './elevenlabs/initiation-failure.ts';
import { talkPayload } from './elevenlabs/talk-payload.ts';
import type { Faults } from './faults.ts';
import type { LedgerWebhook } from './ledger.ts';
import { digest, pick, seededRandom } from './random.ts';
import { signElevenLabs } from './signature.ts';
import type { JsonObject } from './talks.ts';
import type { Timers } from './timers.ts';

/** Where finished calls are reported. */
export interface WebhookTarget {
  url: string;
  secret: string;
  /** Retries of a `post_call_transcription` answered with 408, 429 or 5xx; 0, like the provider's default. */
  retries?: number;
  /** Kinds that the receiver also subscribed to. */
  also?: readonly ExtraKind[];
}

const ANSWER_WITHIN_MS = 15_000;
const MAX_HOLD_MS = 3_000;
const CHUNK_BYTES = 64 * 1024;
const STALE_SECONDS = 3 * 3600;
/** The pauses that ElevenLabs documents; they pass at the simulator's speed. */
const RETRY_AFTER_SECONDS = [0, 30, 120, 480, 1800] as const;

const FORGERIES = ['unsigned', 'wrong_key', 'altered', 'stale'] as const;
type Forgery = (typeof FORGERIES)[number];

interface Delivery {
  deliveryId: string;
  kind: LedgerWebhook['kind'];
  body: string;
  call: SimulatedConversation;
  target: WebhookTarget;
}

/** Sends the provider's webhooks, with the faults in force. */
export class Webhooks {
  #target: WebhookTarget | null;
  #heldBack: Array<() => void> = [];
  readonly #seed: number;
  readonly #speed: number;
  readonly #faults: Faults;
  readonly #timers: Timers;
  readonly #stopping = new AbortController();

  constructor(parts: {
    seed: number;
    speed: number;
    faults: Faults;
    timers: Timers;
    target: WebhookTarget | null;
  }) {
    this.#seed = parts.seed;
    this.#speed = parts.speed;
    this.#faults = parts.faults;
    this.#timers = parts.timers;
    this.#target = parts.target;
  }

  setTarget(target: WebhookTarget | null): void {
    this.#target = target;
  }

  /** Aborts what is in flight. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Reports a settled conversation. Resolves when everything was answered or lost; never rejects. */
  async report(call: SimulatedConversation): Promise<void> {
    const target = this.#target;
    if (target === null) return;
    const { kind, body } = this.#compose(call);
    const delivery: Delivery = {
      deliveryId: digest(kind, call.conversationId).slice(0, 20),
      kind,
      body,
      call,
      target,
    };
    const place = placeOf(call);
    if (this.#faults.strikes('webhookLoss', ...place)) {
      record(delivery, 'lost');
      return;
    }
    const delayMs = this.#faults.webhookDelayMs(...place);
    if (delayMs > 0) await this.#timers.sleep(delayMs);
    const reordered = this.#faults.strikes('webhookReorder', ...place);
    if (reordered) await this.#holdBack();
    if (this.#faults.strikes('forge', ...place)) await this.#forge(delivery);
    const extraCopies = this.#faults.strikes('webhookDuplicate', ...place)
      ? this.#faults.options.webhookCopies - 1
      : 0;
    await Promise.all([
      this.#sendWithRetries(delivery, reordered ? 'reordered' : null),
      ...Array.from({ length: extraCopies }, () => this.#send(delivery, 'duplicate')),
    ]);
    if (!reordered) this.#release();
    for (const extra of target.also ?? []) await this.#sendExtra(extra, call, target);
  }

  async #sendExtra(kind: ExtraKind, call: SimulatedConversation, target: WebhookTarget): Promise<void> {
    const event = extraPayload(kind, call, { seed: this.#seed, speed: this.#speed });
    if (event === null) return;
    const deliveryId = digest(kind, call.conversationId).slice(0, 20);
    const body = JSON.stringify({ type: event.type, event_timestamp: unixNow(), data: event.data });
    await this.#send({ deliveryId, kind, body, call, target }, null);
  }

  #compose(call: SimulatedConversation): { kind: LedgerWebhook['kind']; body: string } {
    const now = Date.now();
    if (call.kind === 'talk') {
      const kind = 'post_call_transcription';
      const event = { type: kind, event_timestamp: Math.floor(now / 1000), data: talkPayload(call, now) };
      return { kind, body: JSON.stringify(event) };
    }
    const failure = initiationFailurePayload(call);
    const kind = failure === null ? 'post_call_transcription' : 'call_initiation_failure';
    const isCharged = !this.#faults.strikes('chargeMissing', 'sent', call.conversationId);
    const world = { seed: this.#seed, speed: this.#speed, isCharged };
    const data = failure ?? conversationPayload(call, world, now);
    if (call.drifts) driftPayload(data, seededRandom('drift', this.#seed, ...placeOf(call)));
    return { kind, body: JSON.stringify({ type: kind, event_timestamp: Math.floor(now / 1000), data }) };
  }

  async #sendWithRetries(delivery: Delivery, fault: string | null): Promise<void> {
    let status = await this.#send(delivery, fault);
    const retries = delivery.kind === 'post_call_transcription' ? (delivery.target.retries ?? 0) : 0;
    for (const pauseSeconds of RETRY_AFTER_SECONDS.slice(0, retries)) {
      if (status === null || (status < 500 && status !== 408 && status !== 429)) return;
      await this.#timers.sleep((pauseSeconds * 1000) / this.#speed);
      status = await this.#send(delivery, fault);
    }
  }

  #send(delivery: Delivery, fault: string | null): Promise<number | null> {
    const signature = signElevenLabs(delivery.body, delivery.target.secret, new Date());
    return this.#post(delivery, delivery.body, signature, record(delivery, fault));
  }

  async #forge(delivery: Delivery): Promise<void> {
    const random = seededRandom('forgery', this.#seed, ...placeOf(delivery.call));
    const forgery = pick(random, FORGERIES);
    const { body, signature } = forged(delivery, forgery);
    await this.#post(delivery, body, signature, record(delivery, `forged:${forgery}`));
  }

  async #post(
    delivery: Delivery,
    body: string,
    signature: string | null,
    entry: LedgerWebhook,
  ): Promise<number | null> {
    try {
      const response = await fetch(delivery.target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(signature === null ? {} : { 'elevenlabs-signature': signature }),
        },
        // The provider sends a recording in chunks, without a Content-Length.
        ...(delivery.kind === 'post_call_audio' ? { body: inChunks(body), duplex: 'half' } : { body }),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      });
      await response.body?.cancel();
      entry.status = response.status;
    } catch {
      // The receiver's loss, as at the provider. The ledger entry shows it.
      entry.status = null;
    }
    return entry.status;
  }

  #holdBack(): Promise<void> {
    return new Promise((resolve) => {
      this.#heldBack.push(resolve);
      this.#timers.after(MAX_HOLD_MS, resolve);
    });
  }

  #release(): void {
    const released = this.#heldBack;
    this.#heldBack = [];
    for (const release of released) release();
  }
}

/** The key by which faults strike at a conversation. */
function placeOf(call: SimulatedConversation): [string, number] {
  return call.kind === 'call' ? [personNumber(call), call.callsBefore] : [call.conversationId, 0];
}

function inChunks(body: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  let start = 0;
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(start, start + CHUNK_BYTES));
      start += CHUNK_BYTES;
    },
  });
}

function record({ deliveryId, kind, call }: Delivery, fault: string | null): LedgerWebhook {
  const entry: LedgerWebhook = { deliveryId, kind, sentAt: new Date().toISOString(), status: null, fault };
  call.entry.webhooks.push(entry);
  return entry;
}

/** A copy that no receiver may believe. */
function forged(delivery: Delivery, forgery: Forgery): { body: string; signature: string | null } {
  const { body, target } = delivery;
  switch (forgery) {
    case 'unsigned':
      return { body, signature: null };
    case 'wrong_key':
      return { body, signature: signElevenLabs(body, `${target.secret}x`, new Date()) };
    case 'altered':
      // The signature of the true body on another body.
      return { body: altered(body), signature: signElevenLabs(body, target.secret, new Date()) };
    case 'stale':
      return {
        body,
        signature: signElevenLabs(body, target.secret, new Date(Date.now() - STALE_SECONDS * 1_000)),
      };
  }
}

/** The same event with a false verdict, or another reason for the failure. */
function altered(body: string): string {
  const event = JSON.parse(body) as { data: JsonObject };
  const analysis = event.data.analysis as JsonObject | null | undefined;
  const falsehood = analysis
    ? {
        analysis: {
          ...analysis,
          call_successful: analysis.call_successful === 'success' ? 'failure' : 'success',
        },
      }
    : { failure_reason: event.data.failure_reason === 'busy' ? 'no-answer' : 'busy' };
  return JSON.stringify({ ...event, data: { ...event.data, ...falsehood } });
}

function unixNow(): number {
  return Math.floor(Date.now() / 1000);
}
