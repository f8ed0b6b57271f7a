import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import {
  connectTexts,
  createLead,
  eventTypes,
  messageReaches,
  messagesOf,
  sendText,
  textFrom,
} from '../support/texting-rig.ts';
import { watchDials } from '../support/voice-spy.ts';

const TIMEOUT = { timeout: 20_000 };

let chain: Chain;
const book = createPhoneBook();
const next = (ending = '00') => book(ending)[0] ?? '';

/** What the next text waits for between the carrier's answer and its being written down. */
let held: Promise<void> | null = null;

beforeAll(async () => {
  chain = await startChain({
    checkpoint: async (at) => (at === 'text_answered' && held ? await held : undefined),
  });
  connectTexts(chain);
});

afterAll(() => chain?.stop());

afterEach(() => {
  held = null;
  vi.restoreAllMocks();
});

test('reports that overtake the answer to the sending are kept, and the answer takes nothing back', async () => {
  const reported = Promise.withResolvers<void>();
  held = reported.promise;
  const phone = next();
  const { leadId } = await createLead(chain, phone);
  const sent = await sendText(chain, { leadId, body: 'x' });
  await messageReaches(chain, sent.body.id, 'delivered');
  reported.resolve();
  const done = await chain.client.workflow.getHandle(`message/${sent.body.id}`).result();
  expect(done).toEqual({ status: 'delivered' });
  const entry = chain.simulator.ledger.texts.find(({ to }) => to === phone);
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
  // Slow enough to write a text while the call is under way.
  const slow = await startChain({ speed: 5 });
  onTestFinished(() => slow.stop());
  connectTexts(slow);
  const command = vi
    .spyOn(slow.context.voice, 'command')
    .mockRejectedValueOnce(new Error('no monitor socket'));
  const phone = next('09');
  const { campaignId, leadId } = await createLead(slow, phone);
  await slow.call('POST', `/api/campaigns/${campaignId}/start`, {});
  const live = await vi.waitFor(async () => {
    const call = await slow.db
      .selectFrom('calls')
      .select(['id', 'conversation_id'])
      .where('lead_id', '=', leadId)
      .executeTakeFirstOrThrow();
    expect(call.conversation_id).not.toBeNull();
    return call;
  }, TIMEOUT);
  await textFrom(slow, phone, 'I am at the door');
  await vi.waitFor(() => expect(command).toHaveBeenCalledTimes(1), TIMEOUT);
  const old = new Date(Date.now() - 60_000);
  await slow.db.updateTable('webhook_events').set({ received_at: old }).where('type', '=', 'text').execute();
  command.mockResolvedValue('done');
  await slow.sweep();
  await slow.sweep();
  const text = 'The person has just sent a text message: "I am at the door"';
  const asked = [live.conversation_id, { kind: 'context', text }];
  expect(command.mock.calls).toEqual([asked, asked]);
  const [message] = await messagesOf(slow, `leadId=${leadId}`);
  expect(await eventTypes(slow, { messageId: message?.id ?? '' })).toContain('call.context_sent');
}, 60_000);

test("texts from another number that is known to be the lead's are the lead's, and STOP there holds for both", async () => {
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
  const { campaignId, leadId } = await createLead(chain, next());
  watchDials(chain.context.voice, {
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
    .where('lead_id', '=', leadId)
    .executeTakeFirstOrThrow();
  expect(data).toEqual({ kind: 'retry', until: expect.stringMatching(/Z$/) });
}, 60_000);
