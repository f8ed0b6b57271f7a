import { createRoute, z } from '@hono/zod-openapi';
import {
  type Campaign as CampaignRow,
  findCampaign,
  listCampaigns,
  readSummaries,
} from '#db/queries/campaigns.ts';
import { UUID } from '#domain/ids.ts';
import { createCampaign, updateCampaign } from '#services/campaigns/campaigns.ts';
import { readFigures, readOneOffFigures } from '#services/campaigns/metrics.ts';
import { readProgress } from '#services/campaigns/progress.ts';
import { readSpendOf } from '#services/campaigns/spend.ts';
import {
  archiveCampaign,
  pauseCampaign,
  resumeCampaign,
  startCampaign,
  stopCampaign,
} from '#services/campaigns/transitions.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import { CallPage, callQuery } from '../schemas/call.ts';
import {
  Campaign,
  CampaignCreate,
  CampaignInFlight,
  CampaignPage,
  CampaignStart,
  CampaignUpdate,
  Metrics,
  Progress,
  toCampaign,
  toCampaignListed,
  WorkspaceMetrics,
} from '../schemas/campaign.ts';
import { idParam, pageQuery } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';
import { CampaignStatus } from '../schemas/words.ts';
import { pageOfCalls } from './calls.ts';

const createCampaignRoute = createRoute({
  method: 'post',
  path: '/api/campaigns',
  operationId: 'createCampaign',
  tags: ['campaigns'],
  summary: 'Create a campaign, as a draft',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: CampaignCreate } } } },
  responses: { 201: json('The draft', Campaign), ...bodyProblems },
});

const include = z
  .enum(['summary'])
  .optional()
  .openapi({ description: 'summary: with counts of leads and calls, which take the longer the more leads' });

const listCampaignsRoute = createRoute({
  method: 'get',
  path: '/api/campaigns',
  operationId: 'listCampaigns',
  tags: ['campaigns'],
  summary: 'List campaigns, newest first; archived ones are left out',
  ...access('viewer'),
  request: { query: z.object({ status: CampaignStatus.optional(), include, ...pageQuery }) },
  responses: { 200: json('A page', CampaignPage), ...keyProblems, ...problems(422) },
});

const readCampaignRoute = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}',
  operationId: 'readCampaign',
  tags: ['campaigns'],
  summary: 'Read a campaign',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The campaign', Campaign), ...keyProblems, ...problems(404, 422) },
});

const updateCampaignRoute = createRoute({
  method: 'patch',
  path: '/api/campaigns/{id}',
  operationId: 'updateCampaign',
  tags: ['campaigns'],
  summary: 'Change a campaign, also while it runs; settings apply from the next attempt on',
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: CampaignUpdate } } },
  },
  responses: { 200: json('The campaign as it is now', Campaign), ...bodyProblems, ...problems(404, 409) },
});

const archiveCampaignRoute = createRoute({
  method: 'delete',
  path: '/api/campaigns/{id}',
  operationId: 'archiveCampaign',
  tags: ['campaigns'],
  summary: 'Archive a campaign: it leaves the list and can no longer be changed',
  ...access('operator'),
  request: { params: idParam },
  responses: { 204: { description: 'Archived' }, ...keyProblems, ...problems(404, 409, 422) },
});

const startCampaignRoute = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/start',
  operationId: 'startCampaign',
  tags: ['campaigns'],
  summary:
    'Start a campaign, now or at a set time, with or without a set end; a scheduled one may be given other times',
  ...access('operator'),
  request: { params: idParam, body: { content: { 'application/json': { schema: CampaignStart } } } },
  responses: { 202: json('The campaign', Campaign), ...bodyProblems, ...problems(404, 409, 502) },
});

/** Pausing and stopping: the answer says how many calls go on. */
function endOfDialling<Path extends string>(path: Path, operationId: string, summary: string) {
  return createRoute({
    method: 'post',
    path,
    operationId,
    tags: ['campaigns'],
    summary: `${summary}: no call is placed once this has answered; calls under way go on`,
    ...access('operator'),
    request: { params: idParam },
    responses: {
      202: json('The campaign, and the calls under way', CampaignInFlight),
      ...keyProblems,
      ...problems(404, 409, 422),
    },
  });
}

const pauseCampaignRoute = endOfDialling('/api/campaigns/{id}/pause', 'pauseCampaign', 'Pause a campaign');
const stopCampaignRoute = endOfDialling(
  '/api/campaigns/{id}/stop',
  'stopCampaign',
  'Stop a campaign for good',
);

const resumeCampaignRoute = createRoute({
  method: 'post',
  path: '/api/campaigns/{id}/resume',
  operationId: 'resumeCampaign',
  tags: ['campaigns'],
  summary: 'Resume a paused campaign; one that was paused before its set time waits for it again',
  ...access('operator'),
  request: { params: idParam },
  responses: { 202: json('The campaign', Campaign), ...keyProblems, ...problems(404, 409, 422) },
});

const readProgressRoute = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/progress',
  operationId: 'readProgress',
  tags: ['campaigns'],
  summary: 'What a campaign is doing now, from its workflow',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The progress', Progress), ...keyProblems, ...problems(404, 422) },
});

const day = z.iso.date({ error: 'must be a date such as 2026-03-02' }).optional();
const days = z.object({
  from: day.openapi({ description: 'First day; bounds everything but today, this week and this month' }),
  to: day.openapi({ description: 'Last day' }),
});

const readMetricsRoute = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/metrics',
  operationId: 'readMetrics',
  tags: ['campaigns'],
  summary: "What has come of a campaign's calls; days are those of the workspace's zone",
  ...access('viewer'),
  request: { params: idParam, query: days },
  responses: { 200: json('The figures', Metrics), ...keyProblems, ...problems(404, 422) },
});

const readWorkspaceMetricsRoute = createRoute({
  method: 'get',
  path: '/api/metrics',
  operationId: 'readWorkspaceMetrics',
  tags: ['campaigns'],
  summary: "What has come of all campaigns' calls; days are those of the workspace's zone",
  ...access('viewer'),
  request: { query: days },
  responses: { 200: json('The figures', WorkspaceMetrics), ...keyProblems, ...problems(422) },
});

const listCampaignCallsRoute = createRoute({
  method: 'get',
  path: '/api/campaigns/{id}/calls',
  operationId: 'listCampaignCalls',
  tags: ['calls'],
  summary: "List a campaign's calls, latest first",
  ...access('viewer'),
  request: { params: idParam, query: z.object(callQuery) },
  responses: { 200: json('A page', CallPage), ...keyProblems, ...problems(404, 422) },
});

export function registerCampaigns(app: Api, context: ApiContext): void {
  registerReads(app, context);
  app.openapi(createCampaignRoute, async (c) => {
    const campaign = await createCampaign(context, { actor: c.get('actor'), draft: c.req.valid('json') });
    return c.json(toCampaign(campaign), 201, { location: `/api/campaigns/${campaign.id}` });
  });
  app.openapi(updateCampaignRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const change = c.req.valid('json');
    const campaign = await updateCampaign(context, { actor: c.get('actor'), campaignId, change });
    return c.json(toCampaign(campaign), 200);
  });
  app.openapi(archiveCampaignRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    await archiveCampaign(context, { actor: c.get('actor'), campaignId });
    return c.body(null, 204);
  });
  app.openapi(startCampaignRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const { at, endAt } = c.req.valid('json');
    const campaign = await startCampaign(context, { actor: c.get('actor'), campaignId, at, endAt });
    return c.json(toCampaign(campaign), 202);
  });
  app.openapi(pauseCampaignRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const { campaign, inFlight } = await pauseCampaign(context, { actor: c.get('actor'), campaignId });
    return c.json({ ...toCampaign(campaign), inFlight }, 202);
  });
  app.openapi(resumeCampaignRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const campaign = await resumeCampaign(context, { actor: c.get('actor'), campaignId });
    return c.json(toCampaign(campaign), 202);
  });
  app.openapi(stopCampaignRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const { campaign, inFlight } = await stopCampaign(context, { actor: c.get('actor'), campaignId });
    return c.json({ ...toCampaign(campaign), inFlight }, 202);
  });
}

function registerReads(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(listCampaignsRoute, async (c) => {
    const { status, include: wanted, cursor, limit } = c.req.valid('query');
    const [before = null] = decodeCursor(cursor, [UUID]) ?? [];
    const rows = await listCampaigns(db, { ...(status && { status }), before, limit });
    const ids = wanted === 'summary' ? rows.slice(0, limit).map(({ id }) => id) : [];
    const summaries = await readSummaries(db, ids);
    const now = await context.now();
    const toItem = (row: CampaignRow) => toCampaignListed(row, summaries.get(row.id) ?? null, now);
    return c.json(
      toPage(rows, limit, ({ id }) => [id], toItem),
      200,
    );
  });
  app.openapi(readCampaignRoute, async (c) => {
    const campaign = await findCampaign(db, c.req.valid('param').id);
    if (campaign === null) throw notFound('campaign');
    return c.json(toCampaign(campaign), 200);
  });
  app.openapi(readProgressRoute, async (c) => {
    return c.json(await readProgress(context, { campaignId: c.req.valid('param').id }), 200);
  });
  app.openapi(readMetricsRoute, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const campaign = await findCampaign(db, campaignId);
    if (campaign === null) throw notFound('campaign');
    const [figures, spend] = await Promise.all([
      readFigures(context, { campaignId, days: c.req.valid('query') }),
      readSpendOf(context, campaign),
    ]);
    return c.json({ ...figures, spend }, 200);
  });
  app.openapi(readWorkspaceMetricsRoute, async (c) => {
    const bounds = c.req.valid('query');
    const [figures, outsideCampaigns] = await Promise.all([
      readFigures(context, { campaignId: null, days: bounds }),
      readOneOffFigures(context, bounds),
    ]);
    return c.json({ ...figures, outsideCampaigns }, 200);
  });
  app.openapi(listCampaignCallsRoute, async (c) => {
    const { id } = c.req.valid('param');
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
    return c.json(await pageOfCalls(db, { ...c.req.valid('query'), campaignId: id }), 200);
  });
}
