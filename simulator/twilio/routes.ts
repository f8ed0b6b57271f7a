import { Hono } from 'hono';
import type { SimulatedCall } from '../calls.ts';
import type { World } from '../world.ts';
import { twilioCall } from './call.ts';
import { day, failure, missing, pageOf } from './http.ts';
import { textRoutes } from './text-routes.ts';

/**
 * Twilio's calls and texts under `/2010-04-01/Accounts/{sid}`. The user name must be the account in the path
 * or an API key (`SK…`); any non-empty password is accepted.
 */
export function twilioRoutes(world: World): Hono {
  const app = new Hono();
  let reads = 0;
  let hangUps = 0;

  app.use('/:account/*', async (c, next) => {
    if (!isAuthentic(c.req.header('authorization'), c.req.param('account'))) {
      return failure(c, 401, 20003, 'Authenticate');
    }
    if (c.req.method !== 'GET') return next();
    reads += 1;
    if (world.faults.strikes('readErrors', 'twilio', reads))
      return failure(c, 503, 20503, 'Service Unavailable');
    return next();
  });

  app.get('/:account/Calls.json', (c) => {
    const query = new URL(c.req.url).searchParams;
    const account = c.req.param('account');
    const ignoresFilters = world.faults.strikes('listIgnoresFilters', 'twilio', reads);
    const filters = ignoresFilters ? new URLSearchParams() : query;
    const found = pageOf(findCalls(world, filters), {
      query,
      path: `/2010-04-01/Accounts/${account}/Calls.json`,
    });
    return c.json({ calls: found.items.map((call) => twilioCall(call, account)), ...found.paging });
  });

  app.get('/:account/Calls/:file{.+\\.json}', (c) => {
    const call = world.exchange.calls.sid(c.req.param('file').replace(/\.json$/, ''));
    if (call === null) return missing(c);
    return c.json(twilioCall(call, c.req.param('account')));
  });

  app.post('/:account/Calls/:file{.+\\.json}', async (c) => {
    const call = world.exchange.calls.sid(c.req.param('file').replace(/\.json$/, ''));
    if (call === null) return missing(c);
    const { Status: status } = await c.req.parseBody();
    if (status !== 'completed' && status !== 'canceled') return failure(c, 400, 20001, 'Invalid status');
    hangUps += 1;
    if (world.faults.strikes('hangUpErrors', hangUps)) return failure(c, 503, 20503, 'Service Unavailable');
    if (call.endedAtMs === null && world.faults.strikes('hangUpIgnored', call.callSid, hangUps))
      return c.json(twilioCall(call, c.req.param('account')));
    // `canceled` ends only a call that has not been answered.
    const hangsUp = status === 'completed' || call.answeredAtMs === null;
    if (!hangsUp || !world.exchange.hangUp(call, { by: 'operator' })) {
      return failure(c, 400, 21220, 'The call is not in progress.');
    }
    await world.timers.sleep(0);
    return c.json(twilioCall(call, c.req.param('account')));
  });

  app.route('/', textRoutes(world));

  app.notFound(missing);
  return app;
}

/** Newest first. Twilio compares only the day of a start time, both ends included. */
function findCalls(world: World, query: URLSearchParams): SimulatedCall[] {
  const to = query.get('To');
  const from = query.get('From');
  const on = day(query.get('StartTime'));
  const after = day(query.get('StartTime>'));
  const before = day(query.get('StartTime<'));
  const source = to === null ? world.exchange.calls.all() : world.exchange.calls.number(to);
  const listedUntilMs = Date.now() - world.faults.options.carrierListingLagMs;
  return source
    .filter((call) => {
      if (call.startedAtMs > listedUntilMs) return false;
      const startedOn = new Date(call.startedAtMs).toISOString().slice(0, 10);
      return (
        (to === null || call.to === to) &&
        (from === null || call.from === from) &&
        (on === null || startedOn === on) &&
        (after === null || startedOn >= after) &&
        (before === null || startedOn <= before)
      );
    })
    .toReversed();
}

function isAuthentic(header: string | undefined, account: string): boolean {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return false;
  const [user, ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return user !== undefined && (user === account || user.startsWith('SK')) && password.join(':') !== '';
}
