import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/**
 * Every activity heartbeats, so that the work of a lost worker is taken up by another within seconds, however long it
 * may take itself. Four heartbeats are missed by then: a busy machine is not a lost worker.
 */
export const LOST_WORKER = { heartbeatTimeout: '8 seconds' } as const;

/**
 * For activities that mainly read and write rows: short, safe to repeat, and retried until they succeed, because
 * nothing can go on without them.
 */
export const DATABASE_WORK = {
  startToCloseTimeout: '1 minute',
  ...LOST_WORKER,
  retry: { initialInterval: '500 ms', maximumInterval: '30 seconds' },
} as const;

/** Waits until the condition is met or the time is over. The Web UI shows the timer's summary. True when it was met. */
export async function waitFor(met: () => boolean, timeoutMs: number, summary: string): Promise<boolean> {
  if (met()) return true;
  if (timeoutMs <= 0) return false;
  const scope = new CancellationScope();
  try {
    return await scope.run(() =>
      Promise.race([condition(met).then(() => true), sleep(timeoutMs, { summary }).then(() => false)]),
    );
  } finally {
    scope.cancel();
  }
}

/** The patch since which the campaign reads from the database who waits for a line. */
export const LINES_FROM_THE_DATABASE = 'lines-from-the-database';
