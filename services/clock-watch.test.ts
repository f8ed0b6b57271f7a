import { expect, test, vi } from 'vitest';
import { compareClocks, watchClock } from './clock-watch.ts';
import type { Context } from './context.ts';

const NOON = Date.parse('2026-11-18T17:00:00.000Z');

/** A process that is this far ahead of the database, whose answer takes a while each way. */
function processAhead(aheadMs: number, eachWayMs = 50) {
  let trueMs = NOON;
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const context = {
    logger,
    now: async () => new Date(trueMs + aheadMs),
    clock: async () => {
      trueMs += eachWayMs;
      const answer = new Date(trueMs);
      trueMs += eachWayMs;
      return answer;
    },
  } as unknown as Context;
  return { context, logger };
}

test.each([
  [0, null],
  [9_000, null],
  [-9_000, null],
  // The answer took 50 ms each way: of the difference so much may be that.
  [10_050, null],
  [10_051, "this machine's clock is 10.0 s ahead of the database's: set it by NTP"],
  [-10_051, "this machine's clock is 10.0 s behind the database's: set it by NTP"],
  [3_600_000, "this machine's clock is 3599.9 s ahead of the database's: set it by NTP"],
])('a clock that is %i ms ahead: %s', async (aheadMs, problem) => {
  expect((await compareClocks(processAhead(aheadMs).context)).problem).toBe(problem);
});

test('a slow answer says nothing against a clock', async () => {
  expect(await compareClocks(processAhead(20_000, 30_000).context)).toEqual({ aheadMs: 0, problem: null });
});

test('is compared regularly: one that is set right places calls again, and a small difference is logged', async () => {
  let aheadMs = 60_000;
  const { context, logger } = processAhead(0, 0);
  context.now = async () => new Date(NOON + aheadMs);
  const watch = await watchClock(context, 5);
  expect(watch.problem).toMatch(/60\.0 s ahead/);
  expect(logger.error).toHaveBeenCalled();
  aheadMs = 2_500;
  await expect.poll(() => watch.problem, { timeout: 10_000 }).toBeNull();
  expect(logger.warn).toHaveBeenCalledWith({ aheadMs: 2_500 }, expect.any(String));
  watch.stop();
});
