import { createRoute } from '@hono/zod-openapi';
import { readKeyName } from '#db/queries/api-keys.ts';
import { readWorkspace } from '#db/queries/workspace.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Me } from '../../schemas/access.ts';
import { json, keyProblems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/me',
  operationId: 'readMe',
  tags: ['access'],
  summary: 'Whose key this is, and what the workspace is set to',
  ...access('viewer'),
  responses: { 200: json('The caller', Me), ...keyProblems },
});

export function readMe(app: Api, { db, config }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id, role } = c.get('actor');
    const [name, workspace] = await Promise.all([readKeyName(db, id), readWorkspace(db)]);
    const webUrl = config.temporalWebUrl ?? null;
    return c.json(
      {
        keyId: id,
        name,
        role,
        timeZone: workspace.time_zone,
        lines: workspace.lines,
        simulated: isLoopback(config.elevenLabs.baseUrl),
        texting: config.twilio?.textsFrom != null,
        temporal: webUrl === null ? null : { webUrl, namespace: config.temporal?.namespace ?? 'default' },
      },
      200,
    );
  });
}

/** The real provider is never on this machine. */
function isLoopback(baseUrl: string | null): boolean {
  if (baseUrl === null) return false;
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(baseUrl).hostname);
}
