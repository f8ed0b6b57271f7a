import { afterEach, describe, expect, test } from 'vitest';
import { PEOPLE } from '../support/simulator-clients.ts';
import { eventually, type Rig, startRig, WEBHOOK_SECRET } from '../support/simulator-rig.ts';

let rig: Rig;

afterEach(() => rig.stop());

describe('webhooks', () => {
  test.each([
    [PEOPLE.converts, 'post_call_transcription', { status: 'done', user_id: 'lead.1' }],
    [
      PEOPLE.voicemail,
      'post_call_transcription',
      { status: 'done', metadata: { phone_call: { call_result: 'voicemail' } } },
    ],
    [PEOPLE.noAnswer, 'call_initiation_failure', { failure_reason: 'no-answer' }],
    [PEOPLE.busyFirst, 'call_initiation_failure', { failure_reason: 'busy' }],
    [PEOPLE.fails, 'call_initiation_failure', { failure_reason: 'unknown', metadata: { type: 'twilio' } }],
  ])('%s: %s, accepted by the SDK', async (to, type, data) => {
    rig = await startRig();
    const { conversationId } = await rig.dial(to, 'lead.1');
    await rig.settled(1);
    const [webhook] = rig.receiver.received;
    if (webhook === undefined) throw new Error('no webhook');
    const event = await rig.verify(webhook);
    expect(event).toMatchObject({ type, data: { ...data, conversation_id: conversationId } });
    expect(webhook.body.includes('lead.1')).toBe(type === 'post_call_transcription');
    expect(rig.simulator.ledger.dials[0]?.webhooks).toMatchObject([{ kind: type, status: 200, fault: null }]);
  });

  test('are sent again only when told to, only transcriptions, and only for answers that ask for it', async () => {
    rig = await startRig({}, 2);
    rig.receiver.answers.push(500, 429, 200);
    await rig.dial(PEOPLE.converts, 'lead.1');
    await rig.settled(3);
    expect(new Set(rig.receiver.received.map(({ body }) => body)).size).toBe(1);
    rig.receiver.answers.push(500);
    await rig.dial(PEOPLE.noAnswer, 'lead.2');
    await rig.settled(4);
    rig.receiver.answers.push(401);
    await rig.dial(PEOPLE.converts, 'lead.3');
    await rig.settled(5);
    const statuses = rig.simulator.ledger.dials.map((entry) => entry.webhooks.map(({ status }) => status));
    expect(statuses).toEqual([[500, 429, 200], [500], [401]]);
  });

  test('can be pointed elsewhere, or nowhere', async () => {
    rig = await startRig();
    rig.simulator.setWebhook(null);
    const { conversationId = '' } = await rig.dial(PEOPLE.converts, 'lead.1');
    await eventually(async () => {
      expect((await rig.client.conversationalAi.conversations.get(conversationId)).status).toBe('done');
    });
    rig.simulator.setWebhook({ url: rig.receiver.url, secret: WEBHOOK_SECRET });
    await rig.dial(PEOPLE.converts, 'lead.2');
    await rig.settled(1);
    expect(rig.simulator.ledger.dials.map((entry) => entry.webhooks.length)).toEqual([0, 1]);
  });

  test('webhookLoss', async () => {
    rig = await startRig({ webhookLoss: { next: 1 } });
    await rig.dial(PEOPLE.converts, 'lead.1');
    await eventually(() =>
      expect(rig.simulator.ledger.dials[0]?.webhooks).toMatchObject([{ fault: 'lost', status: null }]),
    );
    await rig.dial(PEOPLE.converts, 'lead.2');
    await rig.settled(1);
    expect(rig.receiver.received[0]?.body).toContain('lead.2');
  });

  test('webhookDuplicate', async () => {
    rig = await startRig({ webhookDuplicate: 1, webhookCopies: 10 });
    await rig.dial(PEOPLE.converts, 'lead.1');
    await rig.settled(10);
    expect(new Set(rig.receiver.received.map(({ body }) => body)).size).toBe(1);
    const entries = rig.simulator.ledger.dials[0]?.webhooks ?? [];
    expect(new Set(entries.map(({ deliveryId }) => deliveryId)).size).toBe(1);
    expect(entries.filter(({ fault }) => fault === 'duplicate')).toHaveLength(9);
  });

  test('webhookDelayMs', async () => {
    rig = await startRig({ webhookDelayMs: [300, 400] });
    await rig.dial(PEOPLE.converts, 'lead.1');
    await rig.settled(1);
    const [entry] = rig.simulator.ledger.dials;
    const waitedMs = Date.parse(entry?.webhooks[0]?.sentAt ?? '') - Date.parse(entry?.endedAt ?? '');
    expect(waitedMs).toBeGreaterThanOrEqual(299);
  });

  test('webhookReorder', async () => {
    rig = await startRig({ webhookReorder: { next: 1 } });
    await rig.dial(PEOPLE.converts, 'lead.1');
    await eventually(() => expect(rig.simulator.ledger.dials[0]?.endedAt).not.toBeNull());
    await rig.dial('+13125550100', 'lead.2');
    await rig.settled(2);
    const order = rig.receiver.received.map(({ body }) => (body.includes('lead.2') ? 2 : 1));
    // A webhook that is held back gives way to the next one; it never waits for ever.
    expect(order).toEqual([2, 1]);
    expect(rig.simulator.ledger.dials[0]?.webhooks).toMatchObject([{ fault: 'reordered' }]);
  });

  test('webhookBeforeAnswer', async () => {
    rig = await startRig({ webhookBeforeAnswer: 1 });
    const seenAtAnswer = await rig.dial(PEOPLE.converts, 'lead.1').then(() => rig.receiver.received.length);
    expect(seenAtAnswer).toBe(1);
    const failureSeenAtAnswer = await rig
      .dial(PEOPLE.noAnswer, 'lead.2')
      .then(() => rig.receiver.received.length);
    expect(failureSeenAtAnswer).toBe(2);
  });

  test('forge: a copy that the SDK refuses arrives before the true one', async () => {
    rig = await startRig({ forge: 1 });
    const numbers = Array.from({ length: 12 }, (_, index) => `+1${212 + index}5550100`);
    await Promise.all(numbers.map((to, index) => rig.dial(to, `lead.${index}`)));
    await rig.settled(24);
    const kinds = new Set<string>();
    for (const entry of rig.simulator.ledger.dials) {
      const [first, second] = entry.webhooks;
      expect(first?.fault).toMatch(/^forged:/);
      expect(second?.fault).toBeNull();
      kinds.add(first?.fault ?? '');
    }
    expect(kinds).toEqual(new Set(['forged:unsigned', 'forged:wrong_key', 'forged:altered', 'forged:stale']));
    const verdicts = await Promise.allSettled(rig.receiver.received.map(rig.verify));
    expect(verdicts.filter(({ status }) => status === 'rejected')).toHaveLength(12);
  });
});
