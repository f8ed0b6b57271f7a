import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { ensureContacts } from '#db/queries/leads.ts';
import { leadWorkflowId } from '#domain/ids.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

const LONG = { timeout: 60_000, interval: 100 };
const LONG_AGO_MS = 3_600_000;

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  // Nothing but the sweep is to help.
  chain = await startChain({ timeouts: { pollAfterMs: 600_000 } });
});

afterAll(async () => {
  await chain?.stop();
});

afterEach(() => {
  chain.simulator.setFaults(NO_FAULTS);
});

/** A conversation that came in and was stored while it was under way, and is long past its deadline. */
async function stored(
  calls: { phone: string; conversationId: string; callSid?: string }[],
): Promise<string[]> {
  const at = new Date(Date.now() - LONG_AGO_MS);
  const rows = calls.map(({ phone, conversationId, callSid }) => ({
    id: uuid(),
    direction: 'inbound' as const,
    phone,
    agent_id: 'agent_sim_booking_warm',
    conversation_id: conversationId,
    call_sid: callSid ?? null,
    status: 'in_progress' as const,
    started_at: at,
    deadline_at: new Date(at.getTime() + 60_000),
    concluded_at: at,
    day: at.toISOString().slice(0, 10),
  }));
  await inTransaction(chain.db, async (tx) => {
    await ensureContacts(tx, [...new Set(calls.map(({ phone }) => phone))]);
    await tx.insertInto('calls').values(rows).execute();
  });
  return rows.map(({ id }) => id);
}

const callRows = (ids: readonly string[]) =>
  chain.db
    .selectFrom('calls')
    .selectAll()
    .where('id', 'in', [...ids])
    .orderBy('id')
    .execute();

const callsOf = (campaignId: string) =>
  chain.db.selectFrom('calls').selectAll().where('campaign_id', '=', campaignId).orderBy('id').execute();

async function overdue(campaignId: string): Promise<void> {
  await chain.db
    .updateTable('calls')
    .set({ deadline_at: new Date(Date.now() - 60_000) })
    .where('campaign_id', '=', campaignId)
    .where('status', '!=', 'ended')
    .execute();
}

test('case 6: a call that came in, whose end nobody reported, is closed as the provider knows it', async () => {
  const [phone = ''] = phonesOf('08');
  chain.simulator.setFaults({ webhookLoss: 1 });
  const call = await chain.simulator.callIn({ from: phone, to: PHONE_NUMBERS[0]?.phoneNumber ?? '' });
  const ids = await stored([{ phone, conversationId: call.conversationId, callSid: call.callSid }]);
  await vi.waitFor(() => expect(chain.simulator.call(call.callSid)?.settledAtMs).not.toBeNull(), LONG);
  expect(await chain.sweep()).toMatchObject({ overdueCallsClosed: 1, failures: [] });
  expect(await callRows(ids)).toMatchObject([{ status: 'ended', reach: 'answered', source: 'poll' }]);
});

test('case 6: calls that nobody knows are closed as unknown, all of them, and hold their contacts no longer', async () => {
  const [phone = ''] = phonesOf('00');
  // More than any page, with one in the middle that is still under way.
  const lost = Array.from({ length: 260 }, (_, index) => ({ phone, conversationId: `conv_gone_${index}` }));
  const [caller = ''] = phonesOf('09');
  chain.simulator.setFaults({ overstaySeconds: 1_000_000 });
  const live = await chain.simulator.callIn({ from: caller, to: PHONE_NUMBERS[0]?.phoneNumber ?? '' });
  const [liveId = ''] = await stored([
    { phone: caller, conversationId: live.conversationId, callSid: live.callSid },
  ]);
  const ids = await stored(lost);
  expect(await chain.sweep()).toMatchObject({ overdueCallsClosed: 260, failures: [] });
  expect((await callRows(ids)).filter(({ reach }) => reach !== 'unknown')).toEqual([]);
  // One that lives is held, put off, and not hung up: it is no dial of ours.
  const [held] = await callRows([liveId]);
  expect(held).toMatchObject({ status: 'in_progress', held_because: 'live', hang_up_requested_at: null });
  expect(held?.deadline_at.getTime()).toBeGreaterThan(Date.now());
  const { body } = await chain.call<{ items: { kind: string; subject: string }[] }>(
    'GET',
    '/api/attention?limit=200',
  );
  expect(body.items.every(({ kind }) => kind === 'unknown_call')).toBe(true);
  chain.simulator.letEnd(live.callSid);
  chain.simulator.setFaults(NO_FAULTS);
  await chain.reaches(await chain.launch([phone]), 'completed');
  expect(chain.simulator.ledger.dials.filter(({ to }) => to === phone)).toHaveLength(1);
}, 120_000);

test('case 6: a lead that is held by such a call waits, and does not go round through the gate', async () => {
  const [phone = ''] = phonesOf('00');
  const [id = ''] = await stored([{ phone, conversationId: `conv_${uuid()}` }]);
  const campaignId = await chain.launch([phone]);
  const decisions = () =>
    chain.db
      .selectFrom('decisions')
      .select(['verdict', 'rule', 'until', 'decided_at'])
      .where('campaign_id', '=', campaignId)
      .orderBy('id')
      .execute();
  await vi.waitFor(async () => expect(await decisions()).not.toEqual([]), LONG);
  // Others are called meanwhile: time enough to go round many times.
  await chain.reaches(await chain.launch(phonesOf('00', '10')), 'completed');
  const held = await decisions();
  expect(held).toMatchObject([{ verdict: 'wait', rule: 'contact_live' }]);
  expect(held[0]?.until?.getTime()).toBeGreaterThan((held[0]?.decided_at.getTime() ?? 0) + 20_000);
  await chain.db
    .updateTable('leads')
    .set({ not_before: new Date() })
    .where('campaign_id', '=', campaignId)
    .execute();
  expect(await chain.sweep()).toMatchObject({ overdueCallsClosed: 1 });
  expect(await callRows([id])).toMatchObject([{ reach: 'unknown' }]);
  await chain.call('POST', `/api/campaigns/${campaignId}/stop`);
}, 120_000);

test.each(['pause', 'stop'])(
  'case 6: a dial whose lead has lost its workflow in a campaign that is told to %s is closed and concluded',
  async (action) => {
    chain.simulator.setFaults({ webhookLoss: 1, overstaySeconds: 1_000_000 });
    const campaignId = await chain.launch(phonesOf('08'));
    const call = await vi.waitFor(async () => {
      const [row] = await callsOf(campaignId);
      expect(row?.call_sid).toBeTruthy();
      expect(chain.simulator.call(row?.call_sid ?? '')?.answeredAtMs).not.toBeNull();
      return row;
    }, LONG);
    expect((await chain.call('POST', `/api/campaigns/${campaignId}/${action}`)).status).toBe(202);
    await chain.client.workflow
      .getHandle(leadWorkflowId(call?.lead_id ?? ''))
      .terminate('lost, for the test');
    chain.simulator.letEnd(call?.call_sid ?? '');
    await vi.waitFor(
      () => expect(chain.simulator.call(call?.call_sid ?? '')?.settledAtMs).not.toBeNull(),
      LONG,
    );
    await overdue(campaignId);
    expect(await chain.sweep()).toMatchObject({ overdueCallsClosed: 1, failures: [] });
    const rows = await callsOf(campaignId);
    expect(rows).toMatchObject([{ status: 'ended', reach: 'answered', next_step: { next: 'finish' } }]);
    const lead = await chain.db
      .selectFrom('leads')
      .select(['state', 'outcome'])
      .where('campaign_id', '=', campaignId)
      .executeTakeFirst();
    expect(lead).toEqual({ state: 'finished', outcome: 'answered' });
    if (action === 'pause') {
      expect((await chain.call('POST', `/api/campaigns/${campaignId}/resume`)).status).toBe(202);
      await chain.reaches(campaignId, 'completed');
    }
    await chain.expectInvariants();
  },
  120_000,
);
