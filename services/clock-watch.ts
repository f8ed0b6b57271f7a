import type { Context } from './context.ts';

/** From this difference on it is logged; from the second on this process places no calls. */
const SUSPECT_MS = 2_000;
const WRONG_MS = 10_000;

/** What is wrong with this process's clock, by the database's; null when nothing is. */
export interface ClockFinding {
  /** How far this process is ahead of the database, or behind it when negative; 0 where that cannot be told apart. */
  aheadMs: number;
  problem: string | null;
}

/**
 * Compares this process's clock with the database's. Rules are judged by the database's, but everything else that this
 * process times would be off. The database answers at some instant between the question and the answer.
 */
export async function compareClocks({
  db,
  now,
  clock,
}: Pick<Context, 'db' | 'now' | 'clock'>): Promise<ClockFinding> {
  const askedAt = await now();
  const theirs = await clock(db);
  const answeredAt = await now();
  const aheadMs =
    theirs < askedAt
      ? askedAt.getTime() - theirs.getTime()
      : theirs > answeredAt
        ? answeredAt.getTime() - theirs.getTime()
        : 0;
  return { aheadMs, problem: Math.abs(aheadMs) > WRONG_MS ? problemOf(aheadMs) : null };
}

function problemOf(aheadMs: number): string {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  return `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: set it by NTP`;
}

export interface ClockWatch {
  /** As it was found last. */
  readonly problem: string | null;
  stop(): void;
}

const EVERY_MS = 15_000;

/** Compares the clocks now, and then every quarter of a minute. While the database does not answer, the last finding stays. */
export async function watchClock(
  context: Pick<Context, 'db' | 'now' | 'clock' | 'logger'>,
  everyMs = EVERY_MS,
): Promise<ClockWatch> {
  let { problem } = await compareClocks(context);
  const look = async () => {
    try {
      const found = await compareClocks(context);
      problem = found.problem;
      const { aheadMs } = found;
      if (problem !== null) context.logger.error({ aheadMs }, `places no calls: ${problem}`);
      else if (Math.abs(aheadMs) > SUSPECT_MS)
        context.logger.warn({ aheadMs }, "this machine's clock differs from the database's");
    } catch (error) {
      context.logger.warn({ err: error }, 'the clocks could not be compared');
    }
  };
  if (problem !== null) context.logger.error(`places no calls: ${problem}`);
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    get problem() {
      return problem;
    },
    stop: () => clearInterval(timer),
  };
}
