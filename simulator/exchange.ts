import { CallBook, type HangUp, personNumber, type SimulatedCall } from './calls.ts';
import { CREDITS_PER_SECOND } from './elevenlabs/payload-parts.ts';
import type { Faults } from './faults.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { type CallPlan, pickedUp, planCall, planIncoming } from './people.ts';
import { between, digest, seededRandom } from './random.ts';
import type { JsonObject } from './talks.ts';
import type { Timers } from './timers.ts';

/** One accepted dial, or one call from a person to one of our numbers. */
export interface CallOrder {
  direction: 'outbound' | 'inbound';
  /** Assigned by the carrier in advance; left out: generated here. */
  callSid?: string;
  attemptId: string | null;
  userId: string | null;
  agentId: string;
  phoneNumberId: string;
  /** E.164, as is `to`. */
  from: string;
  to: string;
  clientData: JsonObject;
  variables: JsonObject;
  ringTimeoutSeconds: number;
  maxDurationSeconds: number;
  entry: LedgerEntry;
}

/** The telephone exchange: rings phones and runs each accepted call to its end. */
export class Exchange {
  readonly calls = new CallBook();
  readonly #seed: number;
  readonly #speed: number;
  readonly #timers: Timers;
  readonly #faults: Faults;
  readonly #ledger: Ledger;
  readonly #report: (call: SimulatedCall) => Promise<void>;
  readonly #live = new Map<SimulatedCall, () => void>();

  /** `report` is called once a call, after it has settled, and sends the webhook. */
  constructor(parts: {
    seed: number;
    speed: number;
    timers: Timers;
    faults: Faults;
    ledger: Ledger;
    report: (call: SimulatedCall) => Promise<void>;
  }) {
    this.#seed = parts.seed;
    this.#speed = parts.speed;
    this.#timers = parts.timers;
    this.#faults = parts.faults;
    this.#ledger = parts.ledger;
    this.#report = parts.report;
  }

  /** Rings the phone. `concluded` resolves when the call has ended and its webhook has been sent or lost. */
  place(order: CallOrder): { call: SimulatedCall; concluded: Promise<void> } {
    const { ringTimeoutSeconds, maxDurationSeconds, ...kept } = order;
    const person = order.direction === 'outbound' ? order.to : order.from;
    const earlier = this.calls.number(person);
    const callsBefore = earlier.length;
    const now = Date.now();
    const identity = [this.#seed, order.attemptId ?? this.calls.size, person, callsBefore];
    const overstaySeconds = this.#faults.options.overstaySeconds;
    const circumstances = {
      seed: this.#seed,
      number: person,
      callsBefore,
      maxDurationSeconds: overstaySeconds > 0 ? Number.POSITIVE_INFINITY : maxDurationSeconds,
    };
    const call: SimulatedCall = {
      ...kept,
      kind: 'call',
      index: this.calls.nextIndex,
      conversationId: `conv_${digest('conversation', ...identity).slice(0, 28)}`,
      callSid: order.callSid ?? `CA${digest('call', ...identity).slice(0, 32)}`,
      callsBefore,
      plan: overstay(
        order.direction === 'inbound'
          ? planIncoming(circumstances)
          : planCall({
              ...circumstances,
              ringTimeoutSeconds,
              lineBusy: earlier.some(({ endedAtMs }) => endedAtMs === null),
            }),
        overstaySeconds,
      ),
      drifts: this.#faults.strikes('driftPayload', person, callsBefore),
      startedAtMs: now,
      answeredAtMs: null,
      endedAtMs: null,
      settledAtMs: null,
      listedFromMs: now + this.#faults.options.listingLagMs,
      contexts: [],
      hungUp: null,
      deleted: false,
    };
    this.calls.add(call);
    // The checker's limits concern dials only.
    if (call.direction === 'outbound') this.#ledger.callStarted();
    const { entry } = call;
    entry.conversationId = call.conversationId;
    entry.callSid = call.callSid;
    entry.profile = call.plan.profile;
    entry.startedAt = new Date(now).toISOString();
    return { call, concluded: this.#run(call) };
  }

  /** The person has said everything: ends a call that is answered, in the way that was planned. */
  letEnd(call: SimulatedCall): void {
    if (call.answeredAtMs === null) return;
    call.plan = { ...call.plan, talkSeconds: this.#secondsSince(call.answeredAtMs) };
    this.#live.get(call)?.();
  }

  /** Ends a call at once; a ringing one is never answered. False when it has already ended. */
  hangUp(call: SimulatedCall, why: { by: 'operator' } | { by: 'transfer'; to: string }): boolean {
    const end = this.#live.get(call);
    if (end === undefined || call.hungUp !== null) return false;
    const { plan, answeredAtMs, startedAtMs } = call;
    call.hungUp = { ...why, plannedTalkSeconds: plan.talkSeconds } satisfies HangUp;
    if (answeredAtMs === null) {
      call.plan = {
        ...plan,
        reach: 'no_answer',
        ringSeconds: this.#secondsSince(startedAtMs),
        talkSeconds: 0,
      };
    } else {
      const talkSeconds = Math.min(this.#secondsSince(answeredAtMs), plan.talkSeconds);
      call.plan = { ...plan, talkSeconds, cut: true };
    }
    end();
    return true;
  }

  /**
   * Gives the agent context that the other party does not hear. False when the call is not in conversation.
   */
  inform(call: SimulatedCall, text: string): boolean {
    if (call.answeredAtMs === null || call.endedAtMs !== null) return false;
    const atSeconds = Math.min(this.#secondsSince(call.answeredAtMs), call.plan.talkSeconds);
    call.contexts.push({ text, atSeconds });
    return true;
  }

  /** Real-life seconds since an instant of the wall clock. */
  #secondsSince(atMs: number): number {
    return Math.floor(((Date.now() - atMs) / 1000) * this.#speed);
  }

  async #run(call: SimulatedCall): Promise<void> {
    const hungUp = new Promise<void>((resolve) => this.#live.set(call, resolve));
    await Promise.race([this.#pass(call.plan.ringSeconds), hungUp]);
    if (pickedUp(call.plan.reach)) {
      call.answeredAtMs = Date.now();
      await Promise.race([this.#pass(call.plan.talkSeconds), hungUp]);
    }
    this.#live.delete(call);
    const { plan } = call;
    call.endedAtMs = Date.now();
    call.entry.endedAt = new Date(call.endedAtMs).toISOString();
    call.entry.reach = plan.reach;
    call.entry.chargedCredits = plan.talkSeconds * CREDITS_PER_SECOND;
    if (call.direction === 'outbound') this.#ledger.callEnded();
    if (pickedUp(plan.reach)) {
      await this.#pass(
        between(seededRandom('analysis', this.#seed, personNumber(call), call.callsBefore), 2, 8),
      );
    }
    call.settledAtMs = Date.now();
    await this.#report(call);
  }

  /** Waits for this many real-life seconds. */
  #pass(seconds: number): Promise<void> {
    return this.#timers.sleep((seconds * 1000) / this.#speed);
  }
}

function overstay(plan: CallPlan, seconds: number): CallPlan {
  return pickedUp(plan.reach) ? { ...plan, talkSeconds: plan.talkSeconds + seconds } : plan;
}
