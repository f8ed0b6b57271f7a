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
  /** 0 or left out: any free port. */
  port?: number;
  /** Decides what people do and where faults strike. */
  seed: number;
  /** Phones ring and people talk this many times faster than in real life. */
  speed: number;
  webhook?: WebhookTarget;
  /** Receives people's texts; left out: people do not text. */
  texting?: TextingTarget;
  /** Asked about callers; left out: nobody is asked. */
  initiation?: InitiationTarget;
  faults?: Partial<FaultOptions>;
  /** Dials beyond this many concurrent calls are answered with 429; left out: no limit. */
  maxConcurrentCalls?: number;
  /** Port of the mail server; 0 or left out: any free port. */
  mailPort?: number;
}

export interface Simulator {
  /** Base URL for both providers' SDKs; no trailing slash. */
  url: string;
  ledger: Ledger;
  /** Receives the product's mails. */
  mailbox: Mailbox;
  setFaults(faults: Partial<FaultOptions>): void;
  setWebhook(webhook: WebhookTarget | null): void;
  setTexting(texting: TextingTarget | null): void;
  /** A person texts one of our numbers; see `Texts.receive`. */
  textIn: Texts['receive'];
  /** Asked about a caller before the agent speaks; null for nobody. */
  setInitiation(target: InitiationTarget | null): void;
  /** A person calls one of our numbers; see `incoming.ts`. Resolves when the agent has answered. */
  callIn(call: IncomingCall): Promise<SimulatedCall>;
  /** A call as the network knows it; null for an id of no call. */
  call(callSid: string): SimulatedCall | null;
  /** A talk comes to its end, as it was planned, now. */
  letEnd(callSid: string): void;
  /** Clears every timer and closes every socket; calls in flight are dropped. */
  stop(): Promise<void>;
}

/**
 * Starts the simulated phone network on the loopback interface: ElevenLabs' and Twilio's APIs, and its own
 * switches under `/_sim`. Throws when an option is out of range or the port is taken.
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
    textIn: (message) => world.texts.receive(message),
    setInitiation: (target) => {
      world.initiation = parseInitiationTarget(target);
    },
    callIn: (call) => callIn(world, call),
    call: (callSid) => world.exchange.calls.sid(callSid),
    letEnd: (callSid) => {
      const call = world.exchange.calls.sid(callSid);
      if (call !== null) world.exchange.letEnd(call);
    },
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
