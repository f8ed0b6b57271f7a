import { z } from 'zod';
import { between, seededRandom } from './random.ts';

/** A probability from 0 to 1, or exactly the next N opportunities. */
type FaultRate = number | { next: number };

/** What may go wrong. Every fault is off by default. */
export interface FaultOptions {
  /** The webhook is never sent. */
  webhookLoss: FaultRate;
  /** The webhook is sent `webhookCopies` times at once. */
  webhookDuplicate: FaultRate;
  webhookCopies: number;
  /** Delay of every webhook in wall-clock milliseconds, lowest and highest. */
  webhookDelayMs: [number, number];
  /** The webhook waits until another call's has been sent, 3 s at most. */
  webhookReorder: FaultRate;
  /** The dial is answered only after its call has ended and its webhook was answered, 20 s at most. */
  webhookBeforeAnswer: FaultRate;
  /** A false copy is sent before the true one: unsigned, signed with another key, altered, or stale. */
  forge: FaultRate;
  /** 429; no phone rings. */
  dialThrottle: FaultRate;
  /** 400; no phone rings. */
  dialRefuse: FaultRate;
  /** 500; no phone rings. */
  dialServerErrorBeforeAccept: FaultRate;
  /** 500 although the phone rings. */
  dialServerErrorAfterAccept: FaultRate;
  /** 200 without the field `message`, which the SDK's schema requires, although the phone rings. */
  dialMalformedAfterAccept: FaultRate;
  /** No answer, although the phone rings. */
  dialTimeoutAfterAccept: FaultRate;
  /** The connection is reset although the phone rings. */
  dialResetAfterAccept: FaultRate;
  /** Wall-clock milliseconds before a conversation appears in ElevenLabs' lists. */
  listingLagMs: number;
  /** The same for Twilio's lists of calls and texts; what has its SID is found at once. */
  carrierListingLagMs: number;
  /** A list of conversations, calls or texts ignores every filter of the request. */
  listIgnoresFilters: FaultRate;
  /** Seconds in the header `Retry-After` of a 429; 0: no header for a dial, one second for a text. */
  retryAfterSeconds: number;
  /** 503 on any GET to ElevenLabs or Twilio. */
  readErrors: FaultRate;
  /** Real-life seconds by which every talk outlasts what its person wanted, whatever limit the dial sets. */
  overstaySeconds: number;
  /** 503 on a request to the carrier to hang up; the call goes on. */
  hangUpErrors: FaultRate;
  /** The carrier or the monitor takes the order to hang up, and the call goes on. */
  hangUpIgnored: FaultRate;
  /**
   * Conversations, read or sent, have fields missing, null, renamed or added; never the fields that settle
   * the outcome.
   */
  driftPayload: FaultRate;
  /** A conversation, read or sent, does not say what it costs. */
  chargeMissing: FaultRate;
  /** 429; no text is sent. */
  textThrottle: FaultRate;
  /** 500; no text is sent. */
  textErrorsBeforeAccept: FaultRate;
  /** 500 although the text is sent. */
  textErrorsAfterAccept: FaultRate;
  /** 201 with an answer cut in half, although the text is sent. */
  textMalformedAfterAccept: FaultRate;
  /** No answer, although the text is sent. */
  textTimeoutAfterAccept: FaultRate;
  /** The connection is reset although the text is sent. */
  textResetAfterAccept: FaultRate;
  /** A delivery report is never sent. */
  textStatusLoss: FaultRate;
  /** A received text or a delivery report is sent `webhookCopies` times at once. */
  textDuplicate: FaultRate;
  /**
   * A false copy of a received text or a delivery report is sent first: unsigned, signed with another key, or
   * altered.
   */
  textForge: FaultRate;
}

/** The faults that strike at a rate, as opposed to those that are a size. */
export type FaultName = Exclude<
  keyof FaultOptions,
  | 'webhookCopies'
  | 'webhookDelayMs'
  | 'listingLagMs'
  | 'carrierListingLagMs'
  | 'retryAfterSeconds'
  | 'overstaySeconds'
>;

export const NO_FAULTS: Readonly<FaultOptions> = {
  webhookLoss: 0,
  webhookDuplicate: 0,
  webhookCopies: 2,
  webhookDelayMs: [0, 0],
  webhookReorder: 0,
  webhookBeforeAnswer: 0,
  forge: 0,
  dialThrottle: 0,
  dialRefuse: 0,
  dialServerErrorBeforeAccept: 0,
  dialServerErrorAfterAccept: 0,
  dialMalformedAfterAccept: 0,
  dialTimeoutAfterAccept: 0,
  dialResetAfterAccept: 0,
  listingLagMs: 0,
  carrierListingLagMs: 0,
  listIgnoresFilters: 0,
  retryAfterSeconds: 0,
  readErrors: 0,
  overstaySeconds: 0,
  hangUpErrors: 0,
  hangUpIgnored: 0,
  driftPayload: 0,
  chargeMissing: 0,
  textThrottle: 0,
  textErrorsBeforeAccept: 0,
  textErrorsAfterAccept: 0,
  textMalformedAfterAccept: 0,
  textTimeoutAfterAccept: 0,
  textResetAfterAccept: 0,
  textStatusLoss: 0,
  textDuplicate: 0,
  textForge: 0,
};

const rate = z.union([z.number().min(0).max(1), z.strictObject({ next: z.int().min(0) })]);
const milliseconds = z.number().min(0);

const schema = z
  .strictObject({
    webhookLoss: rate,
    webhookDuplicate: rate,
    webhookCopies: z.int().min(2).max(1000),
    webhookDelayMs: z
      .tuple([milliseconds, milliseconds])
      .refine(([low, high]) => low <= high, 'lowest first'),
    webhookReorder: rate,
    webhookBeforeAnswer: rate,
    forge: rate,
    dialThrottle: rate,
    dialRefuse: rate,
    dialServerErrorBeforeAccept: rate,
    dialServerErrorAfterAccept: rate,
    dialMalformedAfterAccept: rate,
    dialTimeoutAfterAccept: rate,
    dialResetAfterAccept: rate,
    listingLagMs: milliseconds,
    carrierListingLagMs: milliseconds,
    listIgnoresFilters: rate,
    retryAfterSeconds: z.int().min(0).max(86_400),
    readErrors: rate,
    overstaySeconds: z.number().min(0),
    hangUpErrors: rate,
    hangUpIgnored: rate,
    driftPayload: rate,
    chargeMissing: rate,
    textThrottle: rate,
    textErrorsBeforeAccept: rate,
    textErrorsAfterAccept: rate,
    textMalformedAfterAccept: rate,
    textTimeoutAfterAccept: rate,
    textResetAfterAccept: rate,
    textStatusLoss: rate,
    textDuplicate: rate,
    textForge: rate,
  })
  .partial();

/** Throws an error that names every field that is unknown or out of range. */
export function parseFaults(value: unknown): Partial<FaultOptions> {
  const result = schema.safeParse(value);
  if (!result.success) throw new TypeError(`bad fault options: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** Decides when faults strike. The seed and the place decide, so that a run can be repeated. */
export class Faults {
  readonly #seed: number;
  #options: FaultOptions;

  constructor(seed: number, options: Partial<FaultOptions> = {}) {
    this.#seed = seed;
    this.#options = { ...NO_FAULTS, ...parseFaults(options) };
  }

  /** The options in force; a counter shows what is left of it. */
  get options(): Readonly<FaultOptions> {
    return this.#options;
  }

  /** Changes the named options only. Throws like `parseFaults`, changing nothing. */
  set(options: Partial<FaultOptions>): void {
    this.#options = { ...this.#options, ...parseFaults(options) };
  }

  /** Asking uses up a counter, so ask once for each place. */
  strikes(name: FaultName, ...place: Array<string | number>): boolean {
    const current = this.#options[name];
    if (typeof current === 'number') {
      return current > 0 && seededRandom('fault', this.#seed, name, ...place)() < current;
    }
    if (current.next === 0) return false;
    this.#options = { ...this.#options, [name]: { next: current.next - 1 } };
    return true;
  }

  webhookDelayMs(...place: Array<string | number>): number {
    const [low, high] = this.#options.webhookDelayMs;
    return high === 0 ? 0 : between(seededRandom('fault', this.#seed, 'webhookDelayMs', ...place), low, high);
  }
}
