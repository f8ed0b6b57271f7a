// Two numbers of one person: what comes by the one and by the other at the same time waits in one order.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { inTransaction, type Tx } from '#db/client.ts';
import { normaliseConversation } from '#providers/elevenlabs/normalise.ts';
import { giveCalls } from '#services/calls/attribute.ts';
import { mergeFacts } from '#services/calls/merge-facts.ts';
import { storeReceivedText } from '#services/messages/receive.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

/** The lead's own number, and another of the same person that sorts after it. */
const OWN = '+12025550111';
const OTHER = '+12025550122';

let api: ApiRig;
/** Two leads of the person's own number, in two campaigns, the older one first. */
let leads: string[] = [];

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
});
afterAll(() => api.stop());

beforeEach(async () => {
  const { db } = api.context;
  for (const table of ['contact_aliases', 'opt_outs', 'call_details', 'calls', 'leads'] as const)
    await db.deleteFrom(table).execute();
  leads = [];
  for (const name of ['Spring', 'Summer']) {
    const { id } = (await api.call('POST', '/api/campaigns', { body: { name } })).body;
    await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: [{ phone: OWN }] } });
    leads.push((await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id);
  }
  leads.sort();
  await db
    .insertInto('contacts')
    .values({ phone: OTHER })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('contact_aliases')
    .values({ phone: OTHER, contact_phone: OWN, lead_id: leads[0] ?? '', created_by: 'test' })
    .execute();
});

/** Resolves when so many statements wait for a lock. */
const waiting = (count: number) =>
  vi.waitFor(
    async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(api.context.db);
      expect(rows[0]?.count).toBe(count);
    },
    { timeout: 10_000, interval: 10 },
  );

/** How often each has to be run, begun one after the other while something that both need is held. */
async function runsOf(hold: (tx: Tx) => Promise<unknown>, ...works: ((tx: Tx) => Promise<unknown>)[]) {
  const runs = works.map(() => 0);
  const under: Promise<unknown>[] = [];
  await api.context.db.transaction().execute(async (tx) => {
    await hold(tx);
    for (const [nth, work] of works.entries()) {
      under.push(
        inTransaction(api.context.db, async (own) => {
          runs[nth] = (runs[nth] ?? 0) + 1;
          await work(own);
        }),
      );
      await waiting(nth + 1);
    }
  });
  await Promise.all(under);
  return runs;
}

const textOf = (phone: string, body: string) => (tx: Tx) =>
  storeReceivedText(tx, {
    text: {
      messageSid: uuid(),
      from: phone,
      to: '+14155550100',
      body,
      media: [],
      segments: null,
      messagingServiceSid: null,
      optOut: null,
    },
    now: new Date(),
  });

/** A call that came in, as it is being merged: its conversation is over. */
async function callFrom(
  phone: string,
  leadId: string,
): Promise<{ id: string; merge(tx: Tx): Promise<unknown> }> {
  const conversationId = `conv_${phone}`;
  const id = uuid();
  await insertCall(api.context.db, leadId, {
    id,
    attempt: null,
    direction: 'inbound',
    phone,
    conversation_id: conversationId,
    status: 'in_progress',
  });
  const facts = normaliseConversation({
    agent_id: 'agent_default',
    conversation_id: conversationId,
    status: 'done',
    transcript: [{ role: 'user', message: 'Hello.', time_in_call_secs: 1 }],
    metadata: {
      start_time_unix_secs: 1_772_000_000,
      call_duration_secs: 20,
      phone_call: { type: 'twilio', direction: 'inbound', external_number: phone },
    },
  });
  const input = { facts, source: 'webhook' as const, now: new Date() };
  return { id, merge: (tx) => mergeFacts(tx, input) };
}

test.for(['STOP', 'START'])(
  'a text of %s from the other number, while a call of it is given to the lead',
  async (body) => {
    const call = await callFrom(OTHER, leads[0] ?? '');
    await api.context.db
      .insertInto('opt_outs')
      .values({ phone: OTHER, reason: 'x', source: 'message' })
      .execute();
    const give = (tx: Tx) =>
      giveCalls(tx, {
        callId: call.id,
        leadId: leads[0] ?? '',
        remember: false,
        actor: { id: 'test', role: 'operator' },
      });
    const hold = (tx: Tx) => sql`select 1 from contacts where phone = ${OTHER} for update`.execute(tx);
    expect(await runsOf(hold, textOf(OTHER, body), give)).toEqual([1, 1]);
    const optOuts = await api.context.db.selectFrom('opt_outs').select('phone').orderBy('phone').execute();
    expect(optOuts.map(({ phone }) => phone)).toEqual(body === 'STOP' ? [OWN, OTHER] : []);
  },
);

test('the person calls back by both numbers at the same time: every lead has received of it', async () => {
  const byOther = await callFrom(OTHER, leads[0] ?? '');
  const byOwn = await callFrom(OWN, leads[1] ?? '');
  const hold = (tx: Tx) =>
    sql`select 1 from calls where id in (${byOther.id}, ${byOwn.id}) for update`.execute(tx);
  expect(await runsOf(hold, byOther.merge, byOwn.merge)).toEqual([1, 1]);
  const replied = await api.context.db
    .selectFrom('leads')
    .select('id')
    .where('replied_at', 'is not', null)
    .orderBy('id')
    .execute();
  expect(replied.map(({ id }) => id)).toEqual(leads);
});
