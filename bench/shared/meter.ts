// Loaded into a service before its own code (`--import`). It measures database work at the driver, so that
// the product needs no hook, and takes a CPU profile on request.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { isMainThread } from 'node:worker_threads';
import pg from 'pg';
import { kindOfTransaction, shapeOfStatement, type TransactionKind } from './transactions.ts';

/** A service's database work since the last reading. Times are waits as seen by the service. */
export interface MeterReading {
  queries: number;
  queryMs: number;
  /** Waiting for a connection from the pool. */
  poolWaitMs: number;
  /** Milliseconds from `begin` to the end of `commit`, by kind of transaction. */
  transactions: Partial<Record<TransactionKind, number[]>>;
  statements: Record<string, { count: number; totalMs: number }>;
}

export type MeterRequest = { meter: 'read' } | { meter: 'profile' } | { meter: 'profiled'; file: string };
export type MeterAnswer = { meter: MeterReading };

function nothing(): MeterReading {
  return { queries: 0, queryMs: 0, poolWaitMs: 0, transactions: {}, statements: {} };
}

let reading = nothing();

type AnyFunction = (this: object, ...args: unknown[]) => unknown;

/** Calls `done` with the time until each call's promise settled. */
function wrap(owner: object, name: string, done: (self: object, args: unknown[], ms: number) => void): void {
  const original: AnyFunction = Reflect.get(owner, name);
  const wrapped: AnyFunction = function (...args) {
    const startedMs = performance.now();
    const result = original.apply(this, args);
    if (result instanceof Promise) {
      const settle = () => done(this, args, performance.now() - startedMs);
      result.then(settle, settle);
    }
    return result;
  };
  Reflect.set(owner, name, wrapped);
}

/** Statements of each connection's open transaction. */
const open = new WeakMap<object, { startedMs: number; texts: string[] }>();

function afterQuery(client: object, args: unknown[], ms: number): void {
  const [first] = args;
  const text = typeof first === 'string' ? first : String((first as { text?: unknown }).text ?? '');
  reading.queries += 1;
  reading.queryMs += ms;
  const shape = shapeOfStatement(text);
  const known = reading.statements[shape] ?? { count: 0, totalMs: 0 };
  reading.statements[shape] = { count: known.count + 1, totalMs: known.totalMs + ms };
  if (shape === 'begin' || shape === 'start') {
    open.set(client, { startedMs: performance.now() - ms, texts: [] });
    return;
  }
  const transaction = open.get(client);
  if (transaction === undefined) return;
  transaction.texts.push(text);
  if (shape !== 'commit' && shape !== 'rollback') return;
  open.delete(client);
  const kind = kindOfTransaction(transaction.texts);
  const sameKind = reading.transactions[kind] ?? [];
  sameKind.push(performance.now() - transaction.startedMs);
  reading.transactions[kind] = sameKind;
}

let profiling: Session | null = null;

async function handleRequest(request: MeterRequest): Promise<void> {
  switch (request.meter) {
    case 'read':
      process.send?.({ meter: reading } satisfies MeterAnswer);
      reading = nothing();
      return;
    case 'profile':
      profiling = new Session();
      profiling.connect();
      await profiling.post('Profiler.enable');
      await profiling.post('Profiler.start');
      return;
    case 'profiled': {
      const taken = await profiling?.post('Profiler.stop');
      profiling?.disconnect();
      profiling = null;
      writeFileSync(request.file, JSON.stringify(taken?.profile));
      process.send?.({ meter: nothing() } satisfies MeterAnswer);
      return;
    }
  }
}

function isRequest(message: unknown): message is MeterRequest {
  return typeof message === 'object' && message !== null && 'meter' in message;
}

if (isMainThread) {
  wrap(pg.Client.prototype, 'query', afterQuery);
  wrap(pg.Pool.prototype, 'connect', (_pool, _args, ms) => {
    reading.poolWaitMs += ms;
  });
  process.on('message', (message) => {
    if (isRequest(message)) void handleRequest(message);
  });
}
