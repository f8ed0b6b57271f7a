// What takes days in real life, with real delays, on a Temporal server that skips time.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FollowUpRule } from '../domain/follow-up.ts';
import { followUpWorkflowId } from '../domain/ids.ts';
import { DEFAULT_SETTINGS } from '../domain/settings.ts';
import { type Chain, createPhoneBook } from './chain-rig.ts';
import { connectTexts, textFrom } from './texting-rig.ts';
import { HOUR_MS, MINUTE_MS, RIG_START_MS, startTimeRig, type TimeRig } from './time-rig.ts';

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
});
