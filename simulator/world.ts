import type { Signatures } from './elevenlabs/signatures.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedTalk } from './talks.ts';
import type { Texts } from './texts.ts';
import type { Timers } from './timers.ts';
import type { Webhooks } from './webhooks.ts';

/** The product's webhook that is asked about a caller before the agent speaks. */
export interface InitiationTarget {
  url: string;
  /** Sent with the request, usually a secret. */
  headers?: Record<string, string>;
}

/** A talk in progress, as a monitor reaches it. */
export interface LiveTalk {
  end(reason: string): void;
  inform(text: string): void;
}

/** State that the simulator's routes share. */
export interface World {
  seed: number;
  /** Real-life seconds per wall-clock second. */
  speed: number;
  /** Null for no limit. */
  maxConcurrentCalls: number | null;
  faults: Faults;
  ledger: Ledger;
  timers: Timers;
  exchange: Exchange;
  webhooks: Webhooks;
  texts: Texts;
  signatures: Signatures;
  talks: Map<SimulatedTalk, LiveTalk>;
  initiation: InitiationTarget | null;
}
