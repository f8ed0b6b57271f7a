import { markAllSignalled } from '#db/queries/provider-events.ts';
import type { Context } from '../context.ts';

/** Whose workflow is to be told of which call's end, and of which event it was learnt. */
export interface Telling {
  eventId: number;
  leadId: string | null;
  callId: string;
}

/** Tells workflows of the end of their calls. What fails is told by the sweep; a workflow that is gone needs no telling. */
export interface Teller {
  /** What is to be told now has to wait for others. */
  readonly busy: boolean;
  /** Resolves when the workflow was told and that was noted, or it could not be; never rejects. */
  tell(telling: Telling): Promise<void>;
}

/** So many are told at the same time: Temporal takes no more a second when it is asked for more at once. */
const MOST_AT_ONCE = 8;
/** One statement for so many costs little more than for one. */
const NOTED_TOGETHER = 32;
/** Beyond it nothing is remembered here: while Temporal is gone, the sweep's list is long enough. */
const MOST_WAITING = 10_000;

interface Waiting {
  telling: Telling;
  settle(): void;
}

export function createTeller({ db, workflows, logger, now }: Context): Teller {
  const waiting: Waiting[] = [];
  let told: (Telling & { settle(): void })[] = [];
  let under = 0;
  let noting = false;

  const tellOn = async () => {
    under += 1;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { telling, settle } = next;
      const answer = await workflows.callEnded(telling.leadId, telling.callId);
      if (answer.kind === 'done' || answer.kind === 'absent') {
        told.push({ ...telling, settle });
      } else {
        logger.warn({ callId: telling.callId, answer: answer.kind }, 'the workflow was not told yet');
        settle();
      }
      if (!noting) void noteOn();
    }
    under -= 1;
  };
  /** While others wait to be told it is for many at once; whoever is told last is not kept waiting. */
  const isNoteDue = () => told.length >= NOTED_TOGETHER || (told.length > 0 && waiting.length === 0);
  /** What was told while one note was written shares the next. */
  const noteOn = async () => {
    noting = true;
    while (isNoteDue()) {
      const together = told;
      told = [];
      const ids = together.map(({ eventId }) => eventId);
      try {
        await markAllSignalled(db, ids, await now());
      } catch {
        // The facts are committed: the provider must not send them again for this.
        logger.warn({ events: ids.length }, 'it was not noted that workflows were told');
      }
      for (const { settle } of together) settle();
    }
    noting = false;
  };
  return {
    get busy() {
      return under >= MOST_AT_ONCE;
    },
    tell: (telling) =>
      new Promise((settle) => {
        if (waiting.length >= MOST_WAITING) {
          settle();
          return;
        }
        waiting.push({ telling, settle });
        if (under < MOST_AT_ONCE) void tellOn();
      }),
  };
}
