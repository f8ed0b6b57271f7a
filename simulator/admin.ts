import { Hono } from 'hono';
import { z } from 'zod';
import { type FaultOptions, parseFaults } from './faults.ts';
import type { WebhookTarget } from './webhooks.ts';
import type { World } from './world.ts';

const targetSchema = z
  .strictObject({ url: z.url(), secret: z.string().min(1), retries: z.int().min(0).max(5).optional() })
  .nullable();

/** Reads a webhook target from JSON, null to send none. Throws an error that names what is wrong. */
export function parseWebhookTarget(value: unknown): WebhookTarget | null {
  const result = targetSchema.safeParse(value);
  if (!result.success) throw new TypeError(`bad webhook target: ${z.prettifyError(result.error)}`);
  if (result.data === null) return null;
  const { url, secret, retries } = result.data;
  return retries === undefined ? { url, secret } : { url, secret, retries };
}

/** The simulator's own switches below `/_sim`, which no provider has. */
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

  app.post('/webhook', async (c) => {
    const target = await readBody(c.req, parseWebhookTarget);
    if (target instanceof Error) return c.json({ message: target.message }, 400);
    world.webhooks.setTarget(target);
    return c.json({ url: target?.url ?? null });
  });

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
