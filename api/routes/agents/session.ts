import { createRoute } from '@hono/zod-openapi';
import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { insertSession } from '#db/queries/agent-sessions.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { findLead } from '#db/queries/leads.ts';
import { forbiddenOverrides } from '#services/agents/overrides.ts';
import { tellHistory } from '#services/calls/history.ts';
import { invalid, notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { reachable } from '../../http/provider.ts';
import { agentParam } from '../../schemas/agent.ts';
import { iso } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { SessionStart, StartedSession, toClientOverrides } from '../../schemas/session.ts';

/** How long the provider's signed address opens a conversation (its documentation on signed URLs). */
const JOIN_WITHIN_MS = 15 * 60_000;

const route = createRoute({
  method: 'post',
  path: '/api/agents/{id}/session',
  operationId: 'startSession',
  tags: ['provider'],
  summary:
    'Start a talk with an agent in the browser: all that the official browser client needs, and no key',
  ...access('operator'),
  request: {
    params: agentParam,
    body: { required: true, content: { 'application/json': { schema: SessionStart } } },
  },
  responses: { 201: json('How to join', StartedSession), ...bodyProblems, ...problems(404, 502) },
});

export function startSession(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id: agentId } = c.req.valid('param');
    const { overrides = {}, variables = {}, leadId = null, label = null, how } = c.req.valid('json');
    const ofLead = leadId === null ? {} : await leadVariables(context, leadId);
    const agent = await reachable(() => context.voice.getAgent(agentId));
    if (agent === null) throw notFound('agent');
    const forbidden = forbiddenOverrides(overrides, agent.overrides);
    if (forbidden.length > 0) throw invalid(forbidden);
    const join = await reachable(() => context.voice.joinFromBrowser({ agentId, how }));
    const createdAt = await context.now();
    const session = {
      id: uuid(),
      agentId,
      label,
      overrides,
      variables,
      leadId,
      conversationId: 'token' in join ? join.conversationId : null,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + JOIN_WITHIN_MS),
    };
    const actor = c.get('actor');
    await inTransaction(context.db, async (tx) => {
      await insertSession(tx, { ...session, actor: actor.id });
      const data = { agentId, how, overrides: Object.keys(overrides) };
      await appendAudit(tx, { actor, action: 'session.started', subject: session.id, data });
    });
    c.set('madeAnew', true);
    return c.json(
      {
        sessionId: session.id,
        ...('token' in join ? { token: join.token } : { signedUrl: join.signedUrl }),
        conversationId: session.conversationId,
        overrides: toClientOverrides(overrides),
        dynamicVariables: { ...ofLead, ...variables, session_id: session.id },
        textOnly: overrides.textOnly === true,
        expiresAt: iso(session.expiresAt),
      },
      201,
    );
  });
}

/** What a dial to the lead would send along. @throws Problem 404 */
async function leadVariables({ db, now }: ApiContext, leadId: string): Promise<Record<string, string>> {
  const lead = await findLead(db, leadId);
  if (lead === null) throw notFound('lead');
  const history = await tellHistory(db, lead.phone, await now());
  return {
    ...lead.variables,
    ...(lead.name === null ? {} : { name: lead.name }),
    ...(lead.email === null ? {} : { email: lead.email }),
    ...(history === '' ? {} : { history }),
  };
}
