import { expect, vi } from 'vitest';
import { ACCOUNT_SID, type Answer, AUTH_TOKEN, type Chain, TEXTS_FROM } from './chain-rig.ts';
import { QUICK } from './people.ts';

/** A zone in which it is noon, more or less, whenever the test runs: texts may be sent there. */
function noonZone(now = new Date()): string {
  const behindHours = (now.getUTCHours() - 12 + 24) % 24;
  return zoneBehind(behindHours);
}

/** A zone in which it is three at night. */
export function nightZone(now = new Date()): string {
  return zoneBehind((now.getUTCHours() - 3 + 24) % 24);
}

/** The sign of these zones is that of the west. */
function zoneBehind(hours: number): string {
  if (hours === 0) return 'Etc/GMT';
  return hours <= 12 ? `Etc/GMT+${hours}` : `Etc/GMT-${24 - hours}`;
}

/** Has the simulator deliver texts to the chain's API, as Twilio would. */
export function connectTexts(chain: Chain): void {
  chain.simulator.setTexting({
    smsUrl: `${chain.url}/webhooks/twilio/sms`,
    authToken: AUTH_TOKEN,
    accountSid: ACCOUNT_SID,
    textsBack: 0,
  });
}

/** A person writes to us. */
export async function textFrom(
  chain: Chain,
  from: string,
  body: string,
  media: string[] = [],
): Promise<void> {
  const { status } = await chain.simulator.textIn({ from, to: TEXTS_FROM, body, media });
  expect(status).toBe(200);
}

export interface MessageRow {
  id: string;
  status: string;
  direction: string;
  source: string;
  body: string;
  segments: number;
  encoding: string;
  characters: number;
  inReplyTo: string | null;
  leadId: string | null;
  callId: string | null;
  errorCode: number | null;
  error: string | null;
  from: string;
  to: string;
  attachments: { url: string; contentType: string }[];
}

/** Asks for a text to be sent, as a person would. */
export async function sendText(chain: Chain, body: object): Promise<Answer<MessageRow & { detail: string }>> {
  return await chain.call('POST', '/api/messages', body);
}

/** Texts that the network took from us for this number. */
export function textsTo(chain: Chain, phone: string) {
  return chain.simulator.ledger.texts.filter(
    ({ to, by, accepted }) => to === phone && by === 'api' && accepted,
  );
}

export async function messagesOf(chain: Chain, query: string): Promise<MessageRow[]> {
  const { status, body } = await chain.call<{ items: MessageRow[] }>(
    'GET',
    `/api/messages?limit=200&${query}`,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body.items;
}

/** What of a campaign waits for a person. */
export async function attentionOf(
  chain: Chain,
  campaignId: string,
): Promise<{ kind: string; subject: string }[]> {
  const { body } = await chain.call<{
    items: { kind: string; subject: string; campaignId: string | null }[];
  }>('GET', '/api/attention');
  return body.items.filter((item) => item.campaignId === campaignId);
}

/** The opt-outs of a contact. */
export async function optOutsOf(chain: Chain, phone: string): Promise<object[]> {
  const { body } = await chain.call<{ items: { phone: string }[] }>('GET', '/api/opt-outs');
  return body.items.filter((item) => item.phone === phone);
}

/** Resolves when the message has this status. */
export async function messageReaches(chain: Chain, id: string, status: string): Promise<void> {
  await vi.waitFor(
    async () => expect((await chain.call<MessageRow>('GET', `/api/messages/${id}`)).body.status).toBe(status),
    { timeout: 30_000, interval: 50 },
  );
}

/** A campaign, not started, with one lead in a zone where texts may be sent. */
export async function createLead(
  chain: Chain,
  phone: string,
  {
    settings = {},
    timeZone = noonZone(),
  }: { settings?: Parameters<Chain['create']>[0]; timeZone?: string } = {},
): Promise<{ campaignId: string; leadId: string }> {
  const campaignId = await chain.create({ ...QUICK, ...settings });
  const added = await chain.call('POST', `/api/campaigns/${campaignId}/leads`, {
    leads: [{ phone, name: 'Robin', timeZone }],
  });
  expect(added, JSON.stringify(added.body)).toMatchObject({ body: { accepted: 1 } });
  const { id } = await chain.db
    .selectFrom('leads')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return { campaignId, leadId: id };
}

/** The types of the events about a message or a lead, in order. */
export async function eventTypes(
  chain: Chain,
  about: { messageId?: string; leadId?: string },
): Promise<string[]> {
  let query = chain.db.selectFrom('events').select('type').orderBy('id');
  if (about.messageId !== undefined) query = query.where('message_id', '=', about.messageId);
  if (about.leadId !== undefined) query = query.where('lead_id', '=', about.leadId);
  return (await query.execute()).map(({ type }) => type);
}
