import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { vi } from 'vitest';
import { SEARCH_ATTRIBUTES } from '#domain/ids.ts';
import { freePort } from '#launcher/ports.ts';
import { stopChild } from '#launcher/processes.ts';
import { installRuntime } from './chain-parts.ts';
import { type Chain, startChain } from './chain-rig.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** The clock of the machine, whatever the tests make of `Date`. */
export const RealDate = Date;

/** A chain whose time is moved by the test. */
export interface TimeRig {
  chain: Chain;
  /** Brings everybody to an instant; what is due until then happens. */
  advanceTo(atMs: number): Promise<void>;
  /** The next instant at which it is this hour in New York on this weekday, at least an hour from now. */
  next(weekday: string, time: string): Promise<number>;
  stop(): Promise<void>;
}

/** Time that stands still for so long in real time is looked at. */
const STALL_MS = 1_000;

/** For the hook that starts the rig, whose server is a Java machine. */
export const RIG_START_MS = 150_000;

/** The time-skipping server, and the part of its protocol that moves its time. */
interface TimeServer {
  address: string;
  connection: Connection;
  sleep(durationMs: number): Promise<void>;
  currentTimeMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Started here and not by the SDK, which gives it five seconds: on a busy machine it takes many more. */
async function startServer(): Promise<TimeServer> {
  const port = await freePort(null, 'the time-skipping server', () => {});
  const child = spawn(process.env.TEST_TIME_SKIPPING_PATH ?? '', [String(port)], { stdio: 'ignore' });
  child.on('error', () => {});
  const address = `127.0.0.1:${port}`;
  try {
    await vi.waitFor(() => canConnect(port), { timeout: RIG_START_MS / 2, interval: 200 });
    const connection = await Connection.connect({
      address,
      connectTimeout: RIG_START_MS / 2,
      [InternalConnectionOptionsSymbol]: { supportsTestService: true },
    } as ConnectionOptions);
    const { testService } = connection;
    if (testService === undefined) throw new Error('This server does not skip time.');
    return {
      address,
      connection,
      sleep: async (durationMs) => {
        await testService.unlockTimeSkippingWithSleep({ duration: msToTs(durationMs) });
      },
      currentTimeMs: async () => tsToMs((await testService.getCurrentTime({})).time),
      stop: async () => {
        await connection.close();
        await stopChild(child, 10_000);
      },
    };
  } catch (error) {
    await stopChild(child, 1_000);
    throw error;
  }
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

/**
 * Lets this much time pass. The server holds the time while an activity runs, and goes on holding it when a
 * workflow ends before its activity does (https://github.com/temporalio/sdk-java/issues/1138): where time stands
 * still although nothing is being done, one hold too many is let go.
 */
async function skip(env: TimeServer, durationMs: number): Promise<void> {
  const { testService } = env.connection;
  if (testService === undefined) throw new Error('This server does not skip time.');
  let over = false;
  const sleep = env.sleep(durationMs).finally(() => {
    over = true;
  });
  while (!over) {
    const beforeMs = await env.currentTimeMs();
    await Promise.race([sleep, delay(STALL_MS)]);
    if (over) break;
    const movedMs = (await env.currentTimeMs()) - beforeMs;
    if (movedMs < 2 * STALL_MS && (await isIdle(env))) await testService.unlockTimeSkipping({});
  }
  await sleep;
}

/** No workflow waits for a worker. */
async function isIdle(env: TimeServer): Promise<boolean> {
  const { workflowService } = env.connection;
  const { executions } = await workflowService.listOpenWorkflowExecutions({ namespace: 'default' });
  for (const { execution } of executions) {
    const { pendingActivities, pendingWorkflowTask } = await workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution,
    });
    if (pendingActivities.length > 0 || pendingWorkflowTask) return false;
  }
  return true;
}

/** Starts the chain on a time-skipping server, with everything in this process on that server's clock. */
export async function startTimeRig(): Promise<TimeRig> {
  installRuntime();
  const env = await startServer();
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD])),
  });
  /** How far the time of the test is ahead of the real one. */
  let aheadMs = 0;
  /** So that phone network and API live when the workflows do. */
  class TestDate extends RealDate {
    constructor(...at: [] | [number | string | Date]) {
      if (at.length === 0) super(RealDate.now() + aheadMs);
      else super(at[0]);
    }

    static override now(): number {
      return RealDate.now() + aheadMs;
    }
  }
  vi.stubGlobal('Date', TestDate);
  const undo = async () => {
    vi.unstubAllGlobals();
    await env.stop();
  };
  const chain = await startChain({
    timeSkippingAddress: env.address,
    now: async () => new Date(await env.currentTimeMs()),
    speed: 5_000,
    // The real defaults: whoever waits for less than this has been told in time.
    timeouts: { dialTimeoutMs: 30_000, pollAfterMs: 90_000, pollEveryMs: 30_000, reconcileForMs: 180_000 },
  }).catch(async (error) => {
    await undo();
    throw error;
  });
  return {
    chain,
    async advanceTo(atMs) {
      const fromMs = await env.currentTimeMs();
      if (atMs < fromMs) throw new Error(`It is past ${new RealDate(atMs).toISOString()}.`);
      aheadMs = atMs - RealDate.now();
      await skip(env, atMs - fromMs);
      aheadMs = (await env.currentTimeMs()) - RealDate.now();
    },
    async next(weekday, time) {
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: 'America/New_York',
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      });
      let atMs = Math.ceil((await env.currentTimeMs()) / MINUTE_MS) * MINUTE_MS + HOUR_MS;
      while (format.format(new RealDate(atMs)) !== `${weekday} ${time}`) atMs += MINUTE_MS;
      return atMs;
    },
    async stop() {
      await chain.stop();
      await undo();
    },
  };
}
