import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CampaignSettings, DEFAULT_SETTINGS } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import type { Checkpoint } from '#services/context.ts';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { numbersEndingIn } from '../support/people.ts';
import { createLead, messageReaches, sendText, textsTo } from '../support/texting-rig.ts';

let chain: Chain;

afterEach(async () => {
  await chain?.stop();
});

/** Longer than a permission to dial lasts, shorter than the dial's own deadline. */
const STALL_MS: number = 2_600;
// A busy machine needs its time.
vi.setConfig({ testTimeout: 120_000 });

const WITHIN = { timeout: 60_000 };

/** A chain that stands still once between the gate's commit and the request, while `meanwhile` is done. */
async function startStalling(
  meanwhile: () => Promise<void>,
  { stallMs = () => STALL_MS, place = 'intent_committed' as Checkpoint } = {},
): Promise<{ stalled(): boolean }> {
  let state: 'armed' | 'stalled' | 'over' = 'armed';
  chain = await startChain({
    timeouts: { dialTimeoutMs: 30_000 },
    checkpoint: async (at) => {
      if (at !== place || state !== 'armed') return;
      state = 'stalled';
      await meanwhile();
      await delay(stallMs());
      state = 'over';
    },
  });
  return { stalled: () => state === 'over' };
}

const [PHONE = ''] = numbersEndingIn('00');

/** Takes the number on the list; the call that has passed its gate is counted, and must not ring all the same. */
async function optOut(): Promise<void> {
  type Added = { inFlight: number; inFlightCallIds: string[] };
  const added = await chain.call<Added>('POST', '/api/opt-outs', { phone: PHONE });
  expect(added).toMatchObject({ status: 201, body: { inFlight: 1 } });
  expect(added.body.inFlightCallIds).toHaveLength(1);
}

async function statusOf(messageId: string): Promise<string> {
  return (await chain.call<{ status: string }>('GET', `/api/messages/${messageId}`)).body.status;
}

function calls() {
  return chain.db.selectFrom('calls').select(['status', 'reach', 'failure']).execute();
}

describe('a worker that stands still between the gate and the request', () => {
  test('fault 13: an opt-out that is acknowledged meanwhile: no phone rings', async () => {
    const { stalled } = await startStalling(optOut);
    const id = await chain.launch([PHONE]);
    await chain.reaches(id, 'completed');
    expect(stalled()).toBe(true);
    expect(chain.simulator.ledger.dials).toEqual([]);
    expect(await calls()).toMatchObject([{ reach: 'not_placed', failure: 'The contact opted out.' }]);
    await chain.expectInvariants();
  });

  test('fault 13: as it was before the gate was passed again, a phone rings and the checker sees it', async () => {
    await startStalling(optOut);
    dialWithoutGuard();
    const id = await chain.launch([PHONE]);
    await chain.reaches(id, 'completed');
    await expect.poll(() => chain.simulator.ledger.liveCalls, WITHIN).toBe(0);
    expect(chain.simulator.ledger.dials).toHaveLength(1);
    const verdict = await judge();
    expect(verdict.I2.violations).toEqual([expect.stringMatching(/was dialled \d{4} ms after it was/)]);
  });

  test('fault 13: the same for a one-off call', async () => {
    const { stalled } = await startStalling(optOut);
    const agentId = AGENTS[0]?.agentId;
    const phoneNumberId = PHONE_NUMBERS[0]?.phoneNumberId;
    const window = { timeZone: 'UTC', days: everyDay([['00:00', '24:00']]) };
    await chain.call('PATCH', '/api/settings/single-calls', { window });
    const asked = await chain.call('POST', '/api/calls', { agentId, phoneNumberId, to: PHONE });
    expect(asked, JSON.stringify(asked.body)).toMatchObject({ status: 202 });
    await expect.poll(stalled, WITHIN).toBe(true);
    await expect
      .poll(calls, WITHIN)
      .toEqual([{ status: 'ended', reach: 'not_placed', failure: 'The contact opted out.' }]);
    expect(chain.simulator.ledger.dials).toEqual([]);
  });

  test('fault 13: the same for a text: it is not sent', async () => {
    const { stalled } = await startStalling(
      async () => {
        expect((await chain.call('POST', '/api/opt-outs', { phone: PHONE })).status).toBe(201);
      },
      { place: 'text_intended' },
    );
    const { leadId } = await createLead(chain, PHONE);
    const sent = await sendText(chain, { leadId, body: 'Hello!' });
    expect(sent, JSON.stringify(sent.body)).toMatchObject({ status: 202 });
    await messageReaches(chain, sent.body.id, 'refused');
    expect(stalled()).toBe(true);
    expect(textsTo(chain, PHONE)).toEqual([]);
  });

  test('a text that was held up, with nothing against it, is sent once', async () => {
    const { stalled } = await startStalling(async () => {}, { place: 'text_intended' });
    const { leadId } = await createLead(chain, PHONE);
    const sent = await sendText(chain, { leadId, body: 'Hello!' });
    await expect.poll(() => textsTo(chain, PHONE), WITHIN).toHaveLength(1);
    expect(stalled()).toBe(true);
    // The carrier's report of its delivery may come at once.
    await expect.poll(() => statusOf(sent.body.id), WITHIN).toMatch(/^(sent|delivered)$/);
  });

  test('fault 14: a pause that is acknowledged meanwhile: no phone rings until it is resumed', async () => {
    let id = '';
    const { stalled } = await startStalling(async () => {
      const paused = await chain.call('POST', `/api/campaigns/${id}/pause`);
      expect(paused).toMatchObject({ status: 202, body: { inFlight: 1 } });
    });
    id = await chain.launch([PHONE]);
    await expect.poll(stalled, WITHIN).toBe(true);
    await expect.poll(calls, WITHIN).toMatchObject([{ status: 'ended', reach: 'not_placed' }]);
    expect(chain.simulator.ledger.dials).toEqual([]);
    expect((await chain.call('POST', `/api/campaigns/${id}/resume`)).status).toBe(202);
    await chain.reaches(id, 'completed');
    expect(chain.simulator.ledger.dials).toHaveLength(1);
    await chain.expectInvariants();
  });

  test('fault 12: hours that end meanwhile: no phone rings, and the lead waits for the next opening', async () => {
    const { stalled } = await launchBeforeClosing();
    await expect.poll(stalled, { timeout: 90_000 }).toBe(true);
    await expect.poll(calls, WITHIN).toMatchObject([{ status: 'ended', reach: 'not_placed' }]);
    expect(chain.simulator.ledger.dials).toEqual([]);
    const lead = await chain.db.selectFrom('leads').selectAll().executeTakeFirstOrThrow();
    expect(lead).toMatchObject({ state: 'backing_off', hold_rule: 'window' });
    expect(lead.not_before.toISOString().slice(11)).toBe('00:00:00.000Z');
    await chain.expectInvariants();
  }, 180_000);

  test('fault 12: as it was before, a phone rings after the hours and the checker sees it', async () => {
    const { id } = await launchBeforeClosing({ before: dialWithoutGuard });
    await chain.reaches(id, 'completed');
    expect(chain.simulator.ledger.dials).toHaveLength(1);
    const verdict = await judge();
    expect(verdict.I3.violations).toEqual([expect.stringMatching(/outside the hours in UTC/)]);
  }, 180_000);
});

/** A campaign with one lead whose hours end while its dial stands still. Not within the last minute of a day. */
async function launchBeforeClosing({ before = () => {} } = {}): Promise<{ id: string; stalled(): boolean }> {
  // The next full minute that is far enough away to start a campaign before it.
  let closingMs = Math.ceil((Date.now() + 20_000) / 60_000) * 60_000;
  if (new Date(closingMs).toISOString().slice(11, 16) === '00:00') {
    await delay(closingMs - Date.now());
    closingMs += 60_000;
  }
  const { stalled } = await startStalling(async () => {}, {
    stallMs: () => Math.max(0, closingMs + 500 - Date.now()),
  });
  before();
  const days = everyDay([['00:00', new Date(closingMs).toISOString().slice(11, 16)]]);
  await delay(Math.max(0, closingMs - 15_000 - Date.now()));
  const id = await chain.launch([PHONE], { window: { timeZone: 'UTC', days }, ringMarginSeconds: 2 });
  return { id, stalled };
}

/** As the dial was before its permission had an end. */
function dialWithoutGuard(): void {
  const { prepareDial } = chain.context.voice;
  chain.context.voice.prepareDial = async (agentId) => {
    const prepared = await prepareDial(agentId);
    return {
      agentId,
      send: (request) => prepared.send({ ...request, maySend: () => true, timeoutMs: 30_000 }),
    };
  };
}

async function judge() {
  const ledger = chain.simulator.ledger.snapshot();
  return await checkInvariants({ db: chain.db, ledger, temporal: chain.client });
}

function everyDay(hours: [string, string][]): CampaignSettings['window']['days'] {
  const days = Object.keys(DEFAULT_SETTINGS.window.days).map((day) => [day, hours]);
  return Object.fromEntries(days) as CampaignSettings['window']['days'];
}
