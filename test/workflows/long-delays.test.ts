// What takes days in real life, with real delays, on a Temporal server that skips time.

import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { DELIVERY_DELAYS_MS } from '#domain/delivery.ts';
import type { FollowUpRule } from '#domain/follow-up.ts';
import { deliveryWorkflowId, followUpWorkflowId, messageWorkflowId } from '#domain/ids.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import type { Chain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { attentionOf, connectTexts, createLead, messagesOf, textFrom } from '../support/texting-rig.ts';
import { HOUR_MS, MINUTE_MS, RIG_START_MS, startTimeRig, type TimeRig } from '../support/time-rig.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

const DAY_MS = 24 * HOUR_MS;
const SECOND_MS = 1_000;
const WITHIN = { timeout: 20_000, interval: 50 };
/** A test of many steps, each of which may be slow on a busy machine. */
const LONG_MS = 120_000;

let rig: TimeRig;
let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  rig = await startTimeRig();
  chain = rig.chain;
  connectTexts(chain);
}, RIG_START_MS);

afterAll(() => rig?.stop());

interface Standing {
  phone: string;
  due_at: Date;
  status: string;
  reason: string | null;
  sent_at: Date | null;
}

/** Nothing is being done for these workflows: time may pass. What is cut off by a leap of the clock is done later. */
async function atRest(workflowIds: string[]): Promise<void> {
  for (const workflowId of workflowIds) {
    const { raw } = await chain.client.workflow.getHandle(workflowId).describe();
    expect([raw.pendingActivities ?? [], raw.pendingWorkflowTask ?? null], workflowId).toEqual([[], null]);
  }
}

/** Calls people who convert, by the default rules, and waits until all that follows is planned. */
async function convert(phones: string[], rule: FollowUpRule): Promise<string> {
  const id = await chain.launch(phones, { ...DEFAULT_SETTINGS, callsPerSecond: 50, followUps: [rule] });
  await chain.reaches(id, 'completed');
  const followUps = chain.db.selectFrom('follow_ups').select('id').where('campaign_id', '=', id);
  await vi.waitFor(async () => {
    const planned = await followUps.execute();
    expect(planned).toHaveLength(phones.length);
    await atRest(planned.map((followUp) => followUpWorkflowId(followUp.id)));
  }, WITHIN);
  return id;
}

/** What follows the leads of a campaign, in the order of their numbers, once it stands like this. */
async function stand(campaignId: string, statuses: string[]): Promise<Standing[]> {
  return await vi.waitFor(async () => {
    const rows = await chain.db
      .selectFrom('follow_ups')
      .innerJoin('leads', 'leads.id', 'follow_ups.lead_id')
      .leftJoin('messages', 'messages.id', 'follow_ups.message_id')
      .select(['leads.phone', 'due_at', 'follow_ups.status', 'reason', 'messages.sent_at'])
      .where('follow_ups.campaign_id', '=', campaignId)
      .orderBy('leads.phone')
      .execute();
    expect(rows.map(({ status }) => status)).toEqual(statuses);
    return rows;
  }, WITHIN);
}

/** The first text to a number, once the carrier has it. */
async function textTo(phone: string): Promise<{ body: string; sentMs: number }> {
  return await vi.waitFor(async () => {
    const message = await chain.db
      .selectFrom('messages')
      .select(['body', 'sent_at'])
      .where('phone', '=', phone)
      .where('direction', '=', 'outbound')
      .executeTakeFirst();
    expect(message?.sent_at).toBeInstanceOf(Date);
    return { body: message?.body ?? '', sentMs: message?.sent_at?.getTime() ?? 0 };
  }, WITHIN);
}

function expectAt(atMs: number, expectedMs: number): void {
  expect(atMs).toBeGreaterThanOrEqual(expectedMs);
  expect(atMs - expectedMs).toBeLessThan(MINUTE_MS);
}

const text: FollowUpRule = {
  id: 'text',
  on: { converted: true },
  afterSeconds: DAY_MS / SECOND_MS,
  unlessReplied: true,
  channel: 'sms',
  body: 'Still on, {{ first_name }}?',
};

describe('a follow-up', () => {
  test(
    'one day later unless they replied: one day later to who was silent, never to who wrote',
    async () => {
      await rig.advanceTo(await rig.next('Tue', '11:00'));
      const [silent = '', wrote = ''] = phonesOf('00', '00').toSorted();
      const id = await convert([silent, wrote], text);
      const planned = await stand(id, ['planned', 'planned']);
      const dues = planned.map(({ due_at }) => due_at.getTime());
      const ended = await chain.db
        .selectFrom('calls')
        .select('ended_at')
        .where('campaign_id', '=', id)
        .orderBy('phone')
        .execute();
      expect(dues).toEqual(ended.map(({ ended_at }) => (ended_at?.getTime() ?? 0) + DAY_MS));

      await rig.advanceTo(Math.min(...dues) - 20 * HOUR_MS);
      await textFrom(chain, wrote, 'I have a question about it.');
      await rig.advanceTo(Math.min(...dues) - MINUTE_MS);
      await stand(id, ['planned', 'planned']);
      expect(chain.simulator.ledger.texts.filter(({ to }) => to === silent)).toEqual([]);
      await rig.advanceTo(Math.max(...dues));
      const [, skipped] = await stand(id, ['done', 'skipped']);
      expect(skipped?.reason).toBe('The person called or wrote back.');
      const sent = await textTo(silent);
      expect(sent.body).toBe('Still on, Person?');
      expectAt(sent.sentMs, dues[0] ?? 0);
      expect(chain.simulator.ledger.texts.filter(({ to }) => to === wrote)).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'that is due at night waits until texts may be sent',
    async () => {
      await rig.advanceTo(await rig.next('Wed', '18:00'));
      const [phone = ''] = phonesOf('00');
      const id = await convert([phone], { ...text, afterSeconds: (10 * HOUR_MS) / SECOND_MS });
      const morningMs = await rig.next('Thu', '08:00');
      const [planned] = await stand(id, ['planned']);
      expect(planned?.due_at.getTime()).toBeLessThan(morningMs - 3 * HOUR_MS);
      await rig.advanceTo(planned?.due_at.getTime() ?? 0);
      await stand(id, ['done']);
      await vi.waitFor(async () => {
        const held = await chain.db
          .selectFrom('messages')
          .select(['id', 'status', 'not_before'])
          .where('campaign_id', '=', id)
          .execute();
        expect(held).toMatchObject([{ status: 'scheduled', not_before: new Date(morningMs) }]);
        await atRest(held.map((message) => messageWorkflowId(message.id)));
      }, WITHIN);
      await rig.advanceTo(morningMs - MINUTE_MS);
      expect(chain.simulator.ledger.texts.filter(({ to }) => to === phone)).toEqual([]);
      await rig.advanceTo(morningMs);
      expectAt((await textTo(phone)).sentMs, morningMs);
    },
    LONG_MS,
  );
});

describe('an outbound webhook that nobody takes', () => {
  let crm: Receiver;
  let endpointId: string;

  beforeAll(async () => {
    crm = await startReceiver();
    crm.answer((response) => response.writeHead(503).end());
    const body = { url: crm.url, eventTypes: ['lead.converted'] };
    endpointId = (await chain.call<{ id: string }>('POST', '/api/webhooks', body)).body.id;
  });

  afterAll(() => crm?.stop());

  const emit = () => inTransaction(chain.db, (tx) => appendEvent(tx, { type: 'lead.converted' }));

  async function deliveries() {
    return await chain.db
      .selectFrom('deliveries')
      .select(['id', 'status', 'attempts', 'next_attempt_at'])
      .where('endpoint_id', '=', endpointId)
      .orderBy('event_id')
      .execute();
  }

  /** When each attempt of a delivery was made. */
  async function attemptsOf(deliveryId: string): Promise<number[]> {
    const rows = await chain.db
      .selectFrom('delivery_attempts')
      .select('at')
      .where('delivery_id', '=', deliveryId)
      .orderBy('id')
      .execute();
    return rows.map(({ at }) => at.getTime());
  }

  const attemptsMade = async () => (await deliveries()).reduce((sum, { attempts }) => sum + attempts, 0);

  /** Goes from attempt to attempt, until nothing is due before an instant. */
  async function goOnUntil(untilMs: number): Promise<void> {
    for (;;) {
      const pending = (await deliveries()).filter(({ status }) => status === 'pending');
      const next = Math.min(...pending.map(({ next_attempt_at: at }) => at.getTime()));
      if (next > untilMs) return;
      await vi.waitFor(() => atRest(pending.map(({ id }) => deliveryWorkflowId(id))), WITHIN);
      const before = await attemptsMade();
      if (next > Date.now()) await rig.advanceTo(next);
      await vi.waitFor(async () => {
        const over = (await deliveries()).every(({ status }) => status !== 'pending');
        expect(over || (await attemptsMade()) > before).toBe(true);
      }, WITHIN);
    }
  }

  test(
    'is tried over three days, further and further apart; then its endpoint is disabled',
    async () => {
      await emit();
      const first = await vi.waitFor(async () => {
        const [delivery] = await deliveries();
        expect(delivery).toMatchObject({ status: 'pending', attempts: 1 });
        return delivery;
      }, WITHIN);
      const [startedMs = 0] = await attemptsOf(first?.id ?? '');
      await goOnUntil(startedMs + 2 * DAY_MS);
      const attempts = await attemptsOf(first?.id ?? '');
      // By the second day: at once, after five seconds, and so on up to twenty hours.
      expect(attempts.length).toBeGreaterThanOrEqual(8);
      for (const [index, atMs] of attempts.entries()) {
        if (index === 0) continue;
        const waitedMs = atMs - (attempts[index - 1] ?? 0);
        const meantMs = DELIVERY_DELAYS_MS[index] ?? 0;
        expect(waitedMs, `before attempt ${index + 1}`).toBeGreaterThanOrEqual(meantMs * 0.9 - SECOND_MS);
        expect(waitedMs, `before attempt ${index + 1}`).toBeLessThan(meantMs * 1.1 + MINUTE_MS);
      }
      const enabled = chain.db
        .selectFrom('webhook_endpoints')
        .select(['disabled_at', 'disabled_reason'])
        .where('id', '=', endpointId);
      expect((await enabled.executeTakeFirstOrThrow()).disabled_at).toBeNull();

      // Another one, so that something is tried once three days are over, whatever chance makes of the delays.
      await emit();
      await vi.waitFor(async () => expect((await deliveries())[1]?.attempts).toBeGreaterThan(0), WITHIN);
      await goOnUntil(startedMs + 5 * DAY_MS);
      const ended = await deliveries();
      expect(ended.map(({ status }) => status)).toEqual(['failed', 'failed']);
      const { disabled_at, disabled_reason } = await enabled.executeTakeFirstOrThrow();
      expect(disabled_reason).toBe('It took nothing for three days.');
      expect((disabled_at?.getTime() ?? 0) - startedMs).toBeGreaterThanOrEqual(3 * DAY_MS);
      const all = (await Promise.all(ended.map(({ id }) => attemptsOf(id)))).flat();
      expect(crm.received).toHaveLength(all.length);
      expect(Math.max(...all)).toBeLessThanOrEqual((disabled_at?.getTime() ?? 0) + SECOND_MS);
      const attention = chain.db.selectFrom('attention').select('kind').where('subject', '=', endpointId);
      expect(await attention.execute()).toEqual([{ kind: 'disabled_webhook' }]);

      await emit();
      expect(await deliveries()).toHaveLength(2);
    },
    LONG_MS,
  );
});

test(
  'an automatic reply that failed five times is put before a person',
  async () => {
    const [phone = ''] = phonesOf('00');
    const { campaignId, leadId } = await createLead(chain, phone, {
      settings: { autoReply: { rules: [], agent: { agentId: 'agent_writer', maxTurns: 3 } } },
    });
    const open = vi.spyOn(chain.context.voice, 'openTextTalk').mockRejectedValue(new Error('nobody there'));
    onTestFinished(() => open.mockRestore());
    await textFrom(chain, phone, 'When can you call?');
    const [asked] = await messagesOf(chain, `leadId=${leadId}&direction=inbound`);
    await vi.waitFor(() => expect(open).toHaveBeenCalled(), WITHIN);
    await rig.advanceTo(Date.now() + MINUTE_MS);
    const done = await chain.client.workflow.getHandle(`reply/${asked?.id}`).result();
    expect(done).toEqual({ answerId: null });
    expect(open).toHaveBeenCalledTimes(5);
    expect(await attentionOf(chain, campaignId)).toMatchObject([
      { kind: 'failed_reply', subject: asked?.id, campaignId, leadId },
    ]);
  },
  LONG_MS,
);
