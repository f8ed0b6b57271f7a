import { createRoute, type z } from '@hono/zod-openapi';
import type { Db } from '#db/client.ts';
import {
  type CallFilter,
  findCall,
  findCallDetails,
  listCalls,
  listLiveCalls,
  readCallTimeline,
} from '#db/queries/calls.ts';
import { findDecision } from '#db/queries/gate.ts';
import { attributeCall } from '#services/calls/attribute.ts';
import { endCall, sendContext, transferCall } from '#services/calls/live.ts';
import { markCall } from '#services/calls/mark.ts';
import { requestOneOffCall } from '#services/calls/one-off.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import {
  Call,
  CallAttribution,
  CallDetail,
  CallPage,
  CallQuery,
  CallTimeline,
  CallUpdate,
  ContextSend,
  callParam,
  LiveDone,
  TransferStart,
  toCall,
  toCallDetail,
  toCallTimeline,
} from '../schemas/call.ts';
import { CallPlace } from '../schemas/one-off-call.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';

const MOST_LIVE = 1_000;
/** No call has so many; the timeline of one that is reported over and over is cut short. */
const MOST_IN_TIMELINE = 500;

const placeCallRoute = createRoute({
  method: 'post',
  path: '/api/calls',
  operationId: 'placeCall',
  tags: ['calls'],
  summary: 'Place a one-off call, through the same gate; refused, not queued, while any rule holds it',
  description:
    'A 409 names in `errors` every rule that holds, with the time until which it does, and says in Retry-After when ' +
    'all of them will have passed; without that header one is permanent. Hours, holidays and caps are those of the ' +
    'workspace, whatever campaigns say. A dial that is throttled or refused ends as not_placed and is not repeated.',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: CallPlace } } } },
  responses: {
    202: json('It is being placed; the call shows what comes of it', Call),
    ...bodyProblems,
    ...problems(502),
  },
});

const listCallsRoute = createRoute({
  method: 'get',
  path: '/api/calls',
  operationId: 'listCalls',
  tags: ['calls'],
  summary: 'List calls, latest first',
  ...access('viewer'),
  request: { query: CallQuery },
  responses: { 200: json('A page', CallPage), ...keyProblems, ...problems(422) },
});

const listLiveCallsRoute = createRoute({
  method: 'get',
  path: '/api/calls/live',
  operationId: 'listLiveCalls',
  tags: ['calls'],
  summary: 'Calls under way, the longest first',
  ...access('viewer'),
  responses: { 200: json('All of them', CallPage), ...keyProblems },
});

const readCallRoute = createRoute({
  method: 'get',
  path: '/api/calls/{id}',
  operationId: 'readCall',
  tags: ['calls'],
  summary: 'Read a call with its transcript, its analysis and the decision it was placed on',
  ...access('viewer'),
  request: { params: callParam },
  responses: { 200: json('The call', CallDetail), ...keyProblems, ...problems(404, 422) },
});

const readCallTimelineRoute = createRoute({
  method: 'get',
  path: '/api/calls/{id}/timeline',
  operationId: 'readCallTimeline',
  tags: ['calls'],
  summary: 'What happened to a call, and the webhooks about it, oldest first',
  ...access('viewer'),
  request: { params: callParam },
  responses: { 200: json('At most 500 of each', CallTimeline), ...keyProblems, ...problems(404, 422) },
});

const attributeCallRoute = createRoute({
  method: 'post',
  path: '/api/calls/{id}/attribute',
  operationId: 'attributeCall',
  tags: ['calls'],
  summary: 'Say whose call it was; its number is remembered, and its other calls without a lead follow',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: CallAttribution } } },
  },
  responses: { 200: json('The call as it is now', CallDetail), ...bodyProblems, ...problems(404, 409) },
});

const updateCallRoute = createRoute({
  method: 'patch',
  path: '/api/calls/{id}',
  operationId: 'updateCall',
  tags: ['calls'],
  summary: 'Say what came of a call; a person outranks every rule',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: CallUpdate } } },
  },
  responses: { 200: json('The call as it is now', CallDetail), ...bodyProblems, ...problems(404) },
});

const endCallRoute = createRoute({
  method: 'post',
  path: '/api/calls/{id}/end',
  operationId: 'endCall',
  tags: ['calls'],
  summary: 'End a call under way; its outcome comes as it does for every call',
  ...access('operator'),
  request: { params: callParam },
  responses: {
    202: json('It is being ended', LiveDone),
    ...keyProblems,
    ...problems(404, 409, 422, 502),
  },
});

const sendCallContextRoute = createRoute({
  method: 'post',
  path: '/api/calls/{id}/context',
  operationId: 'sendCallContext',
  tags: ['calls'],
  summary: 'Let the agent of a call under way know something, unheard by the person',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: ContextSend } } },
  },
  responses: { 202: json('The agent has it', LiveDone), ...bodyProblems, ...problems(404, 502) },
});

const transferCallRoute = createRoute({
  method: 'post',
  path: '/api/calls/{id}/transfer',
  operationId: 'transferCall',
  tags: ['calls'],
  summary: 'Hand a call under way to a person; the agent must have the tool transfer_to_number',
  ...access('operator'),
  request: {
    params: callParam,
    body: { required: true, content: { 'application/json': { schema: TransferStart } } },
  },
  responses: { 202: json('It is being handed over', LiveDone), ...bodyProblems, ...problems(404, 502) },
});

export function registerCalls(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(placeCallRoute, async (c) => {
    const { to, consent = null, variables = {}, overrides = {}, ...rest } = c.req.valid('json');
    const request = { ...rest, phone: to, consent, variables, overrides, actor: c.get('actor') };
    const id = await requestOneOffCall(context, request);
    return c.json(toCall(await existingCall(db, id)), 202, { location: `/api/calls/${id}` });
  });
  app.openapi(listCallsRoute, async (c) => {
    const { campaign, lead, agent, ...query } = c.req.valid('query');
    const filter = { ...query, campaignId: campaign, leadId: lead, agentId: agent };
    return c.json(await pageOfCalls(db, filter), 200);
  });
  // Before the route of one call, whose path would match as well.
  app.openapi(listLiveCallsRoute, async (c) => {
    const rows = await listLiveCalls(db, MOST_LIVE);
    return c.json({ items: rows.map(toCall), nextCursor: null }, 200);
  });
  app.openapi(readCallRoute, async (c) => c.json(await callDetail(db, c.req.valid('param').id), 200));
  app.openapi(readCallTimelineRoute, async (c) => {
    const { id } = await existingCall(db, c.req.valid('param').id);
    return c.json(toCallTimeline(await readCallTimeline(db, id, MOST_IN_TIMELINE)), 200);
  });
  app.openapi(attributeCallRoute, async (c) => {
    const { id: callId } = c.req.valid('param');
    await attributeCall(context, { callId, ...c.req.valid('json'), actor: c.get('actor') });
    return c.json(await callDetail(db, callId), 200);
  });
  app.openapi(updateCallRoute, async (c) => {
    const { id: callId } = c.req.valid('param');
    await markCall(context, { callId, mark: c.req.valid('json'), actor: c.get('actor') });
    return c.json(await callDetail(db, callId), 200);
  });
  app.openapi(endCallRoute, async (c) => {
    const { id: callId } = c.req.valid('param');
    const via = await endCall(context, { callId, actor: c.get('actor') });
    return c.json({ callId, via }, 202);
  });
  app.openapi(sendCallContextRoute, async (c) => {
    const { id: callId } = c.req.valid('param');
    await sendContext(context, { callId, text: c.req.valid('json').text, actor: c.get('actor') });
    return c.json({ callId, via: 'monitor' as const }, 202);
  });
  app.openapi(transferCallRoute, async (c) => {
    const { id: callId } = c.req.valid('param');
    await transferCall(context, { callId, to: c.req.valid('json').to, actor: c.get('actor') });
    return c.json({ callId, via: 'monitor' as const }, 202);
  });
}

/** @throws ServiceError `not-found` */
async function existingCall(db: Db, id: string) {
  const call = await findCall(db, id);
  if (call === null) throw notFound('call');
  return call;
}

/** @throws ServiceError `not-found` */
async function callDetail(db: Db, id: string): Promise<z.infer<typeof CallDetail>> {
  const call = await existingCall(db, id);
  const [details, decision] = await Promise.all([
    findCallDetails(db, id),
    call.decision_id === null ? null : findDecision(db, call.decision_id),
  ]);
  return toCallDetail(call, details, decision);
}

interface CallListQuery extends Omit<CallFilter, 'from' | 'to'> {
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const CALL_ID = /^[\x21-\x7e]{1,200}$/;

/** A page of calls, latest first. @throws Problem 422 on a foreign cursor */
export async function pageOfCalls(
  db: Db,
  { cursor, limit, from, to, ...filter }: CallListQuery,
): Promise<z.infer<typeof CallPage>> {
  const key = decodeCursor(cursor, [ISO_INSTANT, CALL_ID]);
  const rows = await listCalls(
    db,
    { ...filter, from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined },
    { before: key === null ? null : { startedAt: new Date(key[0]), id: key[1] }, limit },
  );
  return toPage(rows, limit, ({ started_at, id }) => [started_at.toISOString(), id], toCall);
}
