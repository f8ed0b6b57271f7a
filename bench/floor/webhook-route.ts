// The minimum that accepts a signed webhook: one route, an HMAC over the raw body, one insert. It is a
// process of its own with the product's HTTP server and driver. Announces itself to its parent; ends on
// SIGTERM.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

export interface BareRouteEnv {
  DATABASE_URL: string;
  WEBHOOK_SECRET: string;
}

/** The product's default. */
const CONNECTIONS = 10;

const { DATABASE_URL: connectionString, WEBHOOK_SECRET: secret = '' } = process.env;
const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
await pool.query(
  'create table bare_webhooks (id bigint generated always as identity primary key, payload jsonb not null)',
);

const app = new Hono();
app.post('/webhooks/elevenlabs', async (c) => {
  const rawBody = Buffer.from(await c.req.arrayBuffer());
  if (!isSigned(rawBody, c.req.header('elevenlabs-signature') ?? '')) return c.json({ received: false }, 401);
  await pool.query('insert into bare_webhooks (payload) values ($1)', [rawBody.toString('utf8')]);
  return c.json({ received: true });
});

function isSigned(rawBody: Buffer, header: string): boolean {
  const [, time, signature] = /^t=(\d+),v0=([0-9a-f]{64})$/.exec(header) ?? [];
  if (time === undefined || signature === undefined) return false;
  const expected = createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) => {
  process.send?.({ ready: true, url: `http://127.0.0.1:${port}` });
});
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  if ('closeAllConnections' in server) server.closeAllConnections();
});
