import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { appendEvent, type NewEvent } from '#db/queries/events.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

const PHONE = '+14155550117';

let api: ApiRig;
let campaignId: string;
let leadId: string;

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  [campaignId, leadId] = await campaignWithLead();
});
afterAll(() => api.stop());

async function campaignWithLead(): Promise<[string, string]> {
  const { id } = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: [{ phone: PHONE, name: 'Ada' }] } });
  const { items } = (await api.call('GET', `/api/campaigns/${id}/leads`)).body;
  return [id, items[0].id];
}

async function append(event: NewEvent): Promise<void> {
  await inTransaction(api.context.db, (tx) => appendEvent(tx, event));
}

async function receiveText(body: string, lead: string | null): Promise<string> {
  const id = uuid();
  await api.context.db
    .insertInto('messages')
    .values({
      id,
      channel: 'sms',
      direction: 'inbound',
      phone: PHONE,
      lead_id: lead,
      body,
      status: 'received',
      source: 'contact',
      attachments: JSON.stringify([{ contentType: 'image/jpeg', name: null, url: 'https://x.invalid/1' }]),
    })
    .execute();
  await append({ type: 'message.received', leadId: lead, messageId: id });
  return id;
}

const timeline = async (lead: string, query = '') =>
  (await api.call('GET', `/api/leads/${lead}/timeline${query}`)).body;
const types = (items: { type: string }[]) => items.map(({ type }) => type);

test('calls with their decision, texts, follow-ups and deliveries stand in one list, latest first', async () => {
  const { db } = api.context;
  const { id: decisionId } = await db
    .insertInto('decisions')
    .values({
      attempt_id: `${leadId}.1`,
      campaign_id: campaignId,
      lead_id: leadId,
      phone: PHONE,
      verdict: 'go',
      rules_version: 'rules',
      facts: '{}',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const callId = await insertCall(db, leadId, {
    status: 'ended',
    reach: 'answered',
    summary: 'They want a demo.',
  });
  const subject = { campaignId, leadId, callId };
  await append({ type: 'call.started', ...subject, data: { attempt: 1, decisionId } });
  await receiveText('On my way', leadId);
  await append({ type: 'call.ended', ...subject, data: { reach: 'answered' } });
  const followUpId = uuid();
  const rule = JSON.stringify({ id: 'crm', on: {}, afterSeconds: 0, channel: 'webhook', endpointId: uuid() });
  await db
    .insertInto('follow_ups')
    .values({
      id: followUpId,
      campaign_id: campaignId,
      lead_id: leadId,
      rule_id: 'crm',
      channel: 'webhook',
      rule,
      due_at: new Date(),
    })
    .execute();
  const [endpointId, deliveryId] = [uuid(), uuid()];
  const url = 'https://crm.example/hook';
  await db
    .insertInto('webhook_endpoints')
    .values({ id: endpointId, url, event_types: ['*'], secrets: ['whsec_x'] })
    .execute();
  await db
    .insertInto('deliveries')
    .values({
      id: deliveryId,
      endpoint_id: endpointId,
      event_type: 'follow_up.due',
      status: 'delivered',
      lead_id: leadId,
    })
    .execute();
  await append({ type: 'delivery.delivered', campaignId, leadId, followUpId, deliveryId });

  const { items, nextCursor } = await timeline(leadId);
  expect(types(items)).toEqual(['delivery.delivered', 'call.ended', 'message.received', 'call.started']);
  expect(nextCursor).toBeNull();
  const [delivered, ended, text, started] = items;
  expect(delivered).toMatchObject({
    followUp: { ruleId: 'crm', status: 'planned' },
    delivery: { url, status: 'delivered' },
    call: null,
  });
  expect(ended).toMatchObject({ call: { id: callId, reach: 'answered', summary: 'They want a demo.' } });
  expect(text).toMatchObject({
    message: {
      body: 'On my way',
      direction: 'inbound',
      attachments: [{ contentType: 'image/jpeg', name: null }],
    },
    decision: null,
  });
  expect(started).toMatchObject({ decision: { verdict: 'go', rulesVersion: 'rules' }, data: { attempt: 1 } });
});

test('texts of the same person that were matched elsewhere, or nowhere, are there too; their calls are not', async () => {
  const [otherCampaign, otherLead] = await campaignWithLead();
  await receiveText('Who is this?', null);
  await receiveText('Yes please', otherLead);
  await append({ type: 'lead.finished', campaignId: otherCampaign, leadId: otherLead });
  const bodies = ({ items }: { items: { message: { body: string } | null }[] }) =>
    items.flatMap(({ message }) => (message === null ? [] : [message.body]));
  expect(bodies(await timeline(leadId))).toEqual(['Yes please', 'Who is this?', 'On my way']);
  expect(bodies(await timeline(otherLead))).toEqual(['Yes please', 'Who is this?', 'On my way']);
  expect(types((await timeline(leadId)).items)).not.toContain('lead.finished');
  expect(types((await timeline(otherLead)).items)).toEqual([
    'lead.finished',
    'message.received',
    'message.received',
    'message.received',
  ]);
});

test('an opt-out and its end stand in the timelines of everybody with the number, each once', async () => {
  const [, otherLead] = await campaignWithLead();
  const ofContact = async (lead: string) =>
    types((await timeline(lead)).items).filter((type) => type.startsWith('contact.'));
  await api.call('POST', '/api/opt-outs', { body: { phone: PHONE } });
  await api.call('DELETE', `/api/opt-outs/${encodeURIComponent(PHONE)}`);
  await receiveText('STOP', otherLead);
  const messageId = (await timeline(otherLead)).items[0].message.id;
  await append({ type: 'contact.opted_out', leadId: otherLead, messageId });
  for (const lead of [leadId, otherLead]) {
    expect(await ofContact(lead)).toEqual(['contact.opted_out', 'contact.opted_in', 'contact.opted_out']);
  }
});

test('it is read page by page, each event once', async () => {
  const whole = (await timeline(leadId)).items.map(({ id }: { id: number }) => id);
  expect(whole.length).toBeGreaterThan(4);
  const paged: number[] = [];
  let cursor: string | null = null;
  do {
    const page = await timeline(leadId, `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    paged.push(...page.items.map(({ id }: { id: number }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(paged).toEqual(whole);
});

test('an unknown lead is 404, a foreign cursor 422', async () => {
  expect((await api.call('GET', `/api/leads/${uuid()}/timeline`)).status).toBe(404);
  expect((await api.call('GET', `/api/leads/${leadId}/timeline?cursor=zz`)).status).toBe(422);
});
