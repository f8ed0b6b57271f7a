import { ApplicationFailure } from '@temporalio/activity';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../activities/deps.ts';
import type { FollowUpRule } from '../domain/follow-up.ts';
import { followUpWorkflowId, messageWorkflowId } from '../domain/ids.ts';
import { type Chain, createPhoneBook, KEY, QUICK, startChain } from './chain-rig.ts';
import { type Receiver, startReceiver, verified } from './webhook-receiver.ts';

const LONG_AGO_MS = 300_000;

let chain: Chain;
let crashAt: { at: Checkpoint; times: number } | null = null;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain({
    checkpoint: async (at) => {
      if (crashAt === null || crashAt.at !== at || crashAt.times === 0) return;
      crashAt.times -= 1;
      throw ApplicationFailure.create({ message: `crashed at ${at}`, category: 'BENIGN' });
    },
  });
});

afterAll(async () => {
  await chain?.stop();
});

beforeEach(() => {
  crashAt = null;
});

const thanks: FollowUpRule = {
  id: 'thanks',
  on: { converted: true },
  afterSeconds: 0,
  channel: 'email',
  subject: 'Our meeting, {{ first_name }}',
  body: "Dear {{ name }},\n\nwe meet on {{ meeting.date }} at {{ meeting.time }}. {{ note | default: '' }}",
  calendar: true,
};

interface Person {
  phone: string;
  email?: string;
  name?: string;
}

/** Runs a campaign to its end with these rules. */
async function follow(followUps: FollowUpRule[], ...people: Person[]): Promise<string> {
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
async function standing(campaignId: string, statuses: string[]): Promise<Listed[]> {
  const lead = await leadOf(campaignId);
  return await vi.waitFor(
    async () => {
      const { body } = await chain.call<{ items: Listed[] }>('GET', `/api/leads/${lead.id}/follow-ups`);
      expect(body.items.map(({ status }) => status)).toEqual(statuses);
      return body.items;
    },
    { timeout: 20_000, interval: 50 },
  );
}

async function leadOf(campaignId: string) {
  return await chain.db
    .selectFrom('leads')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
}

async function mailsTo(address: string): Promise<Email[]> {
  const mails = chain.simulator.mailbox.mails().filter(({ to }) => to.includes(address));
  return await Promise.all(mails.map(({ raw }) => PostalMime.parse(raw)));
}

async function messagesOf(campaignId: string) {
  return await chain.db.selectFrom('messages').selectAll().where('campaign_id', '=', campaignId).execute();
}

async function attentionFor(subject: string) {
  return await chain.db.selectFrom('attention').selectAll().where('subject', '=', subject).execute();
}

/** Of a document whose long lines are folded. */
function linesOf(document: string): string[] {
  return document.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
}

function calendarOf(mail: Email | undefined): string[] {
  const file = mail?.attachments.find(
    ({ mimeType }) => mimeType.includes('calendar') || mimeType.includes('ics'),
  );
  if (file === undefined) throw new Error('The mail has no calendar file.');
  const { content } = file;
  return linesOf(typeof content === 'string' ? content : new TextDecoder().decode(content));
}

test('a meeting that was agreed is mailed with a calendar file in its zone', async () => {
  const [phone = ''] = phonesOf('00');
  const name = 'Ada <b>Lovelace</b>';
  const id = await follow([thanks], { phone, email: 'ada@people.example', name });
  const [followUp] = await standing(id, ['done']);
  const [mail, ...others] = await mailsTo('ada@people.example');
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    from: { address: 'team@calls.example', name: 'The team' },
    subject: 'Our meeting, Ada',
    messageId: `<${followUp?.id}@calls.example>`,
  });
  expect(mail?.text).toContain(`Dear ${name},`);
  expect(mail?.html).toContain('Ada &lt;b&gt;Lovelace&lt;/b&gt;');
  const call = await chain.db
    .selectFrom('calls')
    .innerJoin('call_details', 'call_details.call_id', 'calls.id')
    .select(['calls.id', 'call_details.analysis'])
    .where('campaign_id', '=', id)
    .executeTakeFirstOrThrow();
  const collected = call.analysis?.dataCollection as Record<string, string> | undefined;
  const agreed = collected?.meeting_time ?? '';
  const { zones } = await leadOf(id);
  expect(zones).toHaveLength(1);
  const onTheirClock = new Date(agreed)
    .toLocaleString('sv-SE', { timeZone: zones[0] })
    .replaceAll(/[-:]/g, '')
    .replace(' ', 'T');
  const lines = calendarOf(mail);
  expect(lines).toContain('METHOD:REQUEST');
  expect(lines).toContain(`UID:${call.id}@calls.example`);
  expect(lines).toContain(`DTSTART;TZID=${zones[0]}:${onTheirClock}`);
  expect(lines).toContain(`TZID:${zones[0]}`);
  expect(await messagesOf(id)).toMatchObject([
    { channel: 'email', status: 'sent', subject: 'Our meeting, Ada', to_address: 'ada@people.example' },
  ]);
  await chain.expectInvariants();
});

test('each rule follows the calls that it names, and an unknown variable is told of', async () => {
  const [phone = ''] = phonesOf('08');
  const text = { afterSeconds: 0, channel: 'sms' } as const;
  const id = await follow(
    [
      { ...thanks, id: 'never' },
      { ...text, id: 'sorry', on: { dispositions: ['not_interested'] }, body: 'Sorry, {{ first_name }}.' },
      { ...text, id: 'broken', on: {}, body: 'Your plan is {{ plan }}.' },
      { ...thanks, id: 'no-address', on: {}, subject: 'Hi', body: 'Hi' },
    ],
    { phone },
  );
  const listed = await standing(id, ['done', 'failed', 'skipped']);
  expect(listed.map(({ ruleId }) => ruleId)).toEqual(['sorry', 'broken', 'no-address']);
  expect(listed[1]?.reason).toContain('undefined variable: plan');
  expect(listed[2]?.reason).toBe('The lead has no e-mail address.');
  expect(await attentionFor(listed[1]?.id ?? '')).toMatchObject([{ kind: 'failed_follow_up' }]);
  expect(await messagesOf(id)).toMatchObject([
    { channel: 'sms', source: 'follow_up', body: 'Sorry, Ada.', follow_up_id: listed[0]?.id },
  ]);
});

describe('a mail server', () => {
  test('that does not know the address ends it, and a person is told', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow([thanks], { phone, email: 'refused@people.example' });
    const [followUp] = await standing(id, ['failed']);
    expect(await attentionFor(followUp?.id ?? '')).toMatchObject([
      { detail: 'thanks: The mail server refused the mail.' },
    ]);
    const [message] = await messagesOf(id);
    expect(message).toMatchObject({ status: 'failed', error: expect.stringContaining('550') });
  });

  test('that asks to come later is asked later', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow([thanks], { phone, email: 'later@people.example' });
    await standing(id, ['done']);
    expect(await mailsTo('later@people.example')).toHaveLength(1);
    expect(await messagesOf(id)).toMatchObject([{ status: 'sent', error: null }]);
  });
});

describe('a webhook rule', () => {
  let crm: Receiver;

  beforeEach(async () => {
    crm = await startReceiver();
  });

  afterEach(() => crm.stop());

  async function subscribe(): Promise<{ id: string; secret: string }> {
    const body = { url: crm.url, eventTypes: ['campaign.paused'] };
    return (await chain.call<{ id: string; secret: string }>('POST', '/api/webhooks', body)).body;
  }

  const tell = (endpointId: string): FollowUpRule => ({
    id: 'crm',
    on: { converted: true },
    afterSeconds: 0,
    channel: 'webhook',
    endpointId,
  });

  test('is delivered, signed, to its endpoint alone, with the call that it follows', async () => {
    const [phone = ''] = phonesOf('00');
    const { id: endpointId, secret } = await subscribe();
    const id = await follow([tell(endpointId)], { phone });
    const [followUp] = await standing(id, ['done']);
    await vi.waitFor(() => expect(crm.received).toHaveLength(1), { timeout: 20_000 });
    const { id: leadId } = await leadOf(id);
    expect(verified(secret, crm.received[0])).toMatchObject({
      type: 'follow_up.due',
      data: {
        campaignId: id,
        lead: { id: leadId, phone, name: 'Ada Lovelace' },
        call: { reach: 'answered', converted: true },
      },
    });
    const delivery = await vi.waitFor(async () => {
      const { body } = await chain.call<{ items: Record<string, unknown>[] }>(
        'GET',
        `/api/webhooks/${endpointId}/deliveries`,
      );
      expect(body.items).toMatchObject([{ status: 'delivered', attempts: 1 }]);
      return body.items[0];
    });
    expect(delivery).toMatchObject({ followUpId: followUp?.id, leadId, type: 'follow_up.due' });
  });

  test('whose endpoint was removed has failed, and a person is told', async () => {
    const [phone = ''] = phonesOf('00');
    const { id: endpointId } = await subscribe();
    const removed = fetch(`${chain.url}/api/webhooks/${endpointId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect((await removed).status).toBe(204);
    const id = await follow([tell(endpointId)], { phone });
    const [followUp] = await standing(id, ['failed']);
    expect(followUp?.reason).toContain('The webhook endpoint is removed');
    expect(await attentionFor(followUp?.id ?? '')).toMatchObject([{ kind: 'failed_follow_up' }]);
    expect(crm.connections).toBe(0);
  });
});

describe('a conversion that a person marked', () => {
  test('is followed as any other, once, however often it is marked', async () => {
    const [phone = ''] = phonesOf('08');
    const sorry: FollowUpRule = {
      ...thanks,
      id: 'sorry',
      on: { converted: false },
      subject: 'Sorry',
      body: 'Sorry, {{ name }}.',
    };
    const welcome: FollowUpRule = { ...thanks, subject: 'Welcome', body: 'Welcome, {{ name }}.' };
    const id = await follow([welcome, sorry], { phone, email: 'marked@people.example' });
    await standing(id, ['done']);
    const { id: callId } = await chain.db
      .selectFrom('calls')
      .select('id')
      .where('campaign_id', '=', id)
      .executeTakeFirstOrThrow();
    const mark = async (converted: boolean) =>
      expect((await chain.call('PATCH', `/api/calls/${callId}`, { converted })).status).toBe(200);
    await mark(true);
    expect((await standing(id, ['done', 'done'])).map(({ ruleId }) => ruleId)).toEqual(['sorry', 'thanks']);
    await mark(true);
    await mark(false);
    await mark(true);
    await standing(id, ['done', 'done']);
    const subjects = (await mailsTo('marked@people.example')).map(({ subject }) => subject);
    expect(subjects).toEqual(['Sorry', 'Welcome']);
    await chain.expectInvariants();
  });
});

describe('a crash', () => {
  test('after the mail was sent: it goes out again as the same mail, and is one to the lead', async () => {
    const [phone = ''] = phonesOf('00');
    crashAt = { at: 'mail_sent', times: 1 };
    const id = await follow([thanks], { phone, email: 'twice@people.example' });
    await standing(id, ['done']);
    const mails = await mailsTo('twice@people.example');
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(calendarOf(mails[0])).toEqual(calendarOf(mails[1]));
    expect(await messagesOf(id)).toHaveLength(1);
  });

  test('after a text was written down: it is sent all the same, once', async () => {
    const [phone = ''] = phonesOf('00');
    crashAt = { at: 'follow_up_decided', times: 1 };
    const id = await follow([{ id: 'text', on: {}, afterSeconds: 0, channel: 'sms', body: 'Thank you!' }], {
      phone,
    });
    await standing(id, ['done']);
    const [message, ...others] = await messagesOf(id);
    expect(others).toEqual([]);
    // The hour may be one at which no text is sent: then its workflow waits.
    const carried = chain.client.workflow.getHandle(messageWorkflowId(message?.id ?? ''));
    await vi.waitFor(async () => expect((await carried.describe()).type).toBe('messageWorkflow'), {
      timeout: 20_000,
      interval: 50,
    });
  });
});

describe('what is due later', () => {
  const later: FollowUpRule = { ...thanks, id: 'later', afterSeconds: 3, unlessReplied: true };

  test('waits, and is skipped when the person has replied meanwhile', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow([later, { ...later, id: 'anyway', unlessReplied: false }], {
      phone,
      email: 'replied@people.example',
    });
    const { id: leadId } = await leadOf(id);
    await chain.db.updateTable('leads').set({ replied_at: new Date() }).where('id', '=', leadId).execute();
    const [skipped, done] = await standing(id, ['skipped', 'done']);
    expect(skipped?.reason).toBe('The person called or wrote back.');
    const mails = chain.simulator.mailbox.mails().filter(({ to }) => to.includes('replied@people.example'));
    expect(mails).toHaveLength(1);
    expect(Date.parse(mails[0]?.receivedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(done?.dueAt ?? ''));
  });

  test('is skipped after an opt-out', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow([later], { phone, email: 'out@people.example' });
    expect((await chain.call('POST', '/api/opt-outs', { phone, reason: 'asked' })).status).toBe(201);
    const [followUp] = await standing(id, ['skipped']);
    expect(followUp?.reason).toBe('The contact opted out.');
    expect(await mailsTo('out@people.example')).toEqual([]);
  });

  test('and was lost, is brought back by the sweep', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow([{ ...later, afterSeconds: 86_400 }], { phone, email: 'lost@people.example' });
    const [planned] = await standing(id, ['planned']);
    const handle = chain.client.workflow.getHandle(followUpWorkflowId(planned?.id ?? ''));
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate('lost');
    await chain.db
      .updateTable('follow_ups')
      .set({ due_at: new Date(Date.now() - LONG_AGO_MS) })
      .where('campaign_id', '=', id)
      .execute();
    expect((await chain.sweep()).followUpsRestarted).toBe(1);
    await standing(id, ['done']);
    expect(await mailsTo('lost@people.example')).toHaveLength(1);
  });
});

describe('the rules', () => {
  test.each([
    [{ body: 'Hi {{ name' }, 'followUps.0.body'],
    [{ body: "{% include 'x' %}" }, 'followUps.0.body'],
    [{ body: '' }, 'followUps.0.body'],
    [{ afterSeconds: -1 }, 'followUps.0.afterSeconds'],
    [{ channel: 'fax' }, 'followUps.0.channel'],
  ])('%j are refused', async (change, path) => {
    const rule = { id: 'one', on: {}, afterSeconds: 0, channel: 'sms', body: 'Hi', ...change };
    const answer = await chain.call<{ errors: { path: string }[] }>('POST', '/api/campaigns', {
      name: 'Bad rules',
      settings: { followUps: [rule] },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]?.path).toContain(path);
  });

  test('have each an id of its own', async () => {
    const rule = { id: 'one', on: {}, afterSeconds: 0, channel: 'sms', body: 'Hi' };
    const answer = await chain.call<{ errors: { path: string }[] }>('POST', '/api/campaigns', {
      name: 'Bad rules',
      settings: { followUps: [rule, rule] },
    });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ message: 'is there twice' }] } });
  });
});
