import { Hono } from 'hono';
import { z } from 'zod';
import { EXTRA_KINDS } from './elevenlabs/extra-webhooks.ts';
import { type FaultOptions, parseFaults } from './faults.ts';
import { callIn, parseIncomingCall, parseInitiationTarget } from './incoming.ts';
import type { TextingTarget } from './texts.ts';
import type { WebhookTarget } from './webhooks.ts';
import type { World } from './world.ts';

const targetSchema = z
  .strictObject({
    url: z.url(),
    secret: z.string().min(1),
    retries: z.int().min(0).max(5).optional(),
    also: z.array(z.enum(EXTRA_KINDS)).optional(),
  })
  .nullable();

/** Null for no webhooks. Throws an error that names the fault. */
export function parseWebhookTarget(value: unknown): WebhookTarget | null {
  const result = targetSchema.safeParse(value);
  if (!result.success) throw new TypeError(`bad webhook target: ${z.prettifyError(result.error)}`);
  if (result.data === null) return null;
  const { url, secret, retries, also } = result.data;
  return {
    url,
    secret,
    ...(retries === undefined ? {} : { retries }),
    ...(also === undefined ? {} : { also }),
  };
}

const textingSchema = z
  .strictObject({
    smsUrl: z.url(),
    route: z.strictObject({ from: z.url(), to: z.url() }).optional(),
    authToken: z.string().min(1),
    accountSid: z.string().min(1),
    advancedOptOut: z.boolean().optional(),
    textsBack: z.number().min(0).max(1).optional(),
  })
  .nullable();

const incomingTextSchema = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  body: z.string(),
  media: z.array(z.url()).max(10).optional(),
});

/** Null for no texts. Throws an error that names the fault. */
export function parseTextingTarget(value: unknown): TextingTarget | null {
  const result = textingSchema.safeParse(value);
  if (!result.success) throw new TypeError(`bad texting target: ${z.prettifyError(result.error)}`);
  if (result.data === null) return null;
  const { route, advancedOptOut, textsBack, ...target } = result.data;
  return {
    ...target,
    ...(route === undefined ? {} : { route }),
    ...(advancedOptOut === undefined ? {} : { advancedOptOut }),
    ...(textsBack === undefined ? {} : { textsBack }),
  };
}

function parseIncomingText(value: unknown): { from: string; to: string; body: string; media?: string[] } {
  const result = incomingTextSchema.safeParse(value);
  if (!result.success) throw new TypeError(`bad text: ${z.prettifyError(result.error)}`);
  const { media, ...message } = result.data;
  return media === undefined ? message : { ...message, media };
}

/** The simulator's own switches under `/_sim`, which no provider has. */
export function adminRoutes(world: World): Hono {
  const app = new Hono();

  app.get('/health', (c) =>
    c.json({ ok: true, seed: world.seed, speed: world.speed, liveCalls: world.ledger.liveCalls }),
  );

  app.get('/ledger', (c) => c.json(world.ledger.snapshot()));

  app.post('/faults', async (c) => {
    const options = await readBody(c.req, parseFaults);
    if (options instanceof Error) return c.json({ message: options.message }, 400);
    world.faults.set(options satisfies Partial<FaultOptions>);
    return c.json(world.faults.options);
  });

  app.post('/initiation', async (c) => {
    const target = await readBody(c.req, parseInitiationTarget);
    if (target instanceof Error) return c.json({ message: target.message }, 400);
    world.initiation = target;
    return c.json({ url: target?.url ?? null });
  });

  app.get('/calls-in', (c) => c.json(world.ledger.incoming));

  app.post('/calls-in', async (c) => {
    const incoming = await readBody(c.req, parseIncomingCall);
    if (incoming instanceof Error) return c.json({ message: incoming.message }, 400);
    try {
      const { conversationId, callSid, agentId } = await callIn(world, incoming);
      return c.json({ conversationId, callSid, agentId });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return c.json({ message: error.message }, 404);
    }
  });

  app.post('/webhook', async (c) => {
    const target = await readBody(c.req, parseWebhookTarget);
    if (target instanceof Error) return c.json({ message: target.message }, 400);
    world.webhooks.setTarget(target);
    return c.json({ url: target?.url ?? null });
  });

  app.post('/texting', async (c) => {
    const target = await readBody(c.req, parseTextingTarget);
    if (target instanceof Error) return c.json({ message: target.message }, 400);
    world.texts.setTarget(target);
    return c.json({ smsUrl: target?.smsUrl ?? null });
  });

  app.post('/texts', async (c) => {
    const message = await readBody(c.req, parseIncomingText);
    if (message instanceof Error) return c.json({ message: message.message }, 400);
    return c.json(await world.texts.receive(message));
  });

  app.get('/texts', (c) => c.json(world.ledger.texts));

  return app;
}

async function readBody<T>(
  request: { json(): Promise<unknown> },
  parse: (value: unknown) => T,
): Promise<T | Error> {
  try {
    return parse(await request.json());
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
