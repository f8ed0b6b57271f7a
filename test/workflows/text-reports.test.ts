import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import {
  connectTexts,
  createLead,
  messageReaches,
  messagesOf,
  sendText,
  textFrom,
} from '../support/texting-rig.ts';

const MINUTE_MS = 60_000;

let chain: Chain;
const book = createPhoneBook();
const next = (ending = '00') => book(ending)[0] ?? '';

// The sweep looks at every text there is: each test has a chain of its own.
beforeEach(async () => {
  chain = await startChain();
  connectTexts(chain);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await chain.stop();
});

/** Sends a text of which no report comes, and resolves with its id once it has arrived, or has not. */
async function sendUnreported(phone: string): Promise<string> {
  chain.simulator.setFaults({ textStatusLoss: 1 });
  const { leadId } = await createLead(chain, phone);
  const sent = await sendText(chain, { leadId, body: 'x' });
  expect(sent.status).toBe(202);
  await vi.waitFor(
    () => {
      const entry = chain.simulator.ledger.texts.find(({ to }) => to === phone);
      expect(['delivered', 'undelivered']).toContain(entry?.status);
    },
    { timeout: 20_000 },
  );
  await messageReaches(chain, sent.body.id, 'sent');
  return sent.body.id;
}

async function makeOld(id: string, minutes: number): Promise<void> {
  const at = new Date(Date.now() - minutes * MINUTE_MS);
  await chain.db.updateTable('messages').set({ sent_at: at, updated_at: at }).where('id', '=', id).execute();
}

const statusOf = async (id: string) =>
  (await chain.call<{ status: string }>('GET', `/api/messages/${id}`)).body.status;

test('of a text whose reports were lost the carrier is asked, after ten minutes and for a day', {
  timeout: 90_000,
}, async () => {
  const arrived = await sendUnreported(next('00'));
  const lost = await sendUnreported(next('16'));
  const young = await sendUnreported(next('00'));
  const old = await sendUnreported(next('00'));
  await makeOld(arrived, 11);
  await makeOld(lost, 11);
  await makeOld(young, 9);
  await makeOld(old, 24 * 60 + 1);
  const asked = vi.spyOn(chain.context.carrier ?? expect.fail('no carrier'), 'getText');
  expect(await chain.sweep()).toMatchObject({ textsSettled: 2 });
  expect(await Promise.all([arrived, lost, young, old].map(statusOf))).toEqual([
    'delivered',
    'undelivered',
    'sent',
    'sent',
  ]);
  expect((await messagesOf(chain, 'status=undelivered'))[0]).toMatchObject({ id: lost, errorCode: 30003 });
  expect(asked).toHaveBeenCalledTimes(2);
  expect(await chain.sweep()).toMatchObject({ textsSettled: 0 });
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a carrier that does not answer, or knows no more, is asked again later, and at most once in ten minutes', {
  timeout: 90_000,
}, async () => {
  const id = await sendUnreported(next());
  const carrier = chain.context.carrier ?? expect.fail('no carrier');
  const asked = vi.spyOn(carrier, 'getText');
  asked.mockRejectedValueOnce(new Error('silent'));
  await makeOld(id, 11);
  expect(await chain.sweep()).toMatchObject({ textsSettled: 0 });
  asked.mockResolvedValueOnce(null);
  expect(await chain.sweep()).toMatchObject({ textsSettled: 0 });
  expect(await chain.sweep()).toMatchObject({ textsSettled: 0 });
  expect(asked).toHaveBeenCalledTimes(2);
  await makeOld(id, 11);
  expect(await chain.sweep()).toMatchObject({ textsSettled: 1 });
  expect(await statusOf(id)).toBe('delivered');
});

test('rules for automatic replies change while a campaign runs, and hold from the next text on', {
  timeout: 90_000,
}, async () => {
  const phone = next();
  const { campaignId, leadId } = await createLead(chain, phone);
  await textFrom(chain, phone, 'What is the price?');
  const rules = [{ keywords: ['price'], body: 'It costs nothing.' }];
  const patch = (autoReply: unknown) =>
    chain.call<{ settings: object }>('PATCH', `/api/campaigns/${campaignId}`, { settings: { autoReply } });
  const changed = await patch({ rules, agent: null });
  expect(changed).toMatchObject({ status: 200, body: { settings: { autoReply: { rules, agent: null } } } });
  await textFrom(chain, phone, 'The price, please?');
  const answers = () => messagesOf(chain, `leadId=${leadId}&direction=outbound`);
  await vi.waitFor(
    async () => expect((await answers()).map(({ body }) => body)).toEqual(['It costs nothing.']),
    { timeout: 20_000 },
  );
  expect((await patch({ rules: [{ keywords: [], body: '' }], agent: null })).status).toBe(422);
  expect(await patch(null)).toMatchObject({ status: 200, body: { settings: { autoReply: null } } });
  await textFrom(chain, phone, 'And the price?');
  const inbound = await messagesOf(chain, `leadId=${leadId}&direction=inbound`);
  expect(inbound).toHaveLength(3);
  const replies = await Promise.allSettled(
    [inbound[0], inbound[2]].map((text) => chain.client.workflow.getHandle(`reply/${text?.id}`).describe()),
  );
  expect(replies.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await answers()).toHaveLength(1);
});
