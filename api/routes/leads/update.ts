import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type Lead as LeadRow, lockLead, updateLead } from '#db/queries/leads.ts';
import { type NormalisedLead, normaliseLead } from '#domain/lead-row.ts';
import { invalid, notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { idParam } from '../../schemas/common.ts';
import { Lead, LeadUpdate, toLead } from '../../schemas/lead.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

const route = createRoute({
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

type Change = {
  name?: string | null | undefined;
  email?: string | null | undefined;
  timeZone?: string | null | undefined;
  variables?: Record<string, string> | undefined;
};

export function updateLeadRoute(app: Api, { db, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const change = c.req.valid('json');
    const lead = await inTransaction(db, async (tx) => {
      const before = await lockLead(tx, id);
      if (before === null) throw notFound('lead');
      const after = await updateLead(tx, id, normaliseChange(before, change), await now());
      const subject = { campaignId: before.campaign_id, leadId: id, data: { fields: Object.keys(change) } };
      await appendEvent(tx, { type: 'lead.changed', ...subject });
      await appendAudit(tx, {
        actor: c.get('actor'),
        action: 'lead.changed',
        subject: id,
        data: subject.data,
      });
      return after;
    });
    return c.json(toLead(lead), 200);
  });
}

/** The lead with the change, checked as a row of a list is. @throws Problem 422 */
function normaliseChange(before: LeadRow, change: Change): NormalisedLead {
  const pick = (changed: string | null | undefined, kept: string | null) =>
    (changed === undefined ? kept : changed) ?? '';
  const normalised = normaliseLead({
    phone: before.phone,
    name: pick(change.name, before.name),
    email: pick(change.email, before.email),
    timeZone: pick(change.timeZone, before.time_zone),
    variables: change.variables ?? before.variables,
  });
  if (normalised.ok) return normalised.lead;
  throw invalid(normalised.errors.map(({ column, message }) => ({ path: column, message })));
}
