// What a walk over the provider's conversations makes of calls that were dialled, here or elsewhere.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { attemptId } from '#domain/ids.ts';
import { raiseAttention } from '#services/attention.ts';
import { insertCall } from '../support/api-rows.ts';
import { report } from '../support/chain-parts.ts';
import { SECRET } from '../support/chain-rig.ts';
import { dialThrough, elevenLabsAt } from '../support/simulator-clients.ts';
import { nextNumber, type SyncRig, startSyncRig } from '../support/sync-rig.ts';

const QUARTER_HOUR_MS = 15 * 60_000;

let rig: SyncRig;
beforeAll(async () => {
  rig = await startSyncRig();
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

/** Somebody dials the number through the provider's account with this attempt's id, and the call is over. */
async function dial(phone: string, attempt: string): Promise<string> {
  const { conversationId } = await dialThrough(elevenLabsAt(rig.network.url), phone, attempt);
  if (!conversationId) throw new Error('It was not placed.');
  await rig.settled(conversationId);
  return conversationId;
}

/** The time by which the walks that follow are made. */
function wait(ms: number): void {
  rig.chain.context.now = async () => new Date(Date.now() + ms);
}

const call = (conversationId: string) =>
  rig.chain.db
    .selectFrom('calls')
    .select(['id', 'lead_id', 'attempt', 'direction', 'status', 'reach', 'attributed_by'])
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();

const attention = () =>
  rig.chain.db.selectFrom('attention').select(['kind', 'subject', 'settlement']).orderBy('id').execute();

test.each([
  ['dialling', { status: 'dialling' }],
  ['unknown', { status: 'ended', reach: 'unknown', ended_at: new Date(), concluded_at: new Date() }],
] as const)('the conversation of an attempt that is %s becomes its own at once', async (state, row) => {
  const phone = nextNumber();
  const leadId = await rig.lead(phone);
  const id = await insertCall(rig.chain.db, leadId, row);
  const subject = { kind: 'unknown_call' as const, subject: id };
  if (state === 'unknown') {
    const detail = 'It could not be found.';
    await inTransaction(rig.chain.db, (tx) => raiseAttention(tx, { ...subject, leadId, detail }));
  }
  const conversationId = await dial(phone, attemptId(leadId, 1));
  expect(await rig.sync()).toMatchObject({ stored: 1, attributed: 1 });
  expect(await call(conversationId)).toMatchObject({ id, attempt: 1, status: 'ended', reach: 'answered' });
  if (state === 'unknown')
    expect(await attention()).toEqual([{ ...subject, settlement: 'It was answered.' }]);
  expect(await rig.sync()).toMatchObject({ stored: 0 });
});

test('a call dialled elsewhere is taken in when it cannot be a dial of ours any more', async () => {
  const phone = nextNumber();
  const leadId = await rig.lead(phone);
  const conversationId = await dial(phone, 'attempt-of-another-product');
  wait(QUARTER_HOUR_MS - 60_000);
  expect(await rig.sync()).toMatchObject({ seen: 1, stored: 0 });
  expect(await call(conversationId)).toBeUndefined();
  wait(QUARTER_HOUR_MS + 60_000);
  expect(await rig.sync()).toMatchObject({ seen: 1, stored: 1, attributed: 1 });
  expect(await call(conversationId)).toMatchObject({
    direction: 'outbound',
    attempt: null,
    lead_id: leadId,
    attributed_by: 'number',
  });
});

test('while a dial to the same number waits for its answer, no conversation with it is taken from it', async () => {
  const phone = nextNumber();
  const dialling = await insertCall(rig.chain.db, await rig.lead(phone), { status: 'dialling' });
  const conversationId = await dial(phone, 'attempt-of-another-product');
  wait(QUARTER_HOUR_MS + 60_000);
  expect(await rig.sync()).toMatchObject({ seen: 1, stored: 0 });
  await rig.chain.db
    .updateTable('calls')
    .set({ status: 'ended', reach: 'not_placed' })
    .where('id', '=', dialling)
    .execute();
  expect(await rig.sync()).toMatchObject({ seen: 1, stored: 1 });
  expect(await call(conversationId)).toMatchObject({ attempt: null });
});

test('a webhook that no call was known for is settled by the walk that finds one', async () => {
  const phone = nextNumber();
  const leadId = await rig.lead(phone);
  const conversationId = await dial(phone, 'attempt-of-another-product');
  await report({ simulator: rig.network, url: rig.chain.url, secret: SECRET }, conversationId);
  const event = () =>
    rig.chain.db
      .selectFrom('webhook_events')
      .select(['id', 'merged_at', 'call_id'])
      .where('conversation_id', '=', conversationId)
      .executeTakeFirstOrThrow();
  const { id, merged_at } = await event();
  expect(merged_at).toBeNull();
  const unmatched = { kind: 'unmatched_webhook', subject: String(id) };
  expect(await attention()).toEqual([{ ...unmatched, settlement: null }]);
  await rig.sync();
  expect(await attention()).toEqual([{ ...unmatched, settlement: null }]);
  wait(QUARTER_HOUR_MS + 60_000);
  expect(await rig.sync()).toMatchObject({ stored: 1, attributed: 1 });
  const found = await call(conversationId);
  expect(found).toMatchObject({ lead_id: leadId, reach: 'answered' });
  expect(await event()).toMatchObject({ merged_at: expect.any(Date), call_id: found?.id });
  expect(await attention()).toEqual([{ ...unmatched, settlement: 'Its call was found.' }]);
});
