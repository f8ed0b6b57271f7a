import { createRoute } from '@hono/zod-openapi';
import { readOneOffCallSettings } from '#db/queries/one-off-calls.ts';
import { namedByChange } from '#domain/one-off-call.ts';
import { changeOneOffCallSettings } from '#services/calls/one-off.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
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

/** The rules for one-off calls. */
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
}
