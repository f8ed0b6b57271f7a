import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FollowUpRule } from '#domain/follow-up.ts';
import { type Chain, KEY, startChain } from '../support/chain-rig.ts';
import {
  attentionFor,
  calendarOf,
  follow,
  leadOf,
  mailsTo,
  messagesOf,
  standing,
  thanks,
} from '../support/follow-up-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { type Receiver, startReceiver, verified } from '../support/webhook-receiver.ts';
import { WITHIN } from '../support/within.ts';

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
});

afterAll(async () => {
  await chain?.stop();
});

test('a meeting that was agreed is mailed with a calendar file in its zone', async () => {
  const [phone = ''] = phonesOf('00');
  const name = 'Ada <b>Lovelace</b>';
  const id = await follow(chain, [thanks], { phone, email: 'ada@people.example', name });
  const [followUp] = await standing(chain, id, ['done']);
  const [mail, ...others] = await mailsTo(chain, 'ada@people.example');
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
  const { zones } = await leadOf(chain, id);
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
  expect(await messagesOf(chain, id)).toMatchObject([
    { channel: 'email', status: 'sent', subject: 'Our meeting, Ada', to_address: 'ada@people.example' },
  ]);
  await chain.expectInvariants();
});

test('each rule follows the calls that it names, and an unknown variable is reported', async () => {
  const [phone = ''] = phonesOf('08');
  const text = { afterSeconds: 0, channel: 'sms' } as const;
  const id = await follow(
    chain,
    [
      { ...thanks, id: 'never' },
      { ...text, id: 'sorry', on: { dispositions: ['not_interested'] }, body: 'Sorry, {{ first_name }}.' },
      { ...text, id: 'broken', on: {}, body: 'Your plan is {{ plan }}.' },
      { ...thanks, id: 'no-address', on: {}, subject: 'Hi', body: 'Hi' },
    ],
    { phone },
  );
  const listed = await standing(chain, id, ['done', 'failed', 'skipped']);
  expect(listed.map(({ ruleId }) => ruleId)).toEqual(['sorry', 'broken', 'no-address']);
  expect(listed[1]?.reason).toContain('undefined variable: plan');
  expect(listed[2]?.reason).toBe('The lead has no e-mail address.');
  expect(await attentionFor(chain, listed[1]?.id ?? '')).toMatchObject([{ kind: 'failed_follow_up' }]);
  expect(await messagesOf(chain, id)).toMatchObject([
    { channel: 'sms', source: 'follow_up', body: 'Sorry, Ada.', follow_up_id: listed[0]?.id },
  ]);
});

describe('a mail server', () => {
  test('that does not know the address ends it, and a person is notified', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow(chain, [thanks], { phone, email: 'refused@people.example' });
    const [followUp] = await standing(chain, id, ['failed']);
    expect(await attentionFor(chain, followUp?.id ?? '')).toMatchObject([
      { detail: 'thanks: The mail server refused the mail.' },
    ]);
    const [message] = await messagesOf(chain, id);
    expect(message).toMatchObject({ status: 'failed', error: expect.stringContaining('550') });
  });

  test('that asks to come later is asked later', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow(chain, [thanks], { phone, email: 'later@people.example' });
    await standing(chain, id, ['done']);
    expect(await mailsTo(chain, 'later@people.example')).toHaveLength(1);
    expect(await messagesOf(chain, id)).toMatchObject([{ status: 'sent', error: null }]);
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

  const notify = (endpointId: string): FollowUpRule => ({
    id: 'crm',
    on: { converted: true },
    afterSeconds: 0,
    channel: 'webhook',
    endpointId,
  });

  test('is delivered, signed, to its endpoint alone, with the call that it follows', async () => {
    const [phone = ''] = phonesOf('00');
    const { id: endpointId, secret } = await subscribe();
    const id = await follow(chain, [notify(endpointId)], { phone });
    const [followUp] = await standing(chain, id, ['done']);
    await vi.waitFor(() => expect(crm.received).toHaveLength(1), { timeout: 20_000 });
    const { id: leadId } = await leadOf(chain, id);
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
    }, WITHIN);
    expect(delivery).toMatchObject({ followUpId: followUp?.id, leadId, type: 'follow_up.due' });
  });

  test('whose endpoint was removed has failed, and a person is notified', async () => {
    const [phone = ''] = phonesOf('00');
    const { id: endpointId } = await subscribe();
    const removed = fetch(`${chain.url}/api/webhooks/${endpointId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect((await removed).status).toBe(204);
    const id = await follow(chain, [notify(endpointId)], { phone });
    const [followUp] = await standing(chain, id, ['failed']);
    expect(followUp?.reason).toContain('The webhook endpoint is removed');
    expect(await attentionFor(chain, followUp?.id ?? '')).toMatchObject([{ kind: 'failed_follow_up' }]);
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
    const id = await follow(chain, [welcome, sorry], { phone, email: 'marked@people.example' });
    await standing(chain, id, ['done']);
    const { id: callId } = await chain.db
      .selectFrom('calls')
      .select('id')
      .where('campaign_id', '=', id)
      .executeTakeFirstOrThrow();
    const mark = async (converted: boolean) =>
      expect((await chain.call('PATCH', `/api/calls/${callId}`, { converted })).status).toBe(200);
    await mark(true);
    expect((await standing(chain, id, ['done', 'done'])).map(({ ruleId }) => ruleId)).toEqual([
      'sorry',
      'thanks',
    ]);
    await mark(true);
    await mark(false);
    await mark(true);
    await standing(chain, id, ['done', 'done']);
    const subjects = (await mailsTo(chain, 'marked@people.example')).map(({ subject }) => subject);
    expect(subjects).toEqual(['Sorry', 'Welcome']);
    await chain.expectInvariants();
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
