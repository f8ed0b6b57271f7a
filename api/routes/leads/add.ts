import { createRoute } from '@hono/zod-openapi';
import { type NormalisedLead, normaliseLead } from '#domain/lead-row.ts';
import { addBatch, announceLeads, campaignForLeads } from '#services/leads/add.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { fieldErrors } from '../../http/errors.ts';
import { idParam } from '../../schemas/common.ts';
import { LeadInput, LeadsAdd, LeadsAdded } from '../../schemas/lead.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

const route = createRoute({
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

export function addLeads(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await campaignForLeads(context, id);
    const good: NormalisedLead[] = [];
    const rejected: { index: number; message: string }[] = [];
    for (const [index, input] of c.req.valid('json').leads.entries()) {
      const lead = readLead(input);
      if (lead.ok) good.push(lead.lead);
      else rejected.push({ index, message: lead.message });
    }
    if (good.length === 0) return c.json({ accepted: 0, duplicates: 0, rejected }, 200);
    const batch = await addBatch(context, c.get('actor'), id, good);
    if (batch.added.size > 0) await announceLeads(context, batch);
    return c.json({ accepted: batch.added.size, duplicates: good.length - batch.added.size, rejected }, 200);
  });
}

function readLead(input: unknown): { ok: true; lead: NormalisedLead } | { ok: false; message: string } {
  const parsed = LeadInput.safeParse(input);
  const normalised = parsed.success ? normaliseLead(withoutNulls(parsed.data)) : null;
  if (normalised?.ok) return normalised;
  const errors = parsed.success
    ? (normalised?.errors ?? []).map(({ column, message }) => ({ path: column, message }))
    : fieldErrors(parsed.error.issues);
  const message = errors
    .map(({ path, message: what }) => (path === '' ? what : `${path} ${what}`))
    .join('; ');
  return { ok: false, message };
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], null> };

/** Null says the same as a missing field. */
function withoutNulls<T extends object>(input: T): Present<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Present<T>;
}
