import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { expectDialledOnce, type KilledRig, startKilledRig } from '../support/killed-rig.ts';
import { createPhoneBook } from '../support/people.ts';

const LONG = { timeout: 300_000 };
const SOON = { timeout: 60_000, interval: 100 };

let rig: KilledRig;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  rig = await startKilledRig({ seed: 9, workers: 2 });
}, 180_000);
afterAll(() => rig?.stop());

/** A campaign that has made some of its calls, and has more to make. */
async function underWay(lines = 4): Promise<string> {
  const before = (await rig.ledger()).dials.length;
  const id = await rig.launch(phonesOf(...Array<string>(13).fill('08'), '10', '00'), { lines });
  await rig.sees(({ dials }) => dials.length >= before + 6);
  return id;
}

async function expectCompleted(id: string): Promise<void> {
  await rig.reaches(id, 'completed');
  expectDialledOnce(await rig.expectInvariants());
}

test(
  'fault 9: PostgreSQL is killed in the middle: nothing is acknowledged meanwhile, readiness is red, nothing is lost',
  LONG,
  async () => {
    const { servers, operator } = rig;
    const id = await underWay();
    const killedAtMs = Date.now();
    servers.postgres.kill();
    await vi.waitFor(async () => expect((await operator.ask('GET', '/ready'))?.status).toBe(503), SOON);
    // Calls end, and their webhooks find a product that cannot keep them.
    const sentSince = async () =>
      (await rig.ledger()).dials
        .flatMap(({ webhooks }) => webhooks)
        .filter(({ sentAt }) => Date.parse(sentAt) > killedAtMs + 500);
    const unkept = await vi.waitFor(async () => {
      const sent = await sentSince();
      expect(sent.some(({ status }) => status !== null)).toBe(true);
      return sent;
    }, SOON);
    expect(unkept.filter(({ status }) => status !== null && status < 300)).toEqual([]);
    expect((await operator.ask('POST', `/api/campaigns/${id}/pause`))?.status).toBe(503);
    await servers.postgres.start();
    await vi.waitFor(async () => expect((await operator.ask('GET', '/ready'))?.status).toBe(200), SOON);
    await expectCompleted(id);
  },
);

test(
  'fault 10: Temporal is killed: a start is refused, a pause holds, calls end, and all goes on unaided',
  LONG,
  async () => {
    const { servers, operator } = rig;
    const id = await underWay();
    const later = await operator.must<{ id: string }>('POST', '/api/campaigns', { name: 'Later' });
    servers.temporal.kill();
    expect(await operator.ask('POST', `/api/campaigns/${later.id}/start`, {})).toMatchObject({ status: 503 });
    const paused = await operator.must<{ inFlight: number }>('POST', `/api/campaigns/${id}/pause`);
    const atPause = (await rig.ledger()).dials.length;
    // Whoever was on the way to a phone at the pause was counted in its answer.
    await rig.sees(({ dials }) => dials.every(({ accepted, endedAt }) => !accepted || endedAt !== null));
    expect((await rig.ledger()).dials.length - atPause).toBeLessThanOrEqual(paused.inFlight);
    await operator.must('POST', `/api/campaigns/${id}/resume`);
    await servers.temporal.start();
    await expectCompleted(id);
  },
);

test(
  'fault 11: the network between workers and Temporal is slow, cut, and silent: the backlog drains',
  LONG,
  async () => {
    const link = rig.product.links['worker-temporal'];
    const id = await underWay(3);
    const upset = async (begin: () => void, untilDials: number) => {
      begin();
      const from = (await rig.ledger()).dials.length;
      // Until more was dialled, or as long as a reconnection takes.
      await vi.waitFor(
        async () => expect((await rig.ledger()).dials.length - from).toBeGreaterThanOrEqual(untilDials),
        SOON,
      );
    };
    await upset(() => {
      link.delayMs = 250;
    }, 2);
    link.delayMs = 0;
    link.cut();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await upset(() => link.mend(), 1);
    link.silence();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    link.mend();
    const mendedAtMs = Date.now();
    await expectCompleted(id);
    expect(Date.now() - mendedAtMs).toBeLessThan(120_000);
  },
);

test(
  'faults 9, 10 and 1 at once: PostgreSQL, Temporal, the API and every worker are killed',
  LONG,
  async () => {
    const { servers, product } = rig;
    const id = await underWay();
    for (const part of [servers.postgres, servers.temporal, product.api, ...product.workers]) part.kill();
    await Promise.all([servers.temporal.start(), servers.postgres.start()]);
    await expectCompleted(id);
  },
);
