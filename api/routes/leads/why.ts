import { createRoute } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { findLead, readLeadBlocks } from '#db/queries/leads.ts';
import { holidaysAround } from '#domain/holidays.ts';
import { notFound } from '#services/errors.ts';
import { explainLead } from '#services/leads/why.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam, isoOrNull } from '../../schemas/common.ts';
import { Why } from '../../schemas/lead.ts';
import { json, keyProblems, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/api/leads/{id}/why',
  operationId: 'readWhy',
  tags: ['leads'],
  summary: 'Why the lead is not being called now, and when it can be',
  ...access('viewer'),
  request: { params: idParam },
  responses: { 200: json('The reasons', Why), ...keyProblems, ...problems(404, 422) },
});

export function readWhy(app: Api, context: ApiContext): void {
  const { db } = context;
  app.openapi(route, async (c) => {
    const lead = await findLead(db, c.req.valid('param').id);
    const campaign = lead === null ? null : await findCampaign(db, lead.campaign_id);
    if (lead === null || campaign === null) throw notFound('lead');
    const now = await context.now();
    const { window } = campaign.settings;
    const why = explainLead({
      now,
      campaign: { status: campaign.status, startAt: campaign.start_at, pauseReason: campaign.pause_reason },
      settings: campaign.settings,
      lead: {
        state: lead.state,
        zones: lead.zones,
        notBefore: lead.not_before,
        holdRule: lead.hold_rule,
        holdDetail: lead.hold_detail,
        attemptsUsed: lead.attempts_used,
        outcome: lead.outcome,
        outcomeDetail: lead.outcome_detail,
      },
      ...(await readLeadBlocks(db, lead)),
      holidays: holidaysAround(window.holidays, now),
    });
    const blockedBy = why.blockedBy.map((block) => ({ ...block, until: isoOrNull(block.until) }));
    return c.json({ ...why, nextAttemptAt: isoOrNull(why.nextAttemptAt), blockedBy }, 200);
  });
}
