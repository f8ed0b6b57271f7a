import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { listFollowUps } from '#db/queries/follow-ups.ts';
import { findLead, listLeads, searchLeads } from '#db/queries/leads.ts';
import { readTimeline } from '#db/queries/timeline.ts';
import { HOLD_RULES } from '#domain/gate.ts';
import { UUID } from '#domain/ids.ts';
import { LEAD_OUTCOMES } from '#domain/lead.ts';
import type { NormalisedLead } from '#domain/lead-row.ts';
import { format, text } from '#domain/text.ts';
import { notFound } from '#services/errors.ts';
import { addLeads, requireOpenCampaign } from '#services/leads/add.ts';
import { callNow } from '#services/leads/call-now.ts';
import { importLeads } from '#services/leads/import.ts';
import { previewColumns } from '#services/leads/import-columns.ts';
import { updateLead } from '#services/leads/update.ts';
import { readWhy } from '#services/leads/why.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { onceByStreamedBody } from '../http/idempotency.ts';
import { openImport } from '../http/import-body.ts';
import { CSV_LIMIT } from '../http/limits.ts';
import { idParam, isoOrNull, pageQuery, searchText, wordList } from '../schemas/common.ts';
import { FollowUpPage, toFollowUp } from '../schemas/follow-ups.ts';
import {
  CallRequested,
  ColumnsInput,
  ColumnsRead,
  FoundLeadPage,
  Lead,
  LeadPage,
  LeadsAdd,
  LeadsAdded,
  LeadsImported,
  LeadUpdate,
  readLeadInput,
  toFoundLead,
  toLead,
  Why,
} from '../schemas/lead.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';
import { Timeline, toTimelineItem } from '../schemas/timeline.ts';
import { LeadState, Reach } from '../schemas/words.ts';

const addLeadsRoute = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/leads',
  operationId: 'addLeads',
  tags: ['leads'],
  summary: 'Add leads; one bad lead never rejects the rest',
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: LeadsAdd } } },
  },
  responses: { 200: json('What became of them', LeadsAdded), ...bodyProblems, ...problems(404, 409) },
});

/** JSON in a text: the column names of the file to field names. */
const COLUMN_MAPPING: object = { ...format('column-mapping'), contentMediaType: 'application/json' };

/** A longer one fits into the form. */
const mapping = z.string().max(4_000).optional();

const importLeadsRoute = createRoute({
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
        ...COLUMN_MAPPING,
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
                ...COLUMN_MAPPING,
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

const readColumnsRoute = createRoute({
  method: 'post',
  path: '/api/leads/columns',
  operationId: 'readColumns',
  tags: ['leads'],
  summary: 'What an import would take the columns of a header for; nothing is stored',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: ColumnsInput } } } },
  responses: { 200: json('The columns, in their order', ColumnsRead), ...bodyProblems },
});

const MANY = 'Several with commas between.';
const HAS =
  'Part of a name, e-mail address or number; its beginning, with fewer than three letters or digits';

const listLeadsRoute = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/leads',
  operationId: 'listLeads',
  tags: ['leads'],
  summary: "List a campaign's leads, in the order in which they were added",
  ...access('viewer'),
  request: {
    params: idParam,
    query: z.object({
      state: LeadState.optional(),
      reach: Reach.optional().openapi({ description: 'Of the last call' }),
      hold: wordList([...HOLD_RULES, 'none'])
        .optional()
        .openapi({
          description: `What holds a lead with calls to come, as the progress counts it; none: it may be called now. ${MANY}`,
        }),
      outcome: wordList(LEAD_OUTCOMES)
        .optional()
        .openapi({ description: `Of a finished lead. ${MANY}` }),
      q: searchText.openapi({ description: HAS }),
      ...pageQuery,
    }),
  },
  responses: { 200: json('A page', LeadPage), ...keyProblems, ...problems(404, 422) },
});

const searchLeadsRoute = createRoute({
  method: 'get',
  path: '/api/leads',
  operationId: 'searchLeads',
  tags: ['leads'],
  summary: 'Find leads of every campaign, the one added last first',
  ...access('viewer'),
  request: { query: z.object({ q: text(200).openapi({ description: HAS }), ...pageQuery }) },
  responses: { 200: json('A page', FoundLeadPage), ...keyProblems, ...problems(422) },
});

const readLeadRoute = createRoute({
  method: 'get',
  path: '/api/leads/{id}',
  operationId: 'readLead',
  tags: ['leads'],
  summary: 'Read a lead',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The lead', Lead), ...keyProblems, ...problems(404, 422) },
});

const updateLeadRoute = createRoute({
  method: 'patch',
  path: '/api/leads/{id}',
  operationId: 'updateLead',
  tags: ['leads'],
  summary: 'Correct a lead',
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: LeadUpdate } } },
  },
  responses: { 200: json('The lead as it is now', Lead), ...bodyProblems, ...problems(404) },
});

const callLeadNowRoute = createRoute({
  method: 'post',
  path: '/api/leads/{id}/call-now',
  operationId: 'callLeadNow',
  tags: ['leads'],
  summary: 'Have a lead called now, in whatever state it is; refused, not queued, while any rule holds it',
  description:
    'The call gets the next line of the campaign, before all others, and is placed through the same gate. It is made ' +
    'also when the attempts are spent (one call more), the lead is finished or has replied, or the campaign has ' +
    'completed: these are opened again. A 409 names in `errors` every rule that holds the call, with the time until ' +
    'which it does, and says in Retry-After when all of them will have passed; without that header one stays until ' +
    'somebody lifts it. Nothing is changed then.',
  ...access('operator'),
  request: { params: idParam },
  responses: {
    202: json('The lead is due; the call appears among its calls', CallRequested),
    ...keyProblems,
    ...problems(404, 409, 422),
  },
});

const readWhyRoute = createRoute({
  method: 'get',
  path: '/api/leads/{id}/why',
  operationId: 'readWhy',
  tags: ['leads'],
  summary: 'Why the lead is not being called now, and when it can be',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The reasons', Why), ...keyProblems, ...problems(404, 422) },
});

const listLeadFollowUpsRoute = createRoute({
  method: 'get',
  path: '/api/leads/{id}/follow-ups',
  operationId: 'listLeadFollowUps',
  tags: ['leads'],
  summary: "List what follows a lead's calls, in the order in which it was planned",
  ...access('viewer'),
  request: { params: idParam, query: z.object(pageQuery) },
  responses: { 200: json('A page', FollowUpPage), ...keyProblems, ...problems(404, 422) },
});

const EVENT_NUMBER = /^\d{1,15}$/;

const readTimelineRoute = createRoute({
  method: 'get',
  path: '/api/leads/{id}/timeline',
  operationId: 'readTimeline',
  tags: ['leads'],
  summary: 'What happened to a lead: calls, texts, mails, follow-ups and decisions in one list, latest first',
  ...access('viewer'),
  request: { params: idParam, query: z.object(pageQuery) },
  responses: { 200: json('A page', Timeline), ...keyProblems, ...problems(404, 422) },
});

export function registerLeads(app: Api, context: ApiContext): void {
  registerAdding(app, context);
  registerReads(app, context);
  app.openapi(updateLeadRoute, async (c) => {
    const { id: leadId } = c.req.valid('param');
    const change = c.req.valid('json');
    return c.json(toLead(await updateLead(context, { actor: c.get('actor'), leadId, change })), 200);
  });
  app.openapi(callLeadNowRoute, async (c) => {
    const { id: leadId } = c.req.valid('param');
    const { lead, ...rest } = await callNow(context, { actor: c.get('actor'), leadId });
    return c.json({ lead: toLead(lead), ...rest }, 202);
  });
}

function registerAdding(app: Api, context: ApiContext): void {
  app.openapi(addLeadsRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const leads: NormalisedLead[] = [];
    const rejected: { index: number; message: string }[] = [];
    for (const [index, input] of c.req.valid('json').leads.entries()) {
      const read = readLeadInput(input);
      if (read.ok) leads.push(read.lead);
      else rejected.push({ index, message: read.message });
    }
    const added = await addLeads(context, { actor: c.get('actor'), campaignId, leads });
    return c.json({ ...added, rejected }, 200);
  });
  app.openapi(importLeadsRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    // Before the body is read: nobody uploads a list for nothing.
    await requireOpenCampaign(context, campaignId);
    const body = await openImport(c.req.raw, CSV_LIMIT, c.req.valid('query').mapping);
    const outcome = await onceByStreamedBody(context, c, body, async () => {
      const { source, mapping } = body;
      const report = await importLeads(context, { actor: c.get('actor'), campaignId, source, mapping });
      await body.finish();
      return report;
    });
    return outcome instanceof Response ? (outcome as never) : c.json(outcome, 200);
  });
  app.openapi(readColumnsRoute, (c) => {
    const { headers, mapping } = c.req.valid('json');
    return c.json(previewColumns(headers, mapping), 200);
  });
}

function registerReads(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(listLeadsRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { cursor, limit, hold, ...filter } = c.req.valid('query');
    const held = hold && { by: hold, now: await context.now() };
    const [after = null] = decodeCursor(cursor, [UUID]) ?? [];
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
    const rows = await listLeads(db, id, { ...filter, hold: held }, { after, limit });
    return c.json(
      toPage(rows, limit, (row) => [row.id], toLead),
      200,
    );
  });
  app.openapi(searchLeadsRoute, async (c) => {
    const { q, cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await searchLeads(db, q, { before, limit });
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toFoundLead),
      200,
    );
  });
  app.openapi(readLeadRoute, async (c) => {
    const lead = await findLead(db, c.req.valid('param').id);
    if (lead === null) throw notFound('lead');
    return c.json(toLead(lead), 200);
  });
  app.openapi(readWhyRoute, async (c) => {
    const why = await readWhy(context, { leadId: c.req.valid('param').id });
    const blockedBy = why.blockedBy.map((block) => ({ ...block, until: isoOrNull(block.until) }));
    return c.json({ ...why, nextAttemptAt: isoOrNull(why.nextAttemptAt), blockedBy }, 200);
  });
  app.openapi(listLeadFollowUpsRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { cursor, limit } = c.req.valid('query');
    const [after = null] = decodeCursor(cursor, [UUID]) ?? [];
    if ((await findLead(db, id)) === null) throw notFound('lead');
    const rows = await listFollowUps(db, id, { after, limit });
    return c.json(
      toPage(rows, limit, (row) => [row.id], toFollowUp),
      200,
    );
  });
  app.openapi(readTimelineRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [EVENT_NUMBER]) ?? [];
    const lead = await findLead(db, c.req.valid('param').id);
    if (lead === null) throw notFound('lead');
    const entries = await readTimeline(db, lead, { before: before === null ? null : Number(before), limit });
    return c.json(
      toPage(entries, limit, ({ event }) => [String(event.id)], toTimelineItem),
      200,
    );
  });
}
