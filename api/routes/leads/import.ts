import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { claimKey } from '#db/queries/idempotency.ts';
import { campaignForLeads } from '#services/leads/add.ts';
import { type ImportReport, importLeads } from '#services/leads/import.ts';
import type { Api, ApiContext, ApiEnv } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { keyUse, replay, settle } from '../../http/idempotency.ts';
import { type ImportBody, openImport } from '../../http/import-body.ts';
import { CSV_LIMIT } from '../../http/limits.ts';
import { idParam } from '../../schemas/common.ts';
import { LeadsImported } from '../../schemas/lead.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

/** JSON in a text. */
const JSON_TEXT: object = { contentMediaType: 'application/json' };

/** A longer one fits into the form. */
const mapping = z.string().max(4_000).optional();

const route = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/leads/import',
  operationId: 'importLeads',
  tags: ['leads'],
  summary: 'Import leads from CSV, streamed; one bad row never rejects the rest',
  ...access('operator'),
  request: {
    params: idParam,
    query: z.object({
      mapping: mapping.openapi({
        ...JSON_TEXT,
        description: 'JSON: the column names of the file to field names',
      }),
    }),
    body: {
      required: true,
      content: {
        // Plain schemas: the body is streamed by the handler, and no middleware may read it before.
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['file'],
            properties: {
              mapping: {
                type: 'string',
                ...JSON_TEXT,
                description: 'As the parameter, and up to 64 KiB; before the file',
              },
              file: { type: 'string', format: 'binary' },
            },
          },
          encoding: { file: { contentType: 'text/csv' } },
        },
        'text/csv': { schema: { type: 'string', example: 'phone,name\n+14155550117,Ada\n' } },
      },
    },
  },
  responses: { 200: json('What became of the rows', LeadsImported), ...bodyProblems, ...problems(404, 409) },
});

/** Whether a path is one of those whose body is streamed. */
export function isImportPath(path: string): boolean {
  return /^\/api\/campaigns\/[^/]+\/leads\/import$/.test(path);
}

export function importLeadsRoute(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await campaignForLeads(context, id);
    const body = await openImport(c.req.raw, CSV_LIMIT, c.req.valid('query').mapping);
    const outcome = await onceByKey(context, c, body, async () => {
      const report = await importLeads(context, c.get('actor'), id, body);
      await body.finish();
      return report;
    });
    return outcome instanceof Response ? (outcome as never) : c.json(outcome, 200);
  });
}

/** Idempotency for a body that is known only at its end: a repetition is read to the end, too, and compared. */
async function onceByKey(
  context: ApiContext,
  c: Context<ApiEnv>,
  body: ImportBody,
  work: () => Promise<ImportReport>,
): Promise<ImportReport | Response> {
  const use = keyUse(c);
  if (use === null) return await work();
  const claim = await claimKey(context.db, { ...use, requestHash: '', now: await context.now() });
  if (claim.kind === 'running') return replay(claim, '');
  if (claim.kind === 'done') {
    await body.finish();
    return replay(claim, body.hash());
  }
  try {
    const report = await work();
    await settle(context, use, body.hash(), { status: 200, response: report });
    return report;
  } catch (error) {
    await settle(context, use, '', null);
    throw error;
  }
}
