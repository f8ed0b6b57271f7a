// One lead's whole story, made by a campaign's rules alone: a call, a text during the call that the agent is told of,
// its answer, a mail with a calendar file, and a webhook for the CRM. The table that it prints is the lead's timeline.

import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { FollowUpRule } from '#domain/follow-up.ts';
import { type Chain, KEY, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { openStream } from '../support/stream-client.ts';
import { connectTexts, createLead, textFrom } from '../support/texting-rig.ts';
import { type Receiver, startReceiver, verified } from '../support/webhook-receiver.ts';

const QUESTION = 'What is your address?';
const ANSWER = 'We are at 1 Example Street.';
/** The answer to a person's own text goes out at any hour. */
const ZONE = 'America/New_York';
const EMAIL = 'robin@people.example';
const WITHIN = { timeout: 30_000, interval: 50 };

let chain: Chain;
let crm: Receiver;

beforeAll(async () => {
  // Slow enough to write a text while the call is under way.
  [chain, crm] = await Promise.all([startChain({ speed: 20 }), startReceiver()]);
  connectTexts(chain);
});

afterAll(async () => {
  await chain?.stop();
  await crm?.stop();
});

interface Entry {
  id: number;
  at: string;
  type: string;
  data: Record<string, unknown>;
  call: { id: string; reach: string | null; converted: boolean } | null;
  message: { channel: string; direction: string; source: string; status: string; body: string } | null;
  followUp: { ruleId: string; status: string } | null;
  delivery: { url: string; status: string; attempts: number; lastStatus: number } | null;
  decision: { verdict: string } | null;
}

interface ReadCall {
  id: string;
  reach: string;
  transcript: { role: string; text: string }[];
  analysis: { dataCollection: Record<string, string> };
}

/** The lead's timeline, the earliest first. */
async function timelineOf(leadId: string): Promise<Entry[]> {
  const { body } = await chain.call<{ items: Entry[]; nextCursor: string | null }>(
    'GET',
    `/api/leads/${leadId}/timeline?limit=200`,
  );
  expect(body.nextCursor).toBeNull();
  return body.items.toReversed();
}

/** What an entry is, in one line. */
function nameOf({ type, message, followUp }: Entry): string {
  if (type.startsWith('message.')) return `${type} ${message?.channel} ${message?.source}`;
  return followUp === null ? type : `${type} ${followUp.ruleId}`;
}

function detailOf({ type, call, message, followUp, delivery, decision, data }: Entry): string {
  if (type.startsWith('follow_up.')) return followUp?.status ?? '';
  if (delivery !== null) return `${delivery.status} at attempt ${delivery.attempts}`;
  if (type.startsWith('message.')) return `${message?.direction}: ${message?.body.split('\n')[0]}`;
  if (decision !== null) return `the gate says ${decision.verdict}`;
  if (type === 'call.context_sent')
    return data.sent === false ? 'not delivered' : 'the agent received the text';
  return call === null ? '' : `${call.reach}${call.converted ? ', converted' : ''}`;
}

/** Where each of these stands; every one is there, and after the one before it. */
function expectOrder(entries: Entry[], ...names: string[]): void {
  const standing = entries.map(nameOf);
  const places = names.map((name) => standing.indexOf(name));
  expect(places, `${names.join(' → ')} in\n${standing.join('\n')}`).not.toContain(-1);
  expect(places, `${names.join(' → ')} in\n${standing.join('\n')}`).toEqual(
    places.toSorted((left, right) => left - right),
  );
}

/** A campaign with everything that these rules say. */
async function createCampaign(phone: string, followUps: FollowUpRule[]) {
  const settings = {
    followUps,
    autoReply: { rules: [{ keywords: ['address'], body: ANSWER }], agent: null },
  };
  const { campaignId, leadId } = await createLead(chain, phone, { settings, timeZone: ZONE });
  expect((await chain.call('PATCH', `/api/leads/${leadId}`, { email: EMAIL })).status).toBe(200);
  return { campaignId, leadId };
}

/** Resolves with the call of a lead once its person has picked up. */
async function liveCallOf(leadId: string): Promise<string> {
  return await vi.waitFor(async () => {
    const { body } = await chain.call<{ items: { id: string; leadId: string; status: string }[] }>(
      'GET',
      '/api/calls/live',
    );
    const live = body.items.find((item) => item.leadId === leadId);
    expect(live?.status).toBe('in_progress');
    return live?.id ?? '';
  }, WITHIN);
}

/** The lines of the mail's calendar file, unfolded. */
async function invitationTo(address: string): Promise<string[]> {
  const mails = chain.simulator.mailbox.mails().filter(({ to }) => to.includes(address));
  expect(mails).toHaveLength(1);
  const { attachments, subject } = await PostalMime.parse(mails[0]?.raw ?? '');
  expect(subject).toBe('Our meeting, Robin');
  const file = attachments.find(({ mimeType }) => /calendar|ics/.test(mimeType));
  if (file === undefined) throw new Error('The mail has no calendar file.');
  const text = typeof file.content === 'string' ? file.content : new TextDecoder().decode(file.content);
  return text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
}

/** As a calendar file writes a local time. */
function onTheClockOf(zone: string, at: string): string {
  const local = new Date(at).toLocaleString('sv-SE', { timeZone: zone });
  return local.replaceAll(/[-:]/g, '').replace(' ', 'T');
}

function print(entries: Entry[]): void {
  const startedMs = Date.parse(entries[0]?.at ?? '');
  const lines = entries.map((entry) => {
    const seconds = ((Date.parse(entry.at) - startedMs) / 1_000).toFixed(1).padStart(6);
    return `${seconds} s  ${entry.type.padEnd(20)} ${nameOf(entry).slice(entry.type.length).trim().padEnd(16)} ${detailOf(entry)}`;
  });
  console.info(['the timeline of one lead', ...lines].join('\n'));
}

test('a call, a text during it, the answer, a mail with a calendar file, and a webhook', async () => {
  const [phone = ''] = createPhoneBook()('00');
  const hook = await chain.call<{ id: string; secret: string }>('POST', '/api/webhooks', {
    url: crm.url,
    eventTypes: ['campaign.completed'],
  });
  const { campaignId, leadId } = await createCampaign(phone, [
    {
      id: 'invitation',
      on: { converted: true, meeting: true },
      afterSeconds: 0,
      channel: 'email',
      subject: 'Our meeting, {{ first_name }}',
      body: 'We meet on {{ meeting.date }} at {{ meeting.time }}.',
      calendar: true,
    },
    { id: 'crm', on: { converted: true }, afterSeconds: 1, channel: 'webhook', endpointId: hook.body.id },
  ]);
  const known = (await timelineOf(leadId)).at(-1)?.id ?? 0;
  const stream = await openStream(chain.url, { key: KEY, lastEventId: known, query: `?lead=${leadId}` });
  expect((await chain.call('POST', `/api/campaigns/${campaignId}/start`, {})).status).toBe(202);

  const callId = await liveCallOf(leadId);
  await textFrom(chain, phone, QUESTION);
  await chain.reaches(campaignId, 'completed');
  const entries = await vi.waitFor(async () => {
    const all = await timelineOf(leadId);
    expect(all.map(nameOf)).toEqual(
      expect.arrayContaining([
        'message.delivered sms auto_reply',
        'follow_up.done invitation',
        'delivery.delivered crm',
      ]),
    );
    return all;
  }, WITHIN);
  print(entries);

  // The order of each thread; between them it is as the machine has it.
  expectOrder(
    entries,
    'call.started',
    'call.updated',
    'message.received sms contact',
    'call.context_sent',
    'call.ended',
  );
  expectOrder(
    entries,
    'message.received sms contact',
    'message.scheduled sms auto_reply',
    'message.sent sms auto_reply',
    'message.delivered sms auto_reply',
  );
  expectOrder(entries, 'call.ended', 'follow_up.planned invitation', 'follow_up.done invitation');
  expectOrder(entries, 'message.sent email follow_up', 'follow_up.done invitation');
  expectOrder(entries, 'call.ended', 'follow_up.planned crm', 'follow_up.done crm', 'delivery.delivered crm');

  // The agent was told, and spoke of it.
  const { body: call } = await chain.call<ReadCall>('GET', `/api/calls/${callId}`);
  expect(call.reach).toBe('answered');
  const told = call.transcript.filter(({ role, text }) => role === 'agent' && text.includes(QUESTION));
  expect(told).toHaveLength(1);
  const answers = chain.simulator.ledger.texts.filter(({ to }) => to === phone);
  expect(answers.map(({ body }) => body)).toEqual([ANSWER]);

  // The meeting is the one of which they spoke, in the lead's zone.
  const agreed = call.analysis.dataCollection.meeting_time ?? '';
  const invitation = await invitationTo(EMAIL);
  expect(invitation).toContain('METHOD:REQUEST');
  expect(invitation).toContain(`TZID:${ZONE}`);
  expect(invitation).toContain(`DTSTART;TZID=${ZONE}:${onTheClockOf(ZONE, agreed)}`);

  // The CRM can trust what it was sent.
  const [due] = crm.received
    .map((webhook) => verified(hook.body.secret, webhook))
    .filter(({ type }) => type === 'follow_up.due');
  expect(due).toMatchObject({ data: { campaignId, lead: { id: leadId, phone }, call: { id: callId } } });
  expect(entries.find(({ type }) => type === 'delivery.delivered')).toMatchObject({
    delivery: { url: crm.url, status: 'delivered', attempts: 1, lastStatus: 204 },
  });

  // Whoever watched saw the same, in the same order.
  const last = entries.at(-1)?.id ?? 0;
  await vi.waitFor(() => expect(stream.events.at(-1)?.id).toBeGreaterThanOrEqual(last), WITHIN);
  const seen = stream.events.filter(({ id, event }) => event !== 'ready' && id <= last);
  // What was there before the watching began is in the timeline alone.
  const [first] = seen;
  const since = entries.filter(({ id }) => id >= (first?.id ?? 0));
  expect(first?.event).toBe('call.started');
  expect(seen.map(({ id, event }) => [id, event])).toEqual(since.map(({ id, type }) => [id, type]));
  stream.close();
  await chain.expectInvariants();
});
