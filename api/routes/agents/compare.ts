import { createRoute, z } from '@hono/zod-openapi';
import type { Db } from '#db/client.ts';
import { readSide, readTalks, readWordErrorRate, type Side } from '#db/queries/comparisons.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Comparison } from '../../schemas/agent.ts';
import { instant, iso, isoOrNull, text } from '../../schemas/common.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

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
    description:
      'An agent: its calls outside of labelled sessions; or agentId:label, its sessions of that label',
    example: 'agent_1:warmer greeting',
  });

const route = createRoute({
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

export function compareAgents(app: Api, { db }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { left, right, from = null, to = null } = c.req.valid('query');
    const [leftSide, rightSide] = await Promise.all([
      figures(db, { ...left, from, to }),
      figures(db, { ...right, from, to }),
    ]);
    return c.json({ left: leftSide, right: rightSide }, 200);
  });
}

async function figures(db: Db, side: Side): Promise<z.infer<typeof Comparison>['left']> {
  const [row, errors, talks] = await Promise.all([
    readSide(db, side),
    readWordErrorRate(db, side),
    readTalks(db, side),
  ]);
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
