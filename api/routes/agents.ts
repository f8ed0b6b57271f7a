import { createRoute, z } from '@hono/zod-openapi';
import type { Db } from '#db/client.ts';
import { listVersions, readSide, readSpokenTalks, readTalks, type Side } from '#db/queries/comparisons.ts';
import { meanErrorRate } from '#domain/quality.ts';
import { text } from '#domain/text.ts';
import { rateSession, startSession, tieSession } from '#services/agents/sessions.ts';
import { notFound, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { AgentDetail, agentParam, Comparison } from '../schemas/agent.ts';
import { idParam, instant, iso, isoOrNull, page, timestamp } from '../schemas/common.ts';
import { bodyProblems, json, keyProblems, problems } from '../schemas/problem.ts';
import {
  Session,
  SessionConversation,
  SessionStart,
  SessionUpdate,
  StartedSession,
  toClientOverrides,
  toSession,
} from '../schemas/session.ts';

const Agent = z.object({ agentId: z.string(), name: z.string() }).openapi('Agent');

const AgentVersion = z
  .object({
    label: z.string(),
    sessions: z.number().int().openapi({ description: 'Talks in the browser that were started under it' }),
    newestAt: timestamp,
  })
  .openapi('AgentVersion');

const side = text(310)
  .transform((value) => {
    const at = value.indexOf(':');
    return at === -1
      ? { agentId: value, label: null }
      : { agentId: value.slice(0, at), label: value.slice(at + 1) };
  })
  .refine(({ agentId, label }) => agentId !== '' && label !== '', 'must be agentId or agentId:label')
  .openapi({
    type: 'string',
    pattern: '^[^\\s:\\x00][^:\\x00]*(:[^\\x00]*[^\\s\\x00][^\\x00]*)?$',
    description:
      'An agent: its calls outside of labelled sessions; or agentId:label, its sessions of that label',
    example: 'agent_1:warmer greeting',
  });

const listAgentsRoute = createRoute({
  method: 'get',
  path: '/api/agents',
  operationId: 'listAgents',
  tags: ['provider'],
  summary: "List the provider's agents",
  ...access('viewer'),
  responses: { 200: json('All of them', page(Agent, 'AgentPage')), ...keyProblems, ...problems(502) },
});

const compareAgentsRoute = createRoute({
  method: 'get',
  path: '/api/agents/compare',
  operationId: 'compareAgents',
  tags: ['provider'],
  summary: 'The same figures for two agents or versions of one, over the newest 1,000 calls of each',
  ...access('viewer'),
  request: {
    query: z.object({ left: side, right: side, from: instant.optional(), to: instant.optional() }),
  },
  responses: { 200: json('Both sides', Comparison), ...keyProblems, ...problems(422) },
});

const readAgentRoute = createRoute({
  method: 'get',
  path: '/api/agents/{id}',
  operationId: 'readAgent',
  tags: ['provider'],
  summary: 'Read an agent as its provider keeps it, with what may be overridden',
  ...access('viewer'),
  request: { params: agentParam },
  responses: { 200: json('The agent', AgentDetail), ...keyProblems, ...problems(404, 422, 502) },
});

const listVersionsRoute = createRoute({
  method: 'get',
  path: '/api/agents/{id}/versions',
  operationId: 'listAgentVersions',
  tags: ['provider'],
  summary: "An agent's labelled versions that were talked to in the browser, the newest 100",
  ...access('viewer'),
  request: { params: agentParam },
  responses: {
    200: json('The last used first', page(AgentVersion, 'AgentVersionPage')),
    ...keyProblems,
    ...problems(422),
  },
});

const startSessionRoute = createRoute({
  method: 'post',
  path: '/api/agents/{id}/session',
  operationId: 'startSession',
  tags: ['provider'],
  summary:
    'Start a talk with an agent in the browser: all that the official browser client needs, and no key',
  ...access('operator'),
  request: {
    params: agentParam,
    body: { content: { 'application/json': { schema: SessionStart } } },
  },
  responses: { 201: json('How to join', StartedSession), ...bodyProblems, ...problems(404, 502) },
});

const tieSessionRoute = createRoute({
  method: 'post',
  path: '/api/sessions/{id}/conversation',
  operationId: 'tieSession',
  tags: ['provider'],
  summary: "Say which of the provider's conversations a browser session became",
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: SessionConversation } } },
  },
  responses: { 200: json('The session as it is now', Session), ...bodyProblems, ...problems(404) },
});

const updateSessionRoute = createRoute({
  method: 'patch',
  path: '/api/sessions/{id}',
  operationId: 'updateSession',
  tags: ['provider'],
  summary: 'Say how a browser session sounded, and what was really said in it',
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: SessionUpdate } } },
  },
  responses: { 200: json('The session as it is now', Session), ...bodyProblems, ...problems(404) },
});

/** The provider's agents, and talks with them in the browser. */
export function registerAgents(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(listAgentsRoute, async (c) => {
    const agents = await reachable(() => context.voice.listAgents());
    return c.json({ items: agents.map(({ agentId, name }) => ({ agentId, name })), nextCursor: null }, 200);
  });
  app.openapi(compareAgentsRoute, async (c) => {
    const { left, right, from = null, to = null } = c.req.valid('query');
    const [leftSide, rightSide] = await Promise.all([
      figures(db, { ...left, from, to }),
      figures(db, { ...right, from, to }),
    ]);
    return c.json({ left: leftSide, right: rightSide }, 200);
  });
  app.openapi(readAgentRoute, async (c) => {
    const { id } = c.req.valid('param');
    const agent = await reachable(() => context.voice.getAgent(id));
    if (agent === null) throw notFound('agent');
    return c.json(agent, 200);
  });
  app.openapi(listVersionsRoute, async (c) => {
    const versions = await listVersions(db, c.req.valid('param').id);
    const items = versions.map(({ label, sessions, newest_at }) => ({
      label,
      sessions,
      newestAt: iso(newest_at),
    }));
    return c.json({ items, nextCursor: null }, 200);
  });
  app.openapi(startSessionRoute, async (c) => {
    const { overrides = {}, variables = {}, leadId = null, label = null, how } = c.req.valid('json');
    const agentId = c.req.valid('param').id;
    const actor = c.get('actor');
    const request = { agentId, overrides, variables, leadId, label, how, actor };
    const {
      id,
      join,
      conversationId,
      variables: dynamicVariables,
      expiresAt,
    } = await startSession(context, request);
    c.set('madeAnew', true);
    return c.json(
      {
        sessionId: id,
        ...('token' in join ? { token: join.token } : { signedUrl: join.signedUrl }),
        conversationId,
        overrides: toClientOverrides(overrides),
        dynamicVariables,
        textOnly: overrides.textOnly === true,
        expiresAt: iso(expiresAt),
      },
      201,
    );
  });
  app.openapi(tieSessionRoute, async (c) => {
    const { conversationId } = c.req.valid('json');
    const tie = { sessionId: c.req.valid('param').id, conversationId, actor: c.get('actor') };
    return c.json(toSession(await tieSession(context, tie)), 200);
  });
  app.openapi(updateSessionRoute, async (c) => {
    const { rating, spoken } = c.req.valid('json');
    const change = { sessionId: c.req.valid('param').id, rating, spoken, actor: c.get('actor') };
    return c.json(toSession(await rateSession(context, change)), 200);
  });
}

async function figures(db: Db, side: Side): Promise<z.infer<typeof Comparison>['left']> {
  const [row, spoken, talks] = await Promise.all([
    readSide(db, side),
    readSpokenTalks(db, side),
    readTalks(db, side),
  ]);
  const errors = meanErrorRate(spoken);
  return {
    agentId: side.agentId,
    label: side.label,
    calls: row.calls,
    answered: row.answered,
    timeToFirstAudioMs: { mean: row.first_audio_mean_ms, median: row.first_audio_median_ms },
    responseMs: { mean: row.response_mean_ms, median: row.response_median_ms },
    turns: row.turns,
    interruptions: row.interruptions,
    wordErrorRate: errors.rate,
    checkedTalks: errors.talks,
    rating: row.rating,
    ratings: row.ratings,
    successRate: row.success_rate,
    talkSeconds: row.talk_seconds,
    costCents: row.cost_cents,
    costPerMinuteCents: row.cost_per_minute_cents,
    oldestAt: isoOrNull(row.oldest_at),
    newestAt: isoOrNull(row.newest_at),
    talks: talks.map(({ id, started_at, talk_seconds, rating }) => ({
      callId: id,
      startedAt: iso(started_at),
      talkSeconds: talk_seconds,
      rating,
    })),
  };
}
