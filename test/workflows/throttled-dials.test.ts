import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

vi.setConfig({ testTimeout: 120_000 });

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
});
afterAll(async () => {
  await chain?.stop();
});

/** How long each dial to a number came after the one before, in milliseconds. */
function gapsOf(phone: string): number[] {
  const times = chain.simulator.ledger.dials
    .filter(({ to }) => to === phone)
    .map(({ receivedAt }) => Date.parse(receivedAt));
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

test('a provider that names a time is not asked again before it', async () => {
  chain.simulator.setFaults({ dialThrottle: { next: 1 }, retryAfterSeconds: 5 });
  const [phone = ''] = phonesOf('00');
  const id = await chain.launch([phone]);
  await chain.reaches(id, 'completed');
  const [gapMs = 0, ...more] = gapsOf(phone);
  expect(more).toEqual([]);
  expect(gapMs).toBeGreaterThanOrEqual(5_000);
  await chain.expectInvariants();
});

test('one that names none is asked again after twice the time, again and again', async () => {
  chain.simulator.setFaults({ dialThrottle: { next: 3 }, retryAfterSeconds: 0 });
  const [phone = ''] = phonesOf('00');
  const id = await chain.launch([phone]);
  await chain.reaches(id, 'completed');
  const gaps = gapsOf(phone);
  expect(gaps).toHaveLength(3);
  // One, two and four seconds, of which a quarter at most is left out by chance.
  for (const [nth, gapMs] of gaps.entries()) {
    expect(gapMs, `the ${nth + 1}. of ${gaps}`).toBeGreaterThanOrEqual(0.75 * 1_000 * 2 ** nth);
  }
  await chain.expectInvariants();
});

test('attempts are spread over all numbers of the campaign', async () => {
  const phoneNumberIds = PHONE_NUMBERS.map(({ phoneNumberId }) => phoneNumberId).slice(0, 2);
  const created = await chain.call<{ id: string }>('POST', '/api/campaigns', {
    name: 'Pool',
    phoneNumberIds,
    settings: QUICK,
  });
  expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
  const { id } = created.body;
  const phones = phonesOf(...Array<string>(24).fill('08'));
  await chain.call('POST', `/api/campaigns/${id}/leads`, { leads: phones.map((phone) => ({ phone })) });
  expect((await chain.call('POST', `/api/campaigns/${id}/start`, {})).status).toBe(202);
  await chain.reaches(id, 'completed');
  const from = chain.simulator.ledger.dials
    .filter(({ to }) => phones.includes(to))
    .map(({ fromNumberId }) => fromNumberId);
  expect([...new Set(from)].sort()).toEqual([...phoneNumberIds].sort());
});
