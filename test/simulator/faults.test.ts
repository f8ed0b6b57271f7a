import { afterEach, describe, expect, test } from 'vitest';
import { PEOPLE, twilioAt } from '../support/simulator-clients.ts';
import { eventually, type Rig, startRig } from '../support/simulator-rig.ts';

let rig: Rig;

afterEach(() => rig.stop());

describe('dials', () => {
  /** The call that a dial's answer hid is at the provider all the same. */
  async function rangAndEnded(attemptId: string): Promise<void> {
    await eventually(async () => {
      const { conversations } = await rig.client.conversationalAi.conversations.list({ userId: attemptId });
      expect(conversations).toMatchObject([{ status: 'done', callSuccessful: 'success' }]);
    });
    expect(rig.simulator.ledger.dials.at(-1)).toMatchObject({ accepted: true, reach: 'answered' });
    await rig.settled(1);
  }

  test('dialThrottle', async () => {
    rig = await startRig({ dialThrottle: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1')).rejects.toMatchObject({ statusCode: 429 });
    expect(rig.simulator.ledger.dials).toMatchObject([
      { accepted: false, answer: 'throttled', conversationId: null },
    ]);
  });

  test('dialRefuse', async () => {
    rig = await startRig({ dialRefuse: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1')).rejects.toMatchObject({ statusCode: 400 });
    expect(rig.simulator.ledger.dials).toMatchObject([{ accepted: false, answer: 'refused' }]);
  });

  test('dialServerErrorBeforeAccept', async () => {
    rig = await startRig({ dialServerErrorBeforeAccept: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1')).rejects.toMatchObject({ statusCode: 500 });
    expect(rig.simulator.ledger.dials).toMatchObject([{ accepted: false, answer: 'server_error' }]);
    expect((await rig.client.conversationalAi.conversations.list()).conversations).toEqual([]);
  });

  test('dialServerErrorAfterAccept', async () => {
    rig = await startRig({ dialServerErrorAfterAccept: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1')).rejects.toMatchObject({ statusCode: 500 });
    expect(rig.simulator.ledger.dials).toMatchObject([{ accepted: true, answer: 'server_error' }]);
    await rangAndEnded('a.1');
  });

  test('dialMalformedAfterAccept', async () => {
    rig = await startRig({ dialMalformedAfterAccept: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1')).rejects.toThrow(/message/);
    expect(rig.simulator.ledger.dials).toMatchObject([{ accepted: true, answer: 'malformed' }]);
    await rangAndEnded('a.1');
  });

  test('dialTimeoutAfterAccept', async () => {
    rig = await startRig({ dialTimeoutAfterAccept: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1', 0.5)).rejects.toThrow('timeout');
    expect(rig.simulator.ledger.dials).toMatchObject([{ accepted: true, answer: 'timeout' }]);
    await rangAndEnded('a.1');
  });

  test('dialResetAfterAccept', async () => {
    rig = await startRig({ dialResetAfterAccept: 1 });
    await expect(rig.dial(PEOPLE.converts, 'a.1')).rejects.toThrow();
    expect(rig.simulator.ledger.dials).toMatchObject([{ accepted: true, answer: 'reset' }]);
    await rangAndEnded('a.1');
  });
});

describe('reads', () => {
  test('listingLagMs: a conversation can be read before it is listed', async () => {
    rig = await startRig({ listingLagMs: 1000 });
    const { conversationId = '' } = await rig.dial(PEOPLE.converts, 'a.1');
    const { conversations } = rig.client.conversationalAi;
    const listed = async () => (await conversations.list({ userId: 'a.1' })).conversations.length;
    expect(await listed()).toBe(0);
    expect((await conversations.get(conversationId)).conversationId).toBe(conversationId);
    await eventually(async () => expect(await listed()).toBe(1));
    const lagMs = Date.now() - Date.parse(rig.simulator.ledger.dials[0]?.startedAt ?? '');
    expect(lagMs).toBeGreaterThanOrEqual(1000);
  });

  test('carrierListingLagMs: a call can be read by its SID before Twilio lists it', async () => {
    rig = await startRig({ carrierListingLagMs: 1000 });
    const { callSid = '' } = await rig.dial(PEOPLE.converts, 'a.1');
    const carrier = twilioAt(rig.simulator.url);
    const listed = async () => (await carrier.calls.list({ to: PEOPLE.converts })).length;
    expect(await listed()).toBe(0);
    expect((await carrier.calls(callSid).fetch()).to).toBe(PEOPLE.converts);
    await eventually(async () => expect(await listed()).toBe(1));
    const lagMs = Date.now() - Date.parse(rig.simulator.ledger.dials[0]?.startedAt ?? '');
    expect(lagMs).toBeGreaterThanOrEqual(1000);
  });

  test('listIgnoresFilters: both lists show the calls of others', async () => {
    rig = await startRig();
    await rig.dial(PEOPLE.converts, 'a.1');
    await rig.dial(PEOPLE.noAnswer, 'b.1');
    const { conversations } = rig.client.conversationalAi;
    const carrier = twilioAt(rig.simulator.url);
    const seen = async () => [
      (await conversations.list({ userId: 'a.1' })).conversations.length,
      (await carrier.calls.list({ to: PEOPLE.converts })).length,
    ];
    expect(await seen()).toEqual([1, 1]);
    rig.simulator.setFaults({ listIgnoresFilters: 1 });
    expect(await seen()).toEqual([2, 2]);
  });

  test('readErrors', async () => {
    rig = await startRig({ readErrors: { next: 1 } });
    await expect(rig.client.conversationalAi.agents.list()).rejects.toMatchObject({ statusCode: 503 });
    expect((await rig.client.conversationalAi.agents.list()).agents).not.toEqual([]);
  });

  test('driftPayload: some payloads no longer fit the schema, in the webhook as in the read', async () => {
    rig = await startRig({ driftPayload: 1 });
    const numbers = Array.from({ length: 20 }, (_, index) => `+1${212 + index}5550100`);
    const ids = await Promise.all(
      numbers.map((to, index) =>
        rig.dial(to, `a.${index}`).then(({ conversationId = '' }) => conversationId),
      ),
    );
    await rig.settled(20);
    const { conversations } = rig.client.conversationalAi;
    const reads = await Promise.allSettled(ids.map((id) => conversations.get(id)));
    expect(reads.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(3);
    for (const webhook of rig.receiver.received) {
      const { data } = await rig.verify(webhook);
      const read = await fetch(`${rig.simulator.url}/v1/convai/conversations/${data.conversation_id}`, {
        headers: { 'xi-api-key': 'key' },
      });
      expect(await read.json()).toEqual(data);
      expect(data).toMatchObject({ status: 'done', metadata: { phone_call: { call_result: 'answered' } } });
    }
  });
});
