import { listPending, markNotified } from '#db/queries/provider-events.ts';
import type { Context } from '../context.ts';
import { renotifyOfText } from '../messages/notify.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';

/** A call's end that a workflow waits for, and the event that reported it. */
export interface CallEnd {
  eventId: number;
  leadId: string | null;
  callId: string;
}

/** Notifies workflows that their calls have ended. What fails is left to the sweep; a workflow that is gone needs nothing. */
export interface Notifier {
  /** The next notification has to wait for others. */
  readonly busy: boolean;
  /** Resolves when the workflow was notified and that was recorded, or when it failed. Never rejects. */
  notify(callEnd: CallEnd): Promise<void>;
}

/** Temporal takes no more signals a second when it is asked for more at once. */
const CONCURRENCY = 8;
/** One statement for so many costs little more than for one. */
const MARKED_TOGETHER = 32;
/** Beyond it nothing is queued here: while Temporal is down, the sweep's list is long enough. */
const LONGEST_QUEUE = 10_000;

type Waiting = CallEnd & { settle(): void };

export function createNotifier({ db, workflows, logger, now }: Context): Notifier {
  const queue: Waiting[] = [];
  let notified: Waiting[] = [];
  let running = 0;
  let marking = false;

  const work = async () => {
    running += 1;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const reply = await workflows.callEnded(next.leadId, next.callId);
      if (reply.kind === 'done' || reply.kind === 'absent') {
        notified.push(next);
      } else {
        logger.warn({ callId: next.callId, answer: reply.kind }, 'a workflow was not notified yet');
        next.settle();
      }
      if (!marking) void mark();
    }
    running -= 1;
  };
  /** In batches while others are queued; the last one is not kept waiting. */
  const isMarkDue = () => notified.length >= MARKED_TOGETHER || (notified.length > 0 && queue.length === 0);
  /** What is notified while one statement runs shares the next. */
  const mark = async () => {
    marking = true;
    while (isMarkDue()) {
      const batch = notified;
      notified = [];
      const ids = batch.map(({ eventId }) => eventId);
      try {
        await markNotified(db, ids, await now());
      } catch {
        // The facts are committed: the provider must not deliver them again for this.
        logger.warn({ events: ids.length }, 'notifications were not recorded');
      }
      for (const { settle } of batch) settle();
    }
    marking = false;
  };
  return {
    get busy() {
      return running >= CONCURRENCY;
    },
    notify: (callEnd) =>
      new Promise((settle) => {
        if (queue.length >= LONGEST_QUEUE) {
          settle();
          return;
        }
        queue.push({ ...callEnd, settle });
        if (running < CONCURRENCY) void work();
      }),
  };
}

const PAGE = 200;

/** Notifies everybody of stored events of which that failed. Returns how many. */
export async function renotify(context: Context, run: PartRun): Promise<number> {
  const { db, carrier, workflows } = context;
  return await run.throughPages(
    {
      pageSize: PAGE,
      name: ({ id }: Awaited<ReturnType<typeof listPending>>[number]) => `event ${id}`,
      read: (after) => listPending(db, { before: run.before, after: after?.id ?? null, limit: PAGE }),
    },
    async (event) => {
      const text = event.provider === carrier?.name ? carrier.parseText(event.payload) : null;
      if (text !== null) await renotifyOfText(context, text);
      if (event.callId !== null && event.attempt !== null && event.status === 'ended') {
        await reached(workflows.callEnded(event.leadId, event.callId));
      }
      await markNotified(db, [event.id], run.now);
      return true;
    },
  );
}
