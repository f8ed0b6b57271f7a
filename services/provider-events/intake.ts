import { isUnreachable } from '#db/client.ts';
import type { Context } from '../context.ts';
import { type ServiceError, unavailable } from '../errors.ts';
import { type Arrival, type Received, receiveAll } from './receive.ts';

/** More would make the first of them wait for long. */
const MOST_TOGETHER = 64;
/** Transactions: one that must wait for a lock, or is large, does not hold up all that come after it. */
const MOST_UNDER_WAY = 2;
/**
 * Beyond these, memory would be spent on webhooks whose sender has long given up waiting: it is told to send them
 * again, and what never comes again is found by polling.
 */
const MOST_WAITING = 1_000;
/** By then those that wait have been taken in, at the rate that `npm run bench -- ingest` measures. */
const COME_AGAIN_SECONDS = 10;

/** Takes webhooks in, those that come at the same time together. */
export interface Intake {
  /**
   * Resolves after the commit. `crowded`: others came at the same time.
   *
   * @throws ServiceError 503 when too many wait already
   * @throws the database's error, when this webhook could not be stored
   */
  receive(arrival: Arrival): Promise<Received & { crowded: boolean }>;
}

interface Waiting {
  arrival: Arrival;
  settle(received: Received & { crowded: boolean }): void;
  fail(error: unknown): void;
}

/**
 * A webhook that comes alone has a transaction of its own. What comes while others are under way shares the next: the
 * commits that write events follow one another in any case, and together they need hardly more statements than one.
 */
export function createIntake(context: Context, { mostWaiting = MOST_WAITING } = {}): Intake {
  let waiting: Waiting[] = [];
  let underWay = 0;

  const takeOn = async () => {
    underWay += 1;
    while (waiting.length > 0) {
      const { together, rest } = nextTogether(waiting);
      waiting = rest;
      await takeIn(context, together);
    }
    underWay -= 1;
  };
  return {
    receive: (arrival) =>
      new Promise((settle, fail) => {
        if (waiting.length >= mostWaiting) {
          fail(full());
          return;
        }
        waiting.push({ arrival, settle, fail });
        if (underWay < MOST_UNDER_WAY) void takeOn();
      }),
  };
}

function full(): ServiceError {
  return unavailable('Too many webhooks are waiting; send it again.', COME_AGAIN_SECONDS);
}

/** The first of those that wait, each of another body and another conversation; the others keep their order. */
function nextTogether(waiting: readonly Waiting[]): { together: Waiting[]; rest: Waiting[] } {
  const together: Waiting[] = [];
  const rest: Waiting[] = [];
  const taken = new Set<string>();
  for (const one of waiting) {
    const { dedupKey, delivery } = one.arrival;
    const place = delivery.conversationId ?? `key ${dedupKey}`;
    if (together.length === MOST_TOGETHER || taken.has(place)) rest.push(one);
    else together.push(one);
    taken.add(place);
  }
  return { together, rest };
}

/** Never rejects. What fails together is tried one by one, so that nobody fails for another's sake. */
async function takeIn(context: Context, together: readonly Waiting[]): Promise<void> {
  const crowded = together.length > 1;
  try {
    const received = await receiveAll(
      context,
      together.map(({ arrival }) => arrival),
    );
    for (const [index, { settle, fail }] of together.entries()) {
      const one = received[index];
      if (one === undefined) fail(new Error('A webhook was lost among others.'));
      else settle({ ...one, crowded });
    }
  } catch (error) {
    if (!crowded || isUnreachable(error as Error)) {
      for (const { fail } of together) fail(error);
      return;
    }
    for (const one of together) await takeIn(context, [one]);
  }
}
