import { sql } from 'kysely';
import type { LeadState } from '#domain/lead.ts';
import type { Db, Tx } from '../client.ts';

/** One of the leads behind a number. */
export interface ContactLead {
  leadId: string;
  campaignId: string;
  /** The lead's own, which may be another than the one it was found by. */
  phone: string;
  state: LeadState;
  zones: string[];
  /** When it was last called or written to; null when never. */
  contactedAt: Date | null;
}

/** Those that wait for their next call, and need wait no longer once the person has written. */
export function waitingLeads(leads: readonly ContactLead[]): string[] {
  return leads
    .filter(({ state }) => state === 'backing_off' || state === 'queued')
    .map(({ leadId }) => leadId);
}

/** One number may be a lead of many campaigns; nobody reads more of them than this. */
const MOST_LEADS = 100;

/** Every lead with this number, or with one that the number is known to belong to; the one contacted last comes first. */
export async function leadsOfContact(db: Db | Tx, phone: string): Promise<ContactLead[]> {
  const { rows } = await sql<{
    id: string;
    campaign_id: string;
    phone: string;
    state: LeadState;
    zones: string[];
    contacted_at: Date | null;
  }>`
    select leads.id, leads.campaign_id, leads.phone, leads.state, leads.zones, greatest(
      (select max(started_at) from calls where lead_id = leads.id and direction = 'outbound'),
      (select max(created_at) from messages where lead_id = leads.id and direction = 'outbound')
    ) as contacted_at
    from leads
    where leads.phone = ${phone}
      or leads.phone = (select contact_phone from contact_aliases where phone = ${phone})
      or leads.id = (select lead_id from contact_aliases where phone = ${phone})
    order by contacted_at desc nulls last, leads.id desc
    limit ${MOST_LEADS}`.execute(db);
  return rows.map((row) => ({
    leadId: row.id,
    campaignId: row.campaign_id,
    phone: row.phone,
    state: row.state,
    zones: row.zones,
    contactedAt: row.contacted_at,
  }));
}
