import type { Logger } from '#config/logger.ts';
import type { Db } from '#db/client.ts';
import { listenForEvents } from '#db/listen.ts';
import { keysInForce, sessionsInForce } from '#db/queries/access.ts';
import { type EventFilter, type LoggedEvent, newestEventId, readEvents } from '#db/queries/events.ts';
import type { Context } from '#services/context.ts';
import { type ServiceError, unavailable } from '#services/errors.ts';
import { createAudience } from './audience.ts';
import { type Follower, followLog, PAGE } from './follower.ts';
import { frameOf, HEARTBEAT, readyFrame } from './frame.ts';
import { createOutbox, type Outbox, type OutboxLimit } from './outbox.ts';

export interface HubOptions {
  db: Db;
  databaseUrl: string;
  logger: Logger;
  now: Context['now'];
  limits?: Partial<HubLimits>;
}

interface HubLimits {
  /** How much may wait for one client. */
  outbox: OutboxLimit;
  connections: number;
  heartbeatMs: number;
  /** How often the log is read in any case: a notification can be lost with its connection. */
  lookEveryMs: number;
}

const LIMITS: HubLimits = {
  outbox: { frames: 1_000, bytes: 1_048_576 },
  connections: 5_000,
  heartbeatMs: 15_000,
  lookEveryMs: 5_000,
};
/** A client that reads nothing of its queue during this many heartbeats is cut off. */
const STALLED_HEARTBEATS = 4;

/** A client that asks for events. */
export interface Subscription {
  filter: EventFilter;
  /** The last event that it has seen; null to begin now. */
  after: number | null;
  /** The API key that it came with. */
  keyId: string;
  /** The session that it came with, by the hash of its token. */
  sessionHash: string | null;
  /** Closes the connection at once. */
  cut(): void;
}

/** Sends events to every client of this process, from one listener and one reader. */
export interface EventHub {
  /**
   * The stream of one client: what it missed, from the database, and then what comes, without a gap or a repeat.
   *
   * @throws ServiceError unavailable, when there are too many clients
   */
  open(subscription: Subscription): Promise<ReadableStream<Uint8Array>>;
  /** Clients that are connected. */
  readonly connections: number;
  /** Ends all streams. */
  stop(): Promise<void>;
}

interface Client extends Subscription {
  outbox: Outbox;
  stalledHeartbeats: number;
  /** What it had taken at the last heartbeat. */
  takenBefore: number;
}

export function createEventHub({ db, databaseUrl, logger, now, limits: given }: HubOptions): EventHub {
  const limits = { ...LIMITS, ...given };
  const clients = new Set<Client>();
  const audience = createAudience<Client>();
  let stopped = false;

  const forget = (client: Client) => {
    clients.delete(client);
    audience.leave(client);
  };
  const cut = (client: Client, why: string) => {
    forget(client);
    client.outbox.abandon();
    client.cut();
    logger.info({ why, actor: client.keyId }, 'a stream was cut');
  };
  const unread = (error: unknown) => {
    const { code } = error as { code?: unknown };
    if (!stopped) logger.warn({ code }, 'the event log could not be read; it is tried again');
  };
  const send = (event: LoggedEvent) => {
    const listeners = audience.of(event);
    if (listeners.length === 0) return;
    const frame = frameOf(event);
    for (const client of listeners) {
      // A client that came from the database may be ahead of the reader.
      if (client.after !== null && event.id <= client.after) continue;
      if (!client.outbox.push(frame)) cut(client, 'it reads too slowly');
    }
  };
  const follower = followLog(db, send, unread);
  const onChange = () => {
    if (!stopped) follower.look().catch(unread);
  };
  const listener = listenForEvents(databaseUrl, onChange);
  const timers = [
    setInterval(onChange, limits.lookEveryMs),
    setInterval(() => void beat(db, clients, { cut, now }).catch(unread), limits.heartbeatMs),
  ];

  return {
    async open(subscription) {
      if (follower.position === null) await follower.look();
      if (stopped || clients.size >= limits.connections) throw full(stopped);
      const client: Client = {
        ...subscription,
        outbox: createOutbox(limits.outbox, () => forget(client)),
        stalledHeartbeats: 0,
        takenBefore: 0,
      };
      clients.add(client);
      if (client.after === null) {
        client.outbox.push(readyFrame(follower.position ?? 0));
        audience.join(client);
      } else {
        const joined = () => audience.join(client);
        catchUp(db, follower, client, { isThere: () => clients.has(client), joined }).catch((error) => {
          unread(error);
          cut(client, 'what it missed could not be read');
        });
      }
      return client.outbox.body;
    },
    get connections() {
      return clients.size;
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      for (const client of [...clients]) {
        forget(client);
        client.outbox.end();
      }
      await listener.stop();
    },
  };
}

function full(stopped: boolean): ServiceError {
  const detail = stopped ? 'The server is stopping.' : 'There are too many streams.';
  return unavailable(detail);
}

/**
 * Brings a client up to where the others are, no faster than it reads, and lets it join them there. Nothing else runs
 * between the last look at the position and the joining, so no event is lost or sent twice.
 */
async function catchUp(
  db: Db,
  follower: Follower,
  client: Client,
  { isThere, joined }: { isThere: () => boolean; joined: () => void },
): Promise<void> {
  const asked = client.after ?? 0;
  // A number that the log has not reached is from another database: waiting for it would be for ever.
  let at = asked <= (follower.position ?? 0) ? asked : Math.min(asked, await newestEventId(db));
  while (isThere()) {
    const upTo = follower.position ?? 0;
    if (at >= upTo) {
      client.after = at;
      joined();
      return;
    }
    const events = await readEvents(db, { ...client.filter, after: at, upTo, limit: PAGE });
    for (const event of events) {
      const frame = frameOf(event);
      while (!client.outbox.push(frame)) await client.outbox.drained();
    }
    await client.outbox.drained();
    at = events.length < PAGE ? upTo : (events.at(-1)?.id ?? upTo);
  }
}

/** Sends every client a heartbeat, and cuts off those whose access has ended or who no longer read. */
async function beat(
  db: Db,
  clients: ReadonlySet<Client>,
  { cut, now }: { cut: (client: Client, why: string) => void; now: Context['now'] },
): Promise<void> {
  for (const client of [...clients]) {
    const { waiting, taken } = client.outbox;
    const isStalled = waiting > 0 && taken === client.takenBefore;
    client.stalledHeartbeats = isStalled ? client.stalledHeartbeats + 1 : 0;
    client.takenBefore = taken;
    if (client.stalledHeartbeats >= STALLED_HEARTBEATS) cut(client, 'it has stopped reading');
    else if (waiting === 0) client.outbox.push(HEARTBEAT);
  }
  // Those that come meanwhile are asked for with the next beat.
  const asked = [...clients];
  if (asked.length === 0) return;
  const sessions = new Set(asked.flatMap(({ sessionHash }) => sessionHash ?? []));
  const [keys, open] = await Promise.all([
    keysInForce(db, [...new Set(asked.map(({ keyId }) => keyId))]),
    sessions.size === 0 ? new Set<string>() : sessionsInForce(db, [...sessions], await now()),
  ]);
  for (const client of asked.filter((one) => clients.has(one))) {
    if (!keys.has(client.keyId)) cut(client, 'its key was revoked');
    else if (client.sessionHash !== null && !open.has(client.sessionHash))
      cut(client, 'its session has ended');
  }
}
