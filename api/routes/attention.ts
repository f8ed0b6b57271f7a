import { createRoute, z } from '@hono/zod-openapi';
import { type AttentionItem, listAttention } from '#db/queries/attention.ts';
import { choicesOf, settleCall } from '#services/calls/settle-call.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { iso, page, pageQuery, timestamp } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';
import { AttentionKind, SettlementWord } from '../schemas/words.ts';

const Attention = z
  .object({
    id: z.number().int(),
    kind: AttentionKind,
    subject: z.string().openapi({ description: 'The id of the call, webhook event, campaign or lead' }),
    campaignId: z.uuid().nullable(),
    leadId: z.uuid().nullable(),
    detail: z.string(),
    createdAt: timestamp,
    choices: z.array(SettlementWord).openapi({
      description: 'What a person may say of the call that it is about; empty where that settles nothing',
    }),
  })
  .openapi('Attention');

const SettlementBody = z
  .strictObject({
    outcome: SettlementWord,
    note: z.string().trim().min(1).max(2_000).openapi({ description: 'How you know, for the audit log' }),
  })
  .openapi('Settlement');

const SettledCall = z
  .object({
    id: z.number().int(),
    callId: z.string(),
    leadId: z.uuid().nullable(),
    nextAttemptAt: timestamp.nullable().openapi({ description: 'Null where the lead is not called again' }),
    effect: z.string().openapi({ description: 'What was changed, in a sentence' }),
  })
  .openapi('SettledCall');

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

const settleAttentionRoute = createRoute({
  method: 'post',
  path: '/api/attention/{id}/settle',
  operationId: 'settleAttention',
  tags: ['attention'],
  summary: 'Say what became of a call that could not be accounted for; its lead goes on from there',
  description:
    'For a call that ended as unknown, and for one past its limit of which no provider can be asked. `not_placed` does ' +
    'not count as an attempt, and another may follow at once; `no_answer` and `answered` are followed by what follows ' +
    'such a call; `placed` leaves the outcome unknown and the lead finished. A finished lead and a completed campaign are ' +
    'opened again where another call follows; not in a campaign that is stopped or archived. Whatever a provider ' +
    'reports later stands above it, except what a person marked on the call itself.',
  ...access('operator'),
  request: {
    params: z.object({ id: z.string().regex(/^\d{1,15}$/, 'is no id of an item') }),
    body: { required: true, content: { 'application/json': { schema: SettlementBody } } },
  },
  responses: { 200: json('The call is settled', SettledCall), ...bodyProblems, ...problems(404, 409) },
});

export function registerAttention(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(listAttentionRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const key = decodeCursor(cursor, [/^\d{1,15}$/]);
    const rows = await listAttention(db, { before: key === null ? null : Number(key[0]), limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [String(id)], toAttention),
      200,
    );
  });
  app.openapi(settleAttentionRoute, async (c) => {
    const attentionId = Number(c.req.valid('param').id);
    const request = { ...c.req.valid('json'), attentionId, actor: c.get('actor') };
    const { callId, leadId, next, effect } = await settleCall(context, request);
    const nextAttemptAt = next?.next === 'retry' ? iso(new Date(next.at)) : null;
    return c.json({ id: attentionId, callId, leadId, nextAttemptAt, effect }, 200);
  });
}

function toAttention(row: AttentionItem): z.infer<typeof Attention> {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    campaignId: row.campaign_id,
    leadId: row.lead_id,
    detail: row.detail,
    createdAt: iso(row.created_at),
    choices: [...choicesOf(row, row.call)],
  };
}
