import { afterEach, expect, test, vi } from 'vitest';
import { type Chain, createPhoneBook, startChain } from '../support/chain-rig.ts';
import {
  connectTexts,
  createLead,
  eventTypes,
  messageReaches,
  messagesOf,
  sendText,
  textFrom,
} from '../support/texting-rig.ts';

const TIMEOUT = { timeout: 20_000 };

let chain: Chain;
const book = createPhoneBook();
const next = (ending = '00') => book(ending)[0] ?? '';

async function start(options?: Parameters<typeof startChain>[0]): Promise<void> {
  chain = await startChain(options);
  connectTexts(chain);
}

afterEach(async () => {
  vi.restoreAllMocks();
  await chain.stop();
});

test('reports that overtake the answer to the sending are kept, and the answer takes nothing back', async () => {
  const reported = Promise.withResolvers<void>();
  await start({ checkpoint: async (at) => (at === 'text_answered' ? await reported.promise : undefined) });
  const { leadId } = await createLead(chain, next());
  const sent = await sendText(chain, { leadId, body: 'x' });
  await messageReaches(chain, sent.body.id, 'delivered');
  reported.resolve();
  const done = await chain.client.workflow.getHandle(`message/${sent.body.id}`).result();
  expect(done).toEqual({ status: 'delivered' });
  const [entry] = chain.simulator.ledger.texts;
  const row = await chain.db
    .selectFrom('messages')
    .select(['status', 'provider_id'])
    .where('id', '=', sent.body.id)
    .executeTakeFirstOrThrow();
  expect(row).toEqual({ status: 'delivered', provider_id: entry?.messageSid });
  const types = await eventTypes(chain, { messageId: sent.body.id });
  expect(types.filter((type) => type === 'message.delivered')).toHaveLength(1);
  expect(types.at(-1)).toBe('message.delivered');
}, 60_000);

test('a text during a call that could not be sent to its agent is sent by the sweep, once', async () => {
  await start({ speed: 5 });
  const command = vi
    .spyOn(chain.context.voice, 'command')
    .mockRejectedValueOnce(new Error('no monitor socket'));
  const phone = next('09');
  const { campaignId, leadId } = await createLead(chain, phone);
  await chain.call('POST', `/api/campaigns/${campaignId}/start`, {});
  const live = await vi.waitFor(async () => {
    const call = await chain.db
      .selectFrom('calls')
      .select(['id', 'conversation_id'])
      .where('lead_id', '=', leadId)
      .executeTakeFirstOrThrow();
    expect(call.conversation_id).not.toBeNull();
    return call;
  }, TIMEOUT);
  await textFrom(chain, phone, 'I am at the door');
  await vi.waitFor(() => expect(command).toHaveBeenCalledTimes(1), TIMEOUT);
  const old = new Date(Date.now() - 60_000);
  await chain.db.updateTable('webhook_events').set({ received_at: old }).where('type', '=', 'text').execute();
  command.mockResolvedValue('done');
  await chain.sweep();
  await chain.sweep();
  const text = 'The person has just sent a text message: "I am at the door"';
  const asked = [live.conversation_id, { kind: 'context', text }];
  expect(command.mock.calls).toEqual([asked, asked]);
  const [message] = await messagesOf(chain, `leadId=${leadId}`);
  expect(await eventTypes(chain, { messageId: message?.id ?? '' })).toContain('call.context_sent');
}, 60_000);

test("texts from another number that is known to be the lead's are the lead's, and STOP there holds for both", async () => {
  await start();
  const [phone, other] = [next(), next()];
  const { leadId } = await createLead(chain, phone);
  await chain.db.insertInto('contacts').values({ phone: other }).execute();
  await chain.db
    .insertInto('contact_aliases')
    .values({ phone: other, contact_phone: phone, lead_id: leadId, created_by: 'test' })
    .execute();
  await textFrom(chain, other, 'Who was that?');
  const [text] = await messagesOf(chain, `leadId=${leadId}`);
  expect(text).toMatchObject({ direction: 'inbound', from: other, leadId });
  expect(await eventTypes(chain, { leadId })).toContain('lead.replied');
  await textFrom(chain, other, 'STOP');
  const optOuts = async () =>
    (await chain.call<{ items: { phone: string }[] }>('GET', '/api/opt-outs')).body.items.map(
      (row) => row.phone,
    );
  expect(await optOuts()).toEqual([phone, other].sort());
  expect((await sendText(chain, { leadId, body: 'x' })).status).toBe(409);
  await textFrom(chain, other, 'START');
  expect(await optOuts()).toEqual([]);
}, 60_000);

test('an attempt that was not placed, and whose next one is far off, is in the log', async () => {
  await start();
  const { campaignId, leadId } = await createLead(chain, next());
  vi.spyOn(chain.context.voice, 'dial').mockResolvedValue({
    kind: 'deferred',
    cause: 'throttled',
    retryAfterMs: 60_000,
    message: 'too many calls',
  });
  await chain.call('POST', `/api/campaigns/${campaignId}/start`, {});
  await vi.waitFor(
    async () => expect((await eventTypes(chain, { leadId })).at(-1)).toBe('lead.backing_off'),
    TIMEOUT,
  );
  const { data } = await chain.db
    .selectFrom('events')
    .select('data')
    .where('type', '=', 'lead.backing_off')
    .executeTakeFirstOrThrow();
  expect(data).toEqual({ kind: 'retry', until: expect.stringMatching(/Z$/) });
}, 60_000);
