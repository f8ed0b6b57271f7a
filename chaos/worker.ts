// A worker that dies, stops or misreads the time where its environment says. Everything else is the product's.
import type { Checkpoint } from '#services/context.ts';
import { runWorker } from '#worker/run.ts';
import { readOrders } from './orders.ts';

const orders = readOrders(process.env);
shiftClock(orders.clockMs);
const passed = new Map<Checkpoint, number>();

await runWorker({
  ...(orders.bundle === null ? {} : { workflowBundle: { codePath: orders.bundle } }),
  context: {
    checkpoint: async (at) => {
      const nth = (passed.get(at) ?? 0) + 1;
      passed.set(at, nth);
      const { order } = orders;
      if (order === null || order.at !== at || order.nth !== nth) return;
      process.kill(process.pid, order.signal);
      // The signal comes between two steps of the event loop, never in this one.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  },
});

/** Every `Date` of this process is off by as much, as on a machine whose clock is wrong. */
function shiftClock(byMs: number): void {
  if (byMs === 0) return;
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given: ConstructorParameters<DateConstructor> | []) {
      if (given.length === 0) super(Real.now() + byMs);
      else super(...(given as [number]));
    }
    static override now(): number {
      return Real.now() + byMs;
    }
  } as DateConstructor;
}
