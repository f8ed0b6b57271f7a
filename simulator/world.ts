import type { Signatures } from './elevenlabs/sockets.ts';
import type { TalkSession } from './elevenlabs/talk-session.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { InitiationTarget } from './incoming.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedTalk } from './talks.ts';
import type { Texts } from './texts.ts';
import type { Timers } from './timers.ts';
import type { Webhooks } from './webhooks.ts';

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
  talks: Map<SimulatedTalk, TalkSession>;
  initiation: InitiationTarget | null;
}
