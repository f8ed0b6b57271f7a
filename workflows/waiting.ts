import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/** Waits for a condition, at most so long, by a timer that says in the Web UI what it is for. True when it came. */
export async function waitFor(met: () => boolean, atMostMs: number, summary: string): Promise<boolean> {
  if (met()) return true;
  if (atMostMs <= 0) return false;
  const scope = new CancellationScope();
  try {
    return await scope.run(() =>
      Promise.race([condition(met).then(() => true), sleep(atMostMs, { summary }).then(() => false)]),
    );
  } finally {
    scope.cancel();
  }
}
