import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { lockSingleCallWorkspace, setSingleCallSettings } from '#services/calls/single-call-rows.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { bodyProblems, json } from '../../schemas/problem.ts';
import {
  changeOfSingleCallSettings,
  SingleCallSettings,
  SingleCallSettingsInput,
  toSingleCallSettings,
} from '../../schemas/single-call.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/settings/single-calls',
  operationId: 'updateSingleCallSettings',
  tags: ['settings'],
  summary: 'Change the rules of calls outside of campaigns; from the next one on',
  ...access('operator'),
  request: {
    body: { required: true, content: { 'application/json': { schema: SingleCallSettingsInput } } },
  },
  responses: { 200: json('The rules now in force', SingleCallSettings), ...bodyProblems },
});

export function updateSingleCallSettingsRoute(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const input = c.req.valid('json');
    const settings = await inTransaction(db, async (tx) => {
      // A gate that is being passed has the rules of before, and keeps them with its call.
      const before = (await lockSingleCallWorkspace(tx)).settings;
      const change = changeOfSingleCallSettings(before, input);
      await setSingleCallSettings(tx, change);
      await appendAudit(tx, {
        actor: c.get('actor'),
        action: 'settings.changed',
        subject: 'single-calls',
        data: { fields: Object.keys(input) },
      });
      return { ...before, ...change };
    });
    return c.json(toSingleCallSettings(settings), 200);
  });
}
