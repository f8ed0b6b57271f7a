import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '#config/config.ts';
import type { Logger } from '#config/logger.ts';
import { type Db, openDatabase, type Tx } from '#db/client.ts';
import { readClock } from '#db/queries/clock.ts';
import type { OverdueLimits } from '#domain/overdue.ts';
import type { Carrier, Mailer, VoiceProvider, WebhookSender } from '#providers/ports.ts';
import { createProviders, type Providers } from '#providers/registry.ts';
import type { Workflows } from './workflows.ts';

/** How long to wait for what, in milliseconds. */
export interface Timeouts extends Omit<Config['timeouts'], 'sweepEveryMs' | 'syncEveryMs'> {
  /** Before each attempt of an outbound webhook; three days' worth of them when left out. */
  deliveryDelaysMs?: readonly number[];
  /** For a provider's charge, from a call's end on; an hour when left out. */
  chargeAwaitedMs?: number;
  /** How long a call past its deadline is waited for; `OVERDUE_LIMITS` when left out. */
  overdue?: Partial<OverdueLimits>;
}

/** Commit boundaries at which a test may break a step off, as a crash would. */
export type Checkpoint =
  | 'intent_committed'
  | 'dial_answered'
  | 'answer_recorded'
  | 'call_concluded'
  | 'text_intended'
  | 'text_answered'
  | 'follow_up_decided'
  | 'mail_sent';

/** What every use case rests on. Made once a process, by `createContext`. */
export interface Context {
  config: Config;
  db: Db;
  voice: VoiceProvider;
  /** Null when no carrier account is configured. */
  carrier: Carrier | null;
  /** Null when no mail server is configured. */
  mailer: Mailer | null;
  /** Where texts are sent from, and where their delivery is reported to; null when none can be sent. */
  texting: Providers['texting'];
  /** Sends outbound webhooks. */
  webhookSender: WebhookSender;
  workflows: Workflows;
  timeouts: Timeouts;
  /** Conversations that a walk over the provider's list reads in a second; 20 when left out. */
  syncFetchesPerSecond?: number;
  logger: Logger;
  /** This process's clock, for whatever is not judged under locks. */
  now(): Promise<Date>;
  /** The database's clock, which is the same for every process: what is judged under locks is judged by it. */
  clock(db: Db | Tx): Promise<Date>;
  /** Why this process dials and sends nothing now, as while it shuts down; null when it does. */
  standsBack(): string | null;
  /** Says that a long step is still at work; inside an activity, Temporal is notified. */
  heartbeat(): void;
  /** Inside an activity, a shutdown ends it early. */
  sleep(ms: number): Promise<void>;
  checkpoint?(at: Checkpoint): Promise<void>;
  /** Closes what `createContext` opened. */
  close(): Promise<void>;
}

/** What a context cannot make by itself, and anything that is to take the place of what it would make. */
export type ContextParts = Pick<Context, 'workflows' | 'logger'> &
  Partial<Omit<Context, 'config' | 'timeouts' | 'close'>> & { timeouts?: Partial<Timeouts> };

/**
 * The context of a process, of a test or of a benchmark. Parts that are given are used as they are, and are closed by
 * whoever gave them.
 */
export function createContext(config: Config, parts: ContextParts): Context {
  const providers = createProviders(config);
  const { timeouts, ...given } = parts;
  const db = given.db ?? openDatabase(config.databaseUrl, { maxConnections: config.databasePool });
  return {
    ...providers,
    now: async () => new Date(),
    // Whoever gives another time gives it to everybody.
    clock: parts.now ?? readClock,
    standsBack: () => null,
    heartbeat: () => {},
    sleep: delay,
    ...given,
    db,
    config,
    timeouts: { ...config.timeouts, ...timeouts },
    async close() {
      providers.mailer?.close();
      await providers.webhookSender.close();
      if (given.db === undefined) await db.destroy();
    },
  };
}
