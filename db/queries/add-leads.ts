import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { NormalisedLead } from '#domain/lead-row.ts';
import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';

/**
 * Makes sure that there is a contact for each phone number, and holds off whoever would lock one of them. To be
 * called before the campaign is locked: contacts come first in the order of locks.
 */
export async function ensureContacts(tx: Tx, phones: readonly string[]): Promise<void> {
  const sorted = [...new Set(phones)].sort();
  await sql`
    insert into contacts (phone) select unnest(${sorted}::text[])
    on conflict do nothing`.execute(tx);
  await sql`
    select from contacts where phone = any(${sorted}::text[]) order by phone for key share`.execute(tx);
}

/** Adds leads to a campaign. Returns the numbers that were added; the others are in the campaign already. */
export async function insertLeads(
  tx: Tx,
  { campaignId, leads, now }: { campaignId: string; leads: readonly NormalisedLead[]; now: Date },
): Promise<Set<string>> {
  const rows = leads.map((lead) => ({
    id: uuid(),
    phone: lead.phone,
    name: lead.name,
    email: lead.email,
    country: lead.country,
    region: lead.region,
    postal_code: lead.postalCode,
    time_zone: lead.timeZone,
    consent: lead.consent,
    zones: lead.zones,
    variables: lead.variables,
  }));
  const { rows: added } = await sql<{ phone: string }>`
    insert into leads (id, campaign_id, phone, name, email, country, region, postal_code, time_zone,
      consent, zones, variables, not_before, created_at, updated_at)
    select id, ${campaignId}::uuid, phone, name, email, country, region, postal_code, time_zone,
      consent, zones, variables, ${now}, ${now}, ${now}
    from json_to_recordset(${toJson(rows)}::json) as row(id uuid, phone text, name text, email text,
      country text, region text, postal_code text, time_zone text, consent text, zones text[],
      variables jsonb)
    on conflict (campaign_id, phone) do nothing
    returning phone`.execute(tx);
  return new Set(added.map(({ phone }) => phone));
}
