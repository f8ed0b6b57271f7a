import PostalMime, { type Email } from 'postal-mime';
import { expect, vi } from 'vitest';
import type { FollowUpRule } from '#domain/follow-up.ts';
import type { Chain } from './chain-rig.ts';
import { QUICK } from './people.ts';
import { WITHIN } from './within.ts';

/** Mails a conversion its meeting. */
export const thanks = {
  id: 'thanks',
  on: { converted: true },
  afterSeconds: 0,
  channel: 'email',
  subject: 'Our meeting, {{ first_name }}',
  body: "Dear {{ name }},\n\nwe meet on {{ meeting.date }} at {{ meeting.time }}. {{ note | default: '' }}",
  calendar: true,
} satisfies FollowUpRule;

interface Person {
  phone: string;
  email?: string;
  name?: string;
}

/** Runs a campaign to its end with these rules. */
export async function follow(chain: Chain, followUps: FollowUpRule[], ...people: Person[]): Promise<string> {
  const id = await chain.create({ ...QUICK, followUps });
  const leads = people.map((person) => ({ name: 'Ada Lovelace', ...person }));
  const added = await chain.call('POST', `/api/campaigns/${id}/leads`, { leads });
  expect(added, JSON.stringify(added.body)).toMatchObject({ body: { accepted: people.length } });
  expect((await chain.call('POST', `/api/campaigns/${id}/start`, {})).status).toBe(202);
  await chain.reaches(id, 'completed');
  return id;
}

interface Listed {
  id: string;
  ruleId: string;
  status: string;
  reason: string | null;
  dueAt: string;
}

/** The follow-ups of a campaign's one lead, as the API lists them, once they stand like this. */
export async function standing(chain: Chain, campaignId: string, statuses: string[]): Promise<Listed[]> {
  const lead = await leadOf(chain, campaignId);
  return await vi.waitFor(async () => {
    const { body } = await chain.call<{ items: Listed[] }>('GET', `/api/leads/${lead.id}/follow-ups`);
    expect(body.items.map(({ status }) => status)).toEqual(statuses);
    return body.items;
  }, WITHIN);
}

export async function leadOf(chain: Chain, campaignId: string) {
  return await chain.db
    .selectFrom('leads')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
}

export async function mailsTo(chain: Chain, address: string): Promise<Email[]> {
  const mails = chain.simulator.mailbox.mails().filter(({ to }) => to.includes(address));
  return await Promise.all(mails.map(({ raw }) => PostalMime.parse(raw)));
}

export async function messagesOf(chain: Chain, campaignId: string) {
  return await chain.db.selectFrom('messages').selectAll().where('campaign_id', '=', campaignId).execute();
}

export async function attentionFor(chain: Chain, subject: string) {
  return await chain.db.selectFrom('attention').selectAll().where('subject', '=', subject).execute();
}

/** Of a document whose long lines are folded. */
function linesOf(document: string): string[] {
  return document.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
}

export function calendarOf(mail: Email | undefined): string[] {
  const file = mail?.attachments.find(
    ({ mimeType }) => mimeType.includes('calendar') || mimeType.includes('ics'),
  );
  if (file === undefined) throw new Error('The mail has no calendar file.');
  const { content } = file;
  return linesOf(typeof content === 'string' ? content : new TextDecoder().decode(content));
}
