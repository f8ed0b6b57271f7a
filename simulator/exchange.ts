import { CallBook, type JsonObject, type SimulatedCall } from './calls.ts';
import type { Faults } from './faults.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { pickedUp, planCall } from './people.ts';
import { between, digest, seededRandom } from './random.ts';
import type { Timers } from './timers.ts';

/** One accepted dial. */
export interface CallOrder {
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

/** The telephone exchange: rings phones, and runs every call it accepted to its end. */
export class Exchange {
  readonly calls = new CallBook();
  readonly #seed: number;
  readonly #speed: number;
  readonly #timers: Timers;
  readonly #faults: Faults;
  readonly #ledger: Ledger;
  readonly #report: (call: SimulatedCall) => Promise<void>;

  /** `report` is called once for every call, after it has been settled: it sends the webhook. */
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

  /** Rings the phone. `concluded` resolves when the call is over and its webhook has been dealt with. */
  place(order: CallOrder): { call: SimulatedCall; concluded: Promise<void> } {
    const { ringTimeoutSeconds, maxDurationSeconds, ...kept } = order;
    const earlier = this.calls.number(order.to);
    const callsBefore = earlier.length;
    const now = Date.now();
    const identity = [this.#seed, order.attemptId ?? this.calls.size, order.to, callsBefore];
    const call: SimulatedCall = {
      ...kept,
      index: this.calls.size,
      conversationId: `conv_${digest('conversation', ...identity).slice(0, 28)}`,
      callSid: `CA${digest('call', ...identity).slice(0, 32)}`,
      callsBefore,
      plan: planCall({
        seed: this.#seed,
        number: order.to,
        callsBefore,
        ringTimeoutSeconds,
        maxDurationSeconds,
        lineBusy: earlier.some(({ endedAtMs }) => endedAtMs === null),
      }),
      drifts: this.#faults.strikes('driftPayload', order.to, callsBefore),
      startedAtMs: now,
      answeredAtMs: null,
      endedAtMs: null,
      settledAtMs: null,
      listedFromMs: now + this.#faults.options.listingLagMs,
    };
    this.calls.add(call);
    this.#ledger.callStarted();
    const { entry } = call;
    entry.conversationId = call.conversationId;
    entry.callSid = call.callSid;
    entry.profile = call.plan.profile;
    entry.startedAt = new Date(now).toISOString();
    return { call, concluded: this.#run(call) };
  }

  async #run(call: SimulatedCall): Promise<void> {
    const { plan } = call;
    await this.#pass(plan.ringSeconds);
    if (pickedUp(plan.reach)) {
      call.answeredAtMs = Date.now();
      await this.#pass(plan.talkSeconds);
    }
    call.endedAtMs = Date.now();
    call.entry.endedAt = new Date(call.endedAtMs).toISOString();
    call.entry.reach = plan.reach;
    this.#ledger.callEnded();
    if (pickedUp(plan.reach)) {
      await this.#pass(between(seededRandom('analysis', this.#seed, call.to, call.callsBefore), 2, 8));
    }
    call.settledAtMs = Date.now();
    await this.#report(call);
  }

  /** Waits for so many seconds of real life. */
  #pass(seconds: number): Promise<void> {
    return this.#timers.sleep((seconds * 1000) / this.#speed);
  }
}
