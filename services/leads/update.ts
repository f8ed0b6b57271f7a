import { inTransaction } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { changeLead, type Lead, lockLead } from '#db/queries/leads.ts';
import type { Actor } from '#domain/access.ts';
import { type NormalisedLead, normaliseLead } from '#domain/lead-row.ts';
import { announceChange, noteChange } from '../campaigns/changes.ts';
import type { Context } from '../context.ts';
import { invalid, notFound } from '../errors.ts';

/** What a person may correct; null takes a value away. */
export interface LeadCorrection {
  name?: string | null | undefined;
  email?: string | null | undefined;
  timeZone?: string | null | undefined;
  /** Replaces all variables. */
  variables?: Record<string, string> | undefined;
}

/**
 * Corrects a lead. One that waits for its window is looked at again at once: the window may be another one now.
 *
 * @throws ServiceError `not-found` or `invalid-request`
 */
export async function updateLead(
  context: Pick<Context, 'db' | 'now' | 'workflows' | 'logger'>,
  { actor, leadId, change }: { actor: Actor; leadId: string; change: LeadCorrection },
): Promise<Lead> {
  const { after, isNews } = await inTransaction(context.db, async (tx) => {
    const before = await lockLead(tx, leadId);
    if (before === null) throw notFound('lead');
    const { name, email, timeZone, zones, variables } = correct(before, change);
    const now = await context.now();
    const awaitsWindow = before.state === 'waiting' && before.hold_rule === 'window';
    const after = await changeLead(tx, leadId, {
      name,
      email,
      time_zone: timeZone,
      zones,
      variables: toJson(variables),
      ...(awaitsWindow ? { not_before: now, hold_rule: null, hold_detail: null } : {}),
      updated_at: now,
    });
    const data = { fields: Object.keys(change) };
    await appendEvent(tx, { type: 'lead.changed', campaignId: before.campaign_id, leadId, data });
    await appendAudit(tx, { actor, action: 'lead.changed', subject: leadId, data });
    const isNews = awaitsWindow && (await noteChange(tx, before.campaign_id)).isFirst;
    return { after, isNews };
  });
  if (isNews) await announceChange(context, after.campaign_id);
  return after;
}

/** The lead with the change, checked as a row of a list is. */
function correct(before: Lead, change: LeadCorrection): NormalisedLead {
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
