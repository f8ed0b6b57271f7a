// A dial whose answer was lost is looked up. What the look-up must not believe: one look, a list that lags, a list
// that shows the calls of others, and an earlier call to the same number.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { type Chain, startChain, TEXTS_FROM } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

// A look-up takes seconds by itself.
vi.setConfig({ testTimeout: 120_000 });

let chain: Chain;
const phonesOf = createPhoneBook();

/** Longer than the providers' lists lag below, counted from the end of the dial's own time. */
const TIMEOUTS = { dialTimeoutMs: 2_500, reconcileForMs: 6_000 };

beforeAll(async () => {
  chain = await startChain({ timeouts: TIMEOUTS });
});

afterAll(async () => {
  await chain?.stop();
});

beforeEach(() => {
  chain.simulator.setFaults(NO_FAULTS);
});

/** The attempts of a campaign's one lead, and the dials of its number that rang. */
async function storyOf(campaignId: string, phone: string) {
  const calls = await chain.db
    .selectFrom('calls')
    .select(['reach', 'failure', 'source', 'conversation_id', 'call_sid'])
    .where('campaign_id', '=', campaignId)
    .orderBy('attempt')
    .execute();
  const rang = chain.simulator.ledger.dials.filter(({ to, accepted }) => to === phone && accepted);
  return { calls, reaches: calls.map(({ reach }) => reach), rang };
}

describe('a dial that was accepted', () => {
  // Nothing shows it when the dial's own time is over, nor for a while after that.
  test('is not dialled again while both lists lag behind it, and is taken over when they show it', async () => {
    const lagMs = TIMEOUTS.dialTimeoutMs + 3_000;
    chain.simulator.setFaults({
      dialResetAfterAccept: { next: 1 },
      webhookLoss: 1,
      listingLagMs: lagMs,
      carrierListingLagMs: lagMs,
    });
    const [phone = ''] = phonesOf('00');
    const id = await chain.launch([phone]);
    await chain.reaches(id, 'completed');
    const { reaches, rang } = await storyOf(id, phone);
    expect(rang).toHaveLength(1);
    expect(reaches).toEqual(['answered']);
    await chain.expectInvariants();
  });

  test('is not dialled again when only the carrier shows it, and late', async () => {
    chain.simulator.setFaults({
      dialResetAfterAccept: { next: 1 },
      webhookDelayMs: [9_500, 9_500],
      listingLagMs: 60_000,
      carrierListingLagMs: TIMEOUTS.dialTimeoutMs + 3_000,
    });
    const [phone = ''] = phonesOf('00');
    const id = await chain.launch([phone]);
    await chain.reaches(id, 'completed');
    const { reaches, rang, calls } = await storyOf(id, phone);
    expect(rang).toHaveLength(1);
    expect(reaches).toEqual(['answered']);
    expect(calls[0]?.call_sid).toBe(rang[0]?.callSid);
    await chain.expectInvariants();
  });
});

describe('a dial that was not accepted', () => {
  test('takes no conversation and no call of others for its own where lists ignore their filters', async () => {
    const [phone = '', stranger = ''] = phonesOf('00', '00');
    // A call from outside of which no webhook tells: no row of ours has it.
    chain.simulator.setFaults({ webhookLoss: { next: 1 } });
    const foreign = await chain.simulator.callIn({ from: stranger, to: TEXTS_FROM });
    chain.simulator.setFaults({ dialServerErrorBeforeAccept: { next: 1 }, listIgnoresFilters: 1 });
    const id = await chain.launch([phone]);
    await chain.reaches(id, 'completed');
    const { calls, reaches } = await storyOf(id, phone);
    expect(reaches).toEqual(['not_placed', 'answered']);
    expect(calls[0]).toMatchObject({ source: 'reconciled', conversation_id: null, call_sid: null });
    expect(calls.map(({ conversation_id: at }) => at)).not.toContain(foreign.conversationId);
    expect(calls.map(({ call_sid: sid }) => sid)).not.toContain(foreign.callSid);
    chain.simulator.setFaults({ listIgnoresFilters: 0 });
    await chain.expectInvariants();
  });

  test('does not take the earlier call to the same number for its own, seconds after it', async () => {
    const [phone = ''] = phonesOf('10');
    const id = await chain.launch([phone], {
      retryAfterSeconds: { ...DEFAULT_SETTINGS.retryAfterSeconds, no_answer: 1, failed: 1 },
    });
    // The first rings in vain; the second is lost before anything rings.
    await expect
      .poll(() => chain.simulator.ledger.dials.some(({ to }) => to === phone), { timeout: 30_000 })
      .toBe(true);
    chain.simulator.setFaults({ dialServerErrorBeforeAccept: { next: 1 } });
    await chain.reaches(id, 'completed');
    const { calls, reaches, rang } = await storyOf(id, phone);
    expect(reaches).toEqual(['no_answer', 'not_placed', 'answered']);
    expect(rang).toHaveLength(2);
    expect(calls.map(({ call_sid: sid }) => sid)).toEqual([rang[0]?.callSid, null, rang[1]?.callSid]);
    await chain.expectInvariants();
  });
});
