import type { Disposition, Reach } from './call.ts';
import type { Meeting } from './meeting.ts';
import type { TemplateValue, TemplateVariables } from './template.ts';

export interface FollowedLead {
  name: string | null;
  email: string | null;
  phone: string;
  /** The columns of its list that are no field of a lead, and `company`. */
  variables: Record<string, string>;
}

/**
 * What a follow-up's template may name: the lead's own variables, and above them `name`, `first_name`, `email`,
 * `phone`, `campaign`, `reach`, `disposition`, `summary`, `collected.*` (what the agent collected) and, when one
 * was agreed, `meeting.date`, `meeting.time`, `meeting.time_zone` and `meeting.starts_at` (ISO). Unknown values are
 * left out, so that a template which needs one fails.
 */
export function followUpVariables({
  lead,
  campaign,
  call,
  collected,
  meeting,
}: {
  lead: FollowedLead;
  campaign: string;
  call: { reach: Reach | null; disposition: Disposition | null; summary: string | null };
  collected: Record<string, unknown>;
  meeting: Meeting | null;
}): TemplateVariables {
  const firstName = lead.name?.trim().split(/\s+/)[0];
  return {
    ...lead.variables,
    ...known({
      name: lead.name,
      first_name: firstName === '' ? null : firstName,
      email: lead.email,
      phone: lead.phone,
      campaign,
      reach: call.reach,
      disposition: call.disposition,
      summary: call.summary,
    }),
    collected: known(collected),
    ...(meeting === null ? {} : { meeting: meetingVariables(meeting) }),
  };
}

/** Only what a template can print; an agent may have collected objects and nulls. */
function known(values: Record<string, unknown>): Record<string, TemplateValue> {
  const printable = Object.entries(values).filter(
    (entry): entry is [string, string | number | boolean] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
  );
  return Object.fromEntries(printable);
}

function meetingVariables({ startsAt, timeZone }: Meeting): Record<string, TemplateValue> {
  const format = (options: Intl.DateTimeFormatOptions) =>
    // Intl separates hour and AM with a narrow space, which would turn a text message into the longer encoding.
    new Intl.DateTimeFormat('en-US', { timeZone, ...options }).format(startsAt).replaceAll('\u202f', ' ');
  return {
    date: format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    time: format({ hour: 'numeric', minute: '2-digit', timeZoneName: 'short' }),
    time_zone: timeZone,
    starts_at: startsAt.toISOString(),
  };
}
