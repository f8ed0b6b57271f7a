import type { Db } from '#db/client.ts';
import { listenForEvents } from '#db/listen.ts';
import { listUnstarted, markStarted } from '#db/queries/deliveries.ts';
import { reached, type Workflows } from '../workflows.ts';

export interface Dispatch {
  stop(): Promise<void>;
}

export interface DispatchOptions {
  db: Db;
  databaseUrl: string;
  workflows: Pick<Workflows, 'startDelivery'>;
  /** Told when a round could not be finished; the next one begins where it ended. */
  onFailure?: (error: unknown) => void;
  everyMs?: number;
}

const EVERY_MS = 5_000;
/** Events come in bursts; one look serves them all. */
const GATHER_MS = 100;
const BATCH = 200;
const STARTS_AT_ONCE = 10;

/**
 * Starts a workflow for every delivery that a transaction left behind: soon after its commit by the database's
 * notice, and every few seconds, in case a notice or a start was lost. Several may run; starting twice is starting once.
 */
export function startDispatch(options: DispatchOptions): Dispatch {
  const { databaseUrl, onFailure = () => {}, everyMs = EVERY_MS } = options;
  let stopped = false;
  let round: Promise<void> | null = null;
  let wanted = false;
  let gathering: NodeJS.Timeout | undefined;

  const look = () => {
    wanted = true;
    round ??= (async () => {
      while (wanted && !stopped) {
        wanted = false;
        await startAll(options, () => stopped).catch(onFailure);
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
  const listener = listenForEvents(databaseUrl, soon);
  const regularly = setInterval(look, everyMs);
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

async function startAll({ db, workflows }: DispatchOptions, stopped: () => boolean): Promise<void> {
  for (;;) {
    const ids = await listUnstarted(db, BATCH);
    for (let from = 0; from < ids.length && !stopped(); from += STARTS_AT_ONCE) {
      const some = ids.slice(from, from + STARTS_AT_ONCE);
      await Promise.all(some.map((id) => reached(workflows.startDelivery(id))));
      await markStarted(db, some, new Date());
    }
    if (ids.length < BATCH || stopped()) return;
  }
}
