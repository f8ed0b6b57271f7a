import type { Checkpoint } from '#services/context.ts';

/** What a worker under test does to itself at a commit boundary. */
export interface CheckpointOrder {
  at: Checkpoint;
  /** The how manieth time that this process comes there, from 1. */
  nth: number;
  /** SIGSTOP: whoever gave the order lets it go on. */
  signal: 'SIGKILL' | 'SIGSTOP';
}

export interface WorkerOrders {
  order: CheckpointOrder | null;
  /** How far its clock is ahead. */
  clockMs: number;
  /** A workflow bundle that is made already, or one that a bad deployment brings. */
  bundle: string | null;
}

/** Only `chaos/worker.ts` reads it; the product's worker has no such variable. */
const VARIABLE = 'CHAOS_WORKER_ORDERS';

export function orderEnv(orders: WorkerOrders): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(orders) };
}

export function readOrders(env: NodeJS.ProcessEnv): WorkerOrders {
  const text = env[VARIABLE];
  if (text === undefined)
    throw new Error(`${VARIABLE} is not set: chaos/worker.ts is started by tests only.`);
  return JSON.parse(text) as WorkerOrders;
}
