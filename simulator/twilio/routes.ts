import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { SimulatedCall } from '../calls.ts';
import type { World } from '../world.ts';
import { twilioCall } from './call.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/**
 * Twilio's call resource below `/2010-04-01/Accounts/{sid}`, reading only. The user name of the basic
 * authentication must be the account in the path, or an API key (`SK…`); any non-empty password is let in.
 */
export function twilioRoutes(world: World): Hono {
  const app = new Hono();
  let reads = 0;

  app.use('/:account/*', async (c, next) => {
    if (!isAuthentic(c.req.header('authorization'), c.req.param('account'))) {
      return failure(c, 401, 20003, 'Authenticate');
    }
    reads += 1;
    if (world.faults.strikes('readErrors', 'twilio', reads))
      return failure(c, 503, 20503, 'Service Unavailable');
    return next();
  });

  app.get('/:account/Calls.json', (c) => {
    const query = new URL(c.req.url).searchParams;
    const page = Number(query.get('Page') ?? 0);
    const pageSize = Math.min(Number(query.get('PageSize') ?? DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
    const found = findCalls(world, query);
    const start = page * pageSize;
    const calls = found.slice(start, start + pageSize);
    const account = c.req.param('account');
    const path = (number: number) => pageUri(account, query, number, pageSize);
    return c.json({
      calls: calls.map((call) => twilioCall(call, account)),
      page,
      page_size: pageSize,
      start,
      end: Math.max(start + calls.length - 1, 0),
      uri: path(page),
      first_page_uri: path(0),
      previous_page_uri: page === 0 ? null : path(page - 1),
      next_page_uri: start + pageSize < found.length ? path(page + 1) : null,
    });
  });

  app.get('/:account/Calls/:file{.+\\.json}', (c) => {
    const call = world.exchange.calls.sid(c.req.param('file').replace(/\.json$/, ''));
    if (call === null) return failure(c, 404, 20404, `The requested resource ${c.req.path} was not found`);
    return c.json(twilioCall(call, c.req.param('account')));
  });

  app.notFound((c) => failure(c, 404, 20404, `The requested resource ${c.req.path} was not found`));
  return app;
}

/** Newest first. Twilio looks at the day of a start time only, both ends included. */
function findCalls(world: World, query: URLSearchParams): SimulatedCall[] {
  const to = query.get('To');
  const from = query.get('From');
  const on = day(query.get('StartTime'));
  const after = day(query.get('StartTime>'));
  const before = day(query.get('StartTime<'));
  const source = to === null ? world.exchange.calls.all() : world.exchange.calls.number(to);
  return source
    .filter((call) => {
      const startedOn = new Date(call.startedAtMs).toISOString().slice(0, 10);
      return (
        (from === null || call.from === from) &&
        (on === null || startedOn === on) &&
        (after === null || startedOn >= after) &&
        (before === null || startedOn <= before)
      );
    })
    .toReversed();
}

/** `YYYY-MM-DD` of a date or time; null when there is none. */
function day(value: string | null): string | null {
  return value === null || !/^\d{4}-\d{2}-\d{2}/.test(value) ? null : value.slice(0, 10);
}

function pageUri(account: string, query: URLSearchParams, page: number, pageSize: number): string {
  const next = new URLSearchParams(query);
  next.set('Page', String(page));
  next.set('PageSize', String(pageSize));
  return `/2010-04-01/Accounts/${account}/Calls.json?${next}`;
}

function isAuthentic(header: string | undefined, account: string): boolean {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return false;
  const [user, ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return user !== undefined && (user === account || user.startsWith('SK')) && password.join(':') !== '';
}

function failure(c: Context, status: ContentfulStatusCode, code: number, message: string): Response {
  return c.json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, status);
}
