import { createRoute } from '@hono/zod-openapi';
import { readOneOffCallSettings } from '#db/queries/one-off-calls.ts';
import { hangsUpOnOptOut } from '#db/queries/opt-outs.ts';
import { namedByChange } from '#domain/one-off-call.ts';
import { changeOneOffCallSettings } from '#services/calls/one-off.ts';
import { changeOptOutSettings } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { OptOutSettings } from '../schemas/opt-out.ts';
import { bodyProblems, json, keyProblems } from '../schemas/problem.ts';
import { OneOffCallSettings, OneOffCallSettingsInput, toOneOffCallSettings } from '../schemas/settings.ts';

const readSettingsRoute = createRoute({
  method: 'get',
  path: '/api/settings/single-calls',
  operationId: 'readSingleCallSettings',
  tags: ['settings'],
  summary: 'The rules for one-off calls',
  ...access('viewer'),
  responses: { 200: json('The rules in force', OneOffCallSettings), ...keyProblems },
});

const updateSettingsRoute = createRoute({
  method: 'patch',
  path: '/api/settings/single-calls',
  operationId: 'updateSingleCallSettings',
  tags: ['settings'],
  summary: 'Change the rules for one-off calls, from the next one on',
  ...access('operator'),
  request: {
    body: { required: true, content: { 'application/json': { schema: OneOffCallSettingsInput } } },
  },
  responses: { 200: json('The rules now in force', OneOffCallSettings), ...bodyProblems },
});

const readOptOutSettingsRoute = createRoute({
  method: 'get',
  path: '/api/settings/opt-outs',
  operationId: 'readOptOutSettings',
  tags: ['settings'],
  summary: 'What an opt-out does beside keeping everybody from calling',
  ...access('viewer'),
  responses: { 200: json('As it is in force', OptOutSettings), ...keyProblems },
});

const updateOptOutSettingsRoute = createRoute({
  method: 'patch',
  path: '/api/settings/opt-outs',
  operationId: 'updateOptOutSettings',
  tags: ['settings'],
  summary: 'Change what an opt-out does, from the next one on',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: OptOutSettings } } } },
  responses: { 200: json('As it is now in force', OptOutSettings), ...bodyProblems },
});

/** What holds for the whole workspace. */
export function registerSettings(app: Api, context: ApiContext): void {
  app.openapi(readSettingsRoute, async (c) =>
    c.json(toOneOffCallSettings(await readOneOffCallSettings(context.db)), 200),
  );
  app.openapi(updateSettingsRoute, async (c) => {
    const input = c.req.valid('json');
    const settings = await changeOneOffCallSettings(context, {
      actor: c.get('actor'),
      change: (rules) => namedByChange(rules, input),
    });
    return c.json(toOneOffCallSettings(settings), 200);
  });
  app.openapi(readOptOutSettingsRoute, async (c) =>
    c.json({ hangUpOnOptOut: await hangsUpOnOptOut(context.db) }, 200),
  );
  app.openapi(updateOptOutSettingsRoute, async (c) => {
    const { hangUpOnOptOut } = c.req.valid('json');
    await changeOptOutSettings(context, { actor: c.get('actor'), hangUpOnOptOut });
    return c.json({ hangUpOnOptOut }, 200);
  });
}
