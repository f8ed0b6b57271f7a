import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { findSession, tieConversation } from '#db/queries/agent-sessions.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { storeBrowserTalk } from '#services/agents/browser-talk.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { idParam } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { Session, SessionConversation, toSession } from '../../schemas/session.ts';

const route = createRoute({
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

export function tieSession(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { conversationId } = c.req.valid('json');
    const tied = await inTransaction(context.db, async (tx) => {
      const answer = await tieConversation(tx, { sessionId: id, conversationId });
      switch (answer) {
        case 'no_session':
          throw notFound('session');
        case 'has_another':
          throw new Problem('wrong-state', 'The session has another conversation already.');
        case 'taken':
          throw new Problem('wrong-state', 'The conversation belongs to another session or call.');
        case 'tied':
      }
      const data = { conversationId };
      await appendAudit(tx, { actor: c.get('actor'), action: 'session.tied', subject: id, data });
      return await findSession(tx, id);
    });
    if (tied === null) throw notFound('session');
    if (tied.call_id === null) await storeBrowserTalk(context, { conversationId, agentId: tied.agent_id });
    const session = (await findSession(context.db, id)) ?? tied;
    return c.json(toSession(session), 200);
  });
}
