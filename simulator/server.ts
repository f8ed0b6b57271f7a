import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { adminRoutes, parseTextingTarget, parseWebhookTarget } from './admin.ts';
import type { SimulatedCall } from './calls.ts';
import { elevenLabsRoutes } from './elevenlabs/routes.ts';
import { Signatures } from './elevenlabs/signatures.ts';
import { serveSockets } from './elevenlabs/sockets.ts';
import { voiceSearchRoutes } from './elevenlabs/voices.ts';
import { Exchange } from './exchange.ts';
import { type FaultOptions, Faults } from './faults.ts';
import { callIn, type IncomingCall, parseInitiationTarget } from './incoming.ts';
import { Ledger } from './ledger.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { type TextingTarget, Texts } from './texts.ts';
import { Timers } from './timers.ts';
import { twilioRoutes } from './twilio/routes.ts';
import { Webhooks, type WebhookTarget } from './webhooks.ts';
import type { InitiationTarget, World } from './world.ts';

export interface SimulatorOptions {
  /** 0 or none: any free one. */
  port?: number;
  /** Decides what people do and where faults strike. */
  seed: number;
  /** How much faster than in real life phones ring and people talk; 1 is real time. */
  speed: number;
  webhook?: WebhookTarget;
  /** Where texts that people write go; none: nobody writes by himself. */
  texting?: TextingTarget;
  /** Whom the platform asks about callers; none: nobody. */
  initiation?: InitiationTarget;
  faults?: Partial<FaultOptions>;
  /** Calls at once beyond which dials are answered with 429; none: no limit. */
  maxConcurrentCalls?: number;
  /** Of the mail server; 0 or none: any free one. */
  mailPort?: number;
}

export interface Simulator {
  /** The base URL for both providers' SDKs, without a slash at its end. */
  url: string;
  ledger: Ledger;
  /** Where mails of the product go. */
  mailbox: Mailbox;
  setFaults(faults: Partial<FaultOptions>): void;
  setWebhook(webhook: WebhookTarget | null): void;
  setTexting(texting: TextingTarget | null): void;
  /** A person writes to one of our numbers; see `Texts.receive`. */
  textIn: Texts['receive'];
  /** Whom the platform asks about a caller, before the agent speaks; null for nobody. */
  setInitiation(target: InitiationTarget | null): void;
  /** A person calls one of our numbers, see `incoming.ts`. Resolves when the agent has taken the call. */
  callIn(call: IncomingCall): Promise<SimulatedCall>;
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
  const mailbox = await startMailbox({ port: options.mailPort ?? 0 });
  app.get('/_sim/mails', (c) => c.json(mailbox.mails()));
  app.route('/_sim', adminRoutes(world));
  app.route('/v1', elevenLabsRoutes(world));
  app.route('/v2', voiceSearchRoutes());
  app.route('/2010-04-01/Accounts', twilioRoutes(world));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const closeSockets = serveSockets(server, world);
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: world.ledger,
    mailbox,
    setFaults: (faults) => world.faults.set(faults),
    setWebhook: (webhook) => world.webhooks.setTarget(parseWebhookTarget(webhook)),
    setTexting: (texting) => world.texts.setTarget(parseTextingTarget(texting)),
    textIn: (letter) => world.texts.receive(letter),
    setInitiation: (target) => {
      world.initiation = parseInitiationTarget(target);
    },
    callIn: (call) => callIn(world, call),
    stop: async () => {
      world.timers.stop();
      world.webhooks.stop();
      world.texts.stop();
      closeSockets();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await mailbox.stop();
    },
  };
}

function createWorld({
  seed,
  speed,
  faults: faultOptions,
  webhook,
  texting,
  initiation,
  maxConcurrentCalls,
}: SimulatorOptions): World {
  const timers = new Timers();
  const faults = new Faults(seed, faultOptions);
  const ledger = new Ledger(seed, speed);
  const target = parseWebhookTarget(webhook ?? null);
  const webhooks = new Webhooks({ seed, speed, faults, timers, target });
  const textingTarget = parseTextingTarget(texting ?? null);
  const texts = new Texts({ seed, speed, timers, faults, ledger, target: textingTarget });
  const exchange = new Exchange({
    seed,
    speed,
    timers,
    faults,
    ledger,
    report: (call) => {
      texts.afterCall(call);
      return webhooks.report(call);
    },
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
    texts,
    signatures: new Signatures(),
    talks: new Map(),
    initiation: parseInitiationTarget(initiation ?? null),
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
