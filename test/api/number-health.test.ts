import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ProviderError } from '#providers/ports.ts';
import { provide } from '../support/agents-rig.ts';
import { type ApiRig, outboundNumber, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

/** In Tokyo it is the third already. */
const NOW = new Date('2026-03-02T16:00:00Z');
const TODAY = '2026-03-03';
const PEOPLE = 45;

let api: ApiRig;
let leads: string[];
/** The provider's list is asked for once a minute: each test comes two minutes after the one before. */
let minutes = 0;

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  await api.context.db.updateTable('workspace').set({ time_zone: 'Asia/Tokyo' }).execute();
  const { id } = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body;
  const people = Array.from({ length: PEOPLE }, (_, index) => ({ phone: `+141555501${10 + index}` }));
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: people } });
  const { items } = (await api.call('GET', `/api/campaigns/${id}/leads?limit=200`)).body;
  leads = items.map((lead: { id: string }) => lead.id);
});
beforeEach(async () => {
  api.phoneNumbers.length = 0;
  await api.context.db.deleteFrom('calls').execute();
  await api.context.db.deleteFrom('call_breakdowns').execute();
  minutes += 2;
  api.setNow(new Date(NOW.getTime() + minutes * 60_000));
});
afterAll(() => api.stop());

type Reach = 'answered' | 'failed' | 'no_answer' | 'not_placed';

/** Calls from a number on a day, so many of each reach. */
async function dialled(number: string, day: string, reaches: Partial<Record<Reach, number>>, attempt = 1) {
  const all = Object.entries(reaches).flatMap(([reach, count]) => Array<Reach>(count).fill(reach as Reach));
  const of = { phone_number_id: number, day, attempt, status: 'ended' } as const;
  for (const [index, reach] of all.entries()) {
    await insertCall(api.context.db, leads[index] ?? '', { ...of, reach });
  }
}

async function health() {
  const { status, body } = await api.call('GET', '/api/phone-numbers/health', { key: 'viewer' });
  expect(status).toBe(200);
  return body.items;
}

/** What is on its way when it is asked for is there the next time. */
async function healthWhenListed(length: number) {
  await expect
    .poll(async () => (await health()).filter(({ listed }: { listed: unknown }) => listed))
    .toHaveLength(length);
  return await health();
}

test('today and the seven days before are told apart, by the days of the workspace', async () => {
  api.phoneNumbers.push(outboundNumber('phnum_a'), { ...outboundNumber('phnum_idle'), takesTexts: true });
  await dialled('phnum_a', TODAY, { answered: 2, failed: 1, no_answer: 1, not_placed: 1 });
  await dialled('phnum_a', '2026-02-24', { answered: 1, no_answer: 3 }, 2);
  await dialled('phnum_a', '2026-02-23', { answered: 5 }, 3);
  await insertCall(api.context.db, leads[9] ?? '', { phone_number_id: 'phnum_a', day: TODAY });
  const [number, idle] = await healthWhenListed(2);
  expect(number).toMatchObject({
    phoneNumberId: 'phnum_a',
    listed: true,
    today: { calls: 6, finished: 4, answered: 2, failed: 1, answerRate: 0.5 },
    before: { calls: 4, finished: 4, answered: 1, failed: 0, answerRate: 0.25 },
    state: 'healthy',
    judged: false,
    warnings: [],
  });
  expect(idle).toMatchObject({
    phoneNumberId: 'phnum_idle',
    state: 'unused',
    today: { calls: 0, answerRate: null },
    warnings: [{ warning: 'texts_elsewhere' }],
  });
});

test('the worst come first; a number that falls is held against the days before it', async () => {
  api.phoneNumbers.push(outboundNumber('phnum_good'), outboundNumber('phnum_fallen'));
  await dialled('phnum_good', TODAY, { answered: 20, no_answer: 20 });
  await dialled('phnum_fallen', TODAY, { answered: 5, no_answer: 35 }, 2);
  await dialled('phnum_fallen', '2026-03-01', { answered: 20, no_answer: 20 }, 3);
  // Nobody has it in a list any more, and its calls do not go through.
  await dialled('phnum_gone', TODAY, { failed: 15, answered: 25 }, 4);
  const items = await healthWhenListed(2);
  expect(
    items.map(({ phoneNumberId, state, listed }: Record<string, unknown>) => [phoneNumberId, state, listed]),
  ).toEqual([
    ['phnum_gone', 'failing', false],
    ['phnum_fallen', 'falling', true],
    ['phnum_good', 'healthy', true],
  ]);
});

test('without the list it tells what the sums know, and goes on when the list is back', async () => {
  const { voice } = api.context;
  let asked = 0;
  const refuse = async () => {
    asked += 1;
    throw new ProviderError('down', { provider: 'elevenlabs', status: 503, retryable: true });
  };
  provide(api, { listPhoneNumbers: refuse });
  await dialled('phnum_a', TODAY, { answered: 1 });
  const known = { phoneNumberId: 'phnum_a', phoneNumber: null, label: null, state: 'healthy', warnings: [] };
  await expect.poll(health).toMatchObject([{ ...known, listed: null, today: { calls: 1 } }]);
  await health();
  expect(asked).toBe(1);
  api.context.voice = voice;
  api.phoneNumbers.push(outboundNumber('phnum_a'));
  api.setNow(new Date(NOW.getTime() + (minutes + 1) * 60_000));
  expect(await healthWhenListed(1)).toMatchObject([
    { listed: true, phoneNumber: outboundNumber('').phoneNumber },
  ]);
});
