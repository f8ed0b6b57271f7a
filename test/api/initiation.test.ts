import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiRig, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';

const UNKNOWN = { known_caller: false, name: '', campaign: '', history: '' };
const TRIES = 4;

let api: ApiRig;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

async function ask(caller = '+14155550117') {
  const startedAt = performance.now();
  const { status, body } = await api.call('POST', '/webhooks/elevenlabs/initiation', {
    key: 'none',
    body: { caller_id: caller, agent_id: 'agent_1', called_number: '+14155550100', call_sid: 'CA1' },
    headers: { 'x-ringleader-secret': WEBHOOK_SECRET },
  });
  return { status, variables: body.dynamic_variables, ms: performance.now() - startedAt };
}

test('a caller is let in as unknown within half a second while the database is slow, and known again after', async () => {
  await ask();
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = api.context.db.transaction().execute(async (tx) => {
    await sql`lock table leads, calls, messages in access exclusive mode`.execute(tx);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const answers = [];
  for (let nth = 0; nth < TRIES; nth += 1) answers.push(await ask());
  const unread = [];
  for (let nth = 0; nth < TRIES; nth += 1) unread.push(await ask('anonymous'));
  release.resolve();
  await holding;
  for (const { status, variables } of answers) expect([status, variables]).toEqual([200, UNKNOWN]);
  // It waits for as long as it may, and no longer. What a busy machine adds, it adds to an answer without any reading.
  const quickest = (some: { ms: number }[]) => Math.min(...some.map(({ ms }) => ms));
  expect(quickest(answers)).toBeGreaterThan(390);
  expect(quickest(answers) - quickest(unread)).toBeLessThan(500);
  const id = (await api.call('POST', '/api/campaigns', { body: { name: 'Calls in' } })).body.id;
  await api.call('POST', `/api/campaigns/${id}/leads`, {
    body: { leads: [{ phone: '+14155550117', name: 'Robin' }] },
  });
  expect((await ask()).variables).toMatchObject({ known_caller: true, name: 'Robin' });
});
