import { createRoute, z } from '@hono/zod-openapi';
import { listAttention, type Attention as Row } from '#db/queries/attention.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { iso, page, pageQuery, timestamp } from '../schemas/common.ts';
import { json, keyProblems, problems } from '../schemas/problem.ts';
import { AttentionKind } from '../schemas/words.ts';

const Attention = z
  .object({
    id: z.number().int(),
    kind: AttentionKind,
    subject: z.string().openapi({ description: 'The id of the call, webhook event, campaign or lead' }),
    campaignId: z.uuid().nullable(),
    leadId: z.uuid().nullable(),
    detail: z.string(),
    createdAt: timestamp,
  })
  .openapi('Attention');

const listAttentionRoute = createRoute({
  method: 'get',
  path: '/api/attention',
  operationId: 'listAttention',
  tags: ['attention'],
  summary: 'List what needs a person, newest first',
  ...access('viewer'),
  request: { query: z.object(pageQuery) },
  responses: { 200: json('A page', page(Attention, 'AttentionPage')), ...keyProblems, ...problems(422) },
});

export function registerAttention(app: Api, { db }: ApiContext): void {
  app.openapi(listAttentionRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const key = decodeCursor(cursor, [/^\d{1,15}$/]);
    const rows = await listAttention(db, { before: key === null ? null : Number(key[0]), limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [String(id)], toAttention),
      200,
    );
  });
}

function toAttention(row: Row): z.infer<typeof Attention> {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    campaignId: row.campaign_id,
    leadId: row.lead_id,
    detail: row.detail,
    createdAt: iso(row.created_at),
  };
}
