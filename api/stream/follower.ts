import type { Db } from '#db/client.ts';
import { type LoggedEvent, newestEventId, readEvents } from '#db/queries/events.ts';

export const PAGE = 500;

/** Reads the log as it grows. */
export interface Follower {
  /** Everything up to here was given out; null before the first look. */
  readonly position: number | null;
  /** Looks at what is new, one look at a time: asked for during one, another follows it. */
  look(): Promise<void>;
}

/**
 * Follows the log from where it ends at the first look.
 *
 * @param give gets every event once, in order, without anything happening between events of one page
 * @param onFailure of a look that nobody waits for
 */
export function followLog(
  db: Db,
  give: (event: LoggedEvent) => void,
  onFailure: (error: unknown) => void,
): Follower {
  let position: number | null = null;
  let looking: Promise<void> | null = null;
  let again = false;

  const readOn = async () => {
    position ??= await newestEventId(db);
    for (;;) {
      const events = await readEvents(db, { after: position, limit: PAGE });
      for (const event of events) {
        position = event.id;
        give(event);
      }
      if (events.length < PAGE) return;
    }
  };
  const look = (): Promise<void> => {
    if (looking !== null) {
      again = true;
      return looking;
    }
    looking = readOn().finally(() => {
      looking = null;
      if (!again) return;
      again = false;
      look().catch(onFailure);
    });
    return looking;
  };
  return {
    get position() {
      return position;
    },
    look,
  };
}
