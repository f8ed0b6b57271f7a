import { createRoute } from '@hono/zod-openapi';
import { readSingleCallSettings } from '#services/calls/single-call-rows.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { json, keyProblems } from '../../schemas/problem.ts';
import { SingleCallSettings, toSingleCallSettings } from '../../schemas/single-call.ts';

const route = createRoute({
  method: 'get',
  path: '/api/settings/single-calls',
  operationId: 'readSingleCallSettings',
  tags: ['settings'],
  summary: 'The rules of calls outside of campaigns',
  ...access('viewer'),
  responses: { 200: json('The rules in force', SingleCallSettings), ...keyProblems },
});

export function readSingleCallSettingsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => c.json(toSingleCallSettings(await readSingleCallSettings(db)), 200));
}
