import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { appendEvent, type NewEvent } from '#db/queries/events.ts';
import { deliveryWorkflowId } from '#domain/ids.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { type Receiver, startReceiver, verified } from '../support/webhook-receiver.ts';
import { WITHIN } from '../support/within.ts';

const QUICKLY = [0, 50, 50, 50];
const LONG_AGO_MS = 4 * 86_400_000;

let chain: Chain;
let receiver: Receiver;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
});
afterAll(() => chain?.stop());
beforeEach(async () => {
  chain.context.timeouts.deliveryDelaysMs = QUICKLY;
  receiver = await startReceiver();
});
afterEach(async () => {
  // One test's subscription must not hear the next one's events.
  await chain.db.updateTable('webhook_endpoints').set({ deleted_at: new Date() }).execute();
  await receiver.stop();
});

async function subscribe(over: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
  const body = { url: receiver.url, eventTypes: ['*'], ...over };
  const created = await chain.call<{ id: string; secret: string }>('POST', '/api/webhooks', body);
  expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
  return created.body;
}

const emit = (...events: NewEvent[]) =>
  inTransaction(chain.db, async (tx) => {
    for (const event of events) await appendEvent(tx, event);
  });

async function deliveriesOf(endpointId: string) {
  return await chain.db
    .selectFrom('deliveries')
    .selectAll()
    .where('endpoint_id', '=', endpointId)
    .orderBy('event_id')
    .execute();
}

/** The endpoint's only delivery, as soon as it is like this. */
async function onlyDelivery(endpointId: string, like: object) {
  return await vi.waitFor(
    async () => {
      const deliveries = await deliveriesOf(endpointId);
      expect(deliveries).toMatchObject([like]);
      const [delivery] = deliveries;
      if (delivery === undefined) throw new Error('There is no delivery.');
      return delivery;
    },
    { timeout: 20_000, interval: 50 },
  );
}

const settled = (endpointId: string, status: 'delivered' | 'failed') => onlyDelivery(endpointId, { status });
const attemptedOnce = (endpointId: string) =>
  onlyDelivery(endpointId, { status: 'pending', attempts: 1, workflow_started_at: expect.any(Date) });

async function hasFailedForLong(endpointId: string): Promise<void> {
  const since = new Date(Date.now() - LONG_AGO_MS);
  await chain.db
    .updateTable('webhook_endpoints')
    .set({ failing_since: since })
    .where('id', '=', endpointId)
    .execute();
}

async function attemptsOf(deliveryId: string) {
  const { body } = await chain.call<{ log: { status: number | null; error: string | null }[] }>(
    'GET',
    `/api/webhooks/deliveries/${deliveryId}`,
  );
  return body.log.map(({ status, error }) => [status, error]);
}

async function endpoint(id: string) {
  const { items } = (await chain.call<{ items: { id: string; enabled: boolean }[] }>('GET', '/api/webhooks'))
    .body;
  return items.find((item) => item.id === id);
}

test('what happens in a campaign reaches a subscriber, signed, once, without the transcript', async () => {
  const { id, secret } = await subscribe({
    eventTypes: ['call.ended', 'lead.finished', 'campaign.completed'],
  });
  const [phone] = phonesOf('00');
  const campaignId = await chain.launch([phone ?? ''], { maxAttempts: 1 });
  await chain.reaches(campaignId, 'completed');
  await vi.waitFor(() => expect(receiver.received).toHaveLength(3), { timeout: 20_000 });
  const webhooks = receiver.received.map((webhook) => verified(secret, webhook));
  const of = (type: string) => webhooks.find((webhook) => webhook.type === type);
  const lead = { phone, name: 'Person 0' };
  expect(of('call.ended')).toMatchObject({
    data: { campaignId, lead, call: { to: phone, status: 'ended' } },
  });
  expect(of('lead.finished')).toMatchObject({ data: { campaignId, lead, call: null } });
  expect(of('campaign.completed')).toMatchObject({ data: { campaignId, lead: null } });
  expect(JSON.stringify(webhooks)).not.toContain('transcript');
  expect(Number.isNaN(Date.parse(webhooks[0]?.timestamp ?? ''))).toBe(false);
  await vi.waitFor(async () => {
    const deliveries = await deliveriesOf(id);
    expect(deliveries.map(({ status, attempts }) => [status, attempts])).toEqual(
      Array(3).fill(['delivered', 1]),
    );
  }, WITHIN);
  const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
  expect(ids).toEqual(new Set((await deliveriesOf(id)).map((delivery) => delivery.id)));
  await chain.expectInvariants();
});

test('only what is subscribed to, and of the campaign that was named', async () => {
  const campaignId = await chain.create({});
  const other = await chain.create({});
  const { id } = await subscribe({ eventTypes: ['lead.converted'], campaignId });
  const all = await subscribe();
  await emit(
    { type: 'lead.converted', campaignId },
    { type: 'lead.converted', campaignId: other },
    { type: 'lead.replied', campaignId },
    { type: 'delivery.failed', campaignId },
    { type: 'call.updated', campaignId },
  );
  expect((await deliveriesOf(id)).map((row) => row.event_type)).toEqual(['lead.converted']);
  expect((await deliveriesOf(all.id)).map((row) => row.event_type)).toEqual([
    'lead.converted',
    'lead.converted',
    'lead.replied',
  ]);
});

test('an event that is rolled back is sent to nobody', async () => {
  const { id } = await subscribe();
  const undone = inTransaction(chain.db, async (tx) => {
    await appendEvent(tx, { type: 'lead.converted' });
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await deliveriesOf(id)).toEqual([]);
});

test('a receiver that fails is tried again, with the same id and the same bytes', async () => {
  const { id, secret } = await subscribe();
  receiver.answer((response, nth) => response.writeHead(nth <= 2 ? 500 : 200).end('x'.repeat(100_000)));
  await emit({ type: 'lead.converted' });
  const delivery = await settled(id, 'delivered');
  expect(await attemptsOf(delivery.id)).toEqual([
    [500, null],
    [500, null],
    [200, null],
  ]);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
    new Set([delivery.id]),
  );
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  for (const webhook of receiver.received) expect(verified(secret, webhook).type).toBe('lead.converted');
});

test('after the last attempt it has failed, as the log says; a person may send it again', async () => {
  const { id } = await subscribe();
  receiver.answer((response) => response.writeHead(503).end());
  await emit({ type: 'lead.converted' });
  const failed = await settled(id, 'failed');
  expect(failed.attempts).toBe(QUICKLY.length);
  const logged = chain.db.selectFrom('events').select('type').where('delivery_id', '=', failed.id);
  expect((await logged.execute()).map(({ type }) => type)).toEqual(['delivery.failed']);
  receiver.answer((response) => response.writeHead(200).end());
  const retried = await chain.call('POST', `/api/webhooks/deliveries/${failed.id}/retry`);
  expect(retried.status).toBe(202);
  expect((await settled(id, 'delivered')).id).toBe(failed.id);
  expect((await logged.execute()).map(({ type }) => type)).toEqual(['delivery.failed', 'delivery.delivered']);
});

test('a delivery that waits for hours is sent at once when a person asks for it', async () => {
  chain.context.timeouts.deliveryDelaysMs = [0, 3_600_000];
  const { id } = await subscribe();
  receiver.answer((response, nth) => response.writeHead(nth === 1 ? 429 : 200).end());
  await emit({ type: 'lead.converted' });
  const waiting = await attemptedOnce(id);
  await chain.call('POST', `/api/webhooks/deliveries/${waiting.id}/retry`);
  await settled(id, 'delivered');
  expect(receiver.received).toHaveLength(2);
});

test('a delivery whose workflow was lost is taken up by the sweep', async () => {
  chain.context.timeouts.deliveryDelaysMs = [0, 3_600_000];
  const { id } = await subscribe();
  receiver.answer((response, nth) => response.writeHead(nth === 1 ? 500 : 200).end());
  await emit({ type: 'lead.converted' });
  const waiting = await attemptedOnce(id);
  await chain.client.workflow.getHandle(deliveryWorkflowId(waiting.id)).terminate('lost, for the test');
  expect(await chain.sweep()).toMatchObject({ deliveriesRestarted: 0 });
  await chain.db
    .updateTable('deliveries')
    .set({ next_attempt_at: new Date(Date.now() - 120_000) })
    .where('id', '=', waiting.id)
    .execute();
  expect(await chain.sweep()).toMatchObject({ deliveriesRestarted: 1 });
  await settled(id, 'delivered');
});

test('410 disables the endpoint at once; what was missed can be replayed', async () => {
  const from = new Date().toISOString();
  const { id, secret } = await subscribe();
  receiver.answer((response) => response.writeHead(410).end());
  await emit({ type: 'lead.converted' });
  const gone = await settled(id, 'failed');
  expect(gone.attempts).toBe(1);
  expect(await endpoint(id)).toMatchObject({ enabled: false });
  const attention = chain.db.selectFrom('attention').select('settled_at').where('subject', '=', id);
  expect(await attention.execute()).toEqual([{ settled_at: null }]);
  await emit({ type: 'lead.replied' });
  expect(await deliveriesOf(id)).toHaveLength(1);
  const to = new Date(Date.now() + 1_000).toISOString();
  expect((await chain.call('POST', `/api/webhooks/${id}/replay`, { from, to })).status).toBe(409);

  receiver.answer((response) => response.writeHead(200).end());
  expect((await chain.call('PATCH', `/api/webhooks/${id}`, { enabled: true })).status).toBe(200);
  expect((await attention.execute())[0]?.settled_at).not.toBeNull();
  receiver.received.length = 0;
  expect(await chain.call('POST', `/api/webhooks/${id}/replay`, { from, to })).toEqual({
    status: 202,
    body: { deliveries: 2 },
  });
  await vi.waitFor(() => expect(receiver.received).toHaveLength(2), { timeout: 20_000 });
  const sent = receiver.received.map((webhook) => verified(secret, webhook).type);
  expect(sent).toEqual(expect.arrayContaining(['lead.converted', 'lead.replied']));
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toContain(gone.id);
});

test('an endpoint that took nothing for three days is disabled, and put before a person', async () => {
  const { id } = await subscribe();
  await hasFailedForLong(id);
  receiver.answer((response) => response.writeHead(500).end());
  await emit({ type: 'lead.converted' });
  await settled(id, 'failed');
  expect(await endpoint(id)).toMatchObject({ enabled: false });
  const { items } = (
    await chain.call<{ items: { kind: string; subject: string }[] }>('GET', '/api/attention')
  ).body;
  expect(items).toContainEqual(expect.objectContaining({ kind: 'disabled_webhook', subject: id }));
});

test('one success ends the time in which an endpoint is said to fail', async () => {
  const { id } = await subscribe();
  await hasFailedForLong(id);
  await emit({ type: 'lead.converted' });
  await settled(id, 'delivered');
  expect(await endpoint(id)).toMatchObject({ enabled: true, failingSince: null });
});

test('a secret is rotated: both sign for a while, then the new one alone', async () => {
  const { id, secret: old } = await subscribe();
  const rotate = (keepOldForSeconds: number) =>
    chain.call<{ secret: string }>('POST', `/api/webhooks/${id}/rotate`, { keepOldForSeconds });
  const { secret: second } = (await rotate(3_600)).body;
  await emit({ type: 'lead.converted' });
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 20_000 });
  for (const secret of [old, second])
    expect(verified(secret, receiver.received[0]).type).toBe('lead.converted');
  const { secret: third } = (await rotate(0)).body;
  await emit({ type: 'lead.converted' });
  await vi.waitFor(() => expect(receiver.received).toHaveLength(2), { timeout: 20_000 });
  expect(verified(third, receiver.received[1]).type).toBe('lead.converted');
  for (const secret of [old, second]) expect(() => verified(secret, receiver.received[1])).toThrow();
  expect(JSON.stringify((await chain.call('GET', '/api/webhooks')).body)).not.toContain('whsec_');
});

test('fault 18, end to end: an address that is not allowed is never connected to, and the log says so', async () => {
  const forbidden = await startReceiver('127.0.0.2');
  const id = uuid();
  await chain.db
    .insertInto('webhook_endpoints')
    .values({
      id,
      url: `https://127.0.0.2:${forbidden.port}/`,
      event_types: ['*'],
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    })
    .execute();
  await emit({ type: 'lead.converted' });
  const { id: deliveryId } = await settled(id, 'failed');
  const blocked = [null, 'Blocked: The address is not a public one.'];
  expect(await attemptsOf(deliveryId)).toEqual(QUICKLY.map(() => blocked));
  expect(forbidden.connections).toBe(0);
  await forbidden.stop();
});
