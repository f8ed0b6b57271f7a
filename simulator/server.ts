import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { adminRoutes, parseWebhookTarget } from './admin.ts';
import { elevenLabsRoutes } from './elevenlabs/routes.ts';
import { Exchange } from './exchange.ts';
import { type FaultOptions, Faults } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Timers } from './timers.ts';
import { twilioRoutes } from './twilio/routes.ts';
import { Webhooks, type WebhookTarget } from './webhooks.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  /** 0 or none: any free one. */
  port?: number;
  /** Decides what people do and where faults strike. */
  seed: number;
  /** How much faster than in real life phones ring and people talk; 1 is real time. */
  speed: number;
  webhook?: WebhookTarget;
  faults?: Partial<FaultOptions>;
  /** Calls at once beyond which dials are answered with 429; none: no limit. */
  maxConcurrentCalls?: number;
}

export interface Simulator {
  /** The base URL for both providers' SDKs, without a slash at its end. */
  url: string;
  ledger: Ledger;
  setFaults(faults: Partial<FaultOptions>): void;
  setWebhook(webhook: WebhookTarget | null): void;
  /** Clears every timer and closes every socket; calls under way are forgotten. */
  stop(): Promise<void>;
}

/**
 * Starts the simulated phone network on the loopback interface: ElevenLabs' and Twilio's APIs, and its own
 * switches below `/_sim`. Throws when an option is out of range or the port is taken.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  if (!(options.speed > 0)) throw new RangeError('speed must be above 0');
  const world = createWorld(options);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route('/_sim', adminRoutes(world));
  app.route('/v1', elevenLabsRoutes(world));
  app.route('/2010-04-01/Accounts', twilioRoutes(world));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: world.ledger,
    setFaults: (faults) => world.faults.set(faults),
    setWebhook: (webhook) => world.webhooks.setTarget(parseWebhookTarget(webhook)),
    stop: async () => {
      world.timers.stop();
      world.webhooks.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function createWorld({
  seed,
  speed,
  faults: faultOptions,
  webhook,
  maxConcurrentCalls,
}: SimulatorOptions): World {
  const timers = new Timers();
  const faults = new Faults(seed, faultOptions);
  const ledger = new Ledger(seed, speed);
  const target = parseWebhookTarget(webhook ?? null);
  const webhooks = new Webhooks({ seed, speed, faults, timers, target });
  const exchange = new Exchange({
    seed,
    speed,
    timers,
    faults,
    ledger,
    report: (call) => webhooks.report(call),
  });
  return {
    seed,
    speed,
    maxConcurrentCalls: maxConcurrentCalls ?? null,
    faults,
    ledger,
    timers,
    exchange,
    webhooks,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
