import type { Signatures } from './elevenlabs/signatures.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedTalk } from './talks.ts';
import type { Texts } from './texts.ts';
import type { Timers } from './timers.ts';
import type { Webhooks } from './webhooks.ts';

/** Where the platform asks about a caller before the agent speaks. */
export interface InitiationTarget {
  url: string;
  /** Sent with the question: a secret, usually. */
  headers?: Record<string, string>;
}

/** A talk under way, as a monitor reaches it. */
export interface LiveTalk {
  end(reason: string): void;
  inform(text: string): void;
}

/** Everything that the simulator's routes share. */
export interface World {
  seed: number;
  /** Seconds of real life that pass in one second of the wall clock. */
  speed: number;
  /** Null when there is no limit. */
  maxConcurrentCalls: number | null;
  faults: Faults;
  ledger: Ledger;
  timers: Timers;
  exchange: Exchange;
  webhooks: Webhooks;
  texts: Texts;
  signatures: Signatures;
  /** The sessions of the talks under way. */
  talks: Map<SimulatedTalk, LiveTalk>;
  initiation: InitiationTarget | null;
}
