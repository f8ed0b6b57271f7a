import { listenForEvents } from '#db/listen.ts';
import { listUnstarted, markStarted } from '#db/queries/deliveries.ts';
import type { Context } from '../context.ts';
import { reached } from '../workflows.ts';

export interface Dispatch {
  stop(): Promise<void>;
}

const EVERY_MS = 5_000;
/** Events come in bursts; one look serves them all. */
const GATHER_MS = 100;
const BATCH = 200;
const CONCURRENCY = 10;

/**
 * Starts a workflow for every delivery that a transaction left behind: soon after its commit, when the database
 * notifies us, and every few seconds, in case a notification or a start was lost. Several may run; starting twice is
 * starting once.
 */
export function startDispatch(context: Context): Dispatch {
  let stopped = false;
  let round: Promise<void> | null = null;
  let wanted = false;
  let gathering: NodeJS.Timeout | undefined;

  const look = () => {
    wanted = true;
    round ??= (async () => {
      while (wanted && !stopped) {
        wanted = false;
        // The next round begins where this one ended.
        await startAll(context, () => stopped).catch((err) =>
          context.logger.warn({ err }, 'outbound webhooks wait'),
        );
      }
      round = null;
    })();
  };
  const soon = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      look();
    }, GATHER_MS);
  };
  const listener = listenForEvents(context.config.databaseUrl, soon);
  const regularly = setInterval(look, EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(regularly);
      clearTimeout(gathering);
      await listener.stop();
      await round;
    },
  };
}

async function startAll({ db, workflows, now }: Context, stopped: () => boolean): Promise<void> {
  for (;;) {
    const ids = await listUnstarted(db, BATCH);
    for (let from = 0; from < ids.length && !stopped(); from += CONCURRENCY) {
      const some = ids.slice(from, from + CONCURRENCY);
      await Promise.all(some.map((id) => reached(workflows.startDelivery(id))));
      await markStarted(db, some, await now());
    }
    if (ids.length < BATCH || stopped()) return;
  }
}
