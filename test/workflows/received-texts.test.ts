import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { NO_FAULTS } from '#simulator/faults.ts';
import { type Chain, startChain, TEXTS_FROM } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import {
  connectTexts,
  createLead,
  eventTypes,
  messageReaches,
  messagesOf,
  optOutsOf,
  sendText,
  textFrom,
  textsTo,
} from '../support/texting-rig.ts';
import { WITHIN } from '../support/within.ts';

let chain: Chain;
const book = createPhoneBook();

const next = () => book('00')[0] ?? '';

beforeAll(async () => {
  chain = await startChain();
});

afterAll(async () => {
  await chain?.stop();
});

beforeEach(() => {
  chain.simulator.setFaults(NO_FAULTS);
  connectTexts(chain);
});

test('a text with emoji, an empty one, and a picture are kept, with the lead contacted last', async () => {
  const phone = next();
  const earlier = await createLead(chain, phone);
  const later = await createLead(chain, phone);
  const sent = await sendText(chain, { leadId: earlier.leadId, body: 'x' });
  await messageReaches(chain, sent.body.id, 'delivered');
  await textFrom(chain, phone, 'ok 👍');
  await textFrom(chain, phone, '', ['https://media.example/picture.jpg']);
  const rows = await messagesOf(chain, `phone=${encodeURIComponent(phone)}&direction=inbound`);
  expect(rows.map(({ body, leadId }) => [body, leadId])).toEqual([
    ['', earlier.leadId],
    ['ok 👍', earlier.leadId],
  ]);
  expect(rows[0]?.attachments).toMatchObject([{ url: 'https://media.example/picture.jpg' }]);
  const { body } = await chain.call<{ leads: { leadId: string }[] }>('GET', `/api/messages/${rows[0]?.id}`);
  expect(body.leads.map(({ leadId }) => leadId)).toEqual([earlier.leadId, later.leadId]);
});

test('the same text delivered three times is stored once; forged ones are refused', async () => {
  chain.simulator.setFaults({ textDuplicate: 1, textForge: 1 });
  const phone = next();
  await createLead(chain, phone);
  await textFrom(chain, phone, 'hello');
  await vi.waitFor(() => {
    const texts = chain.simulator.ledger.texts.filter(({ from }) => from === phone);
    const webhooks = texts.flatMap((text) => text.webhooks);
    expect(webhooks.filter(({ fault }) => fault?.startsWith('forged')).map(({ status }) => status)).toEqual([
      403,
    ]);
  }, WITHIN);
  expect(await messagesOf(chain, `direction=inbound&phone=${encodeURIComponent(phone)}`)).toHaveLength(1);
});

test('STOP opts out, START takes back what a text said, and only that', async () => {
  const phone = next();
  const { leadId } = await createLead(chain, phone);
  await textFrom(chain, phone, 'Stop please');
  expect(await optOutsOf(chain, phone)).toMatchObject([{ phone, source: 'message' }]);
  expect((await sendText(chain, { leadId, body: 'x' })).status).toBe(409);
  await textFrom(chain, phone, 'START');
  expect(await optOutsOf(chain, phone)).toEqual([]);
  await chain.call('POST', '/api/opt-outs', { phone });
  await textFrom(chain, phone, 'START');
  expect(await optOutsOf(chain, phone)).toHaveLength(1);
  expect(await eventTypes(chain, { leadId })).toEqual([
    'message.received',
    'contact.opted_out',
    'message.received',
    'contact.opted_in',
    'contact.opted_out',
    'message.received',
  ]);
});

test("the carrier's own opt-out, unknown to us, counts from the refusal on", async () => {
  const phone = next();
  const { leadId } = await createLead(chain, phone);
  chain.simulator.setTexting(null);
  await chain.simulator.textIn({ from: phone, to: TEXTS_FROM, body: 'STOP' });
  const sent = await sendText(chain, { leadId, body: 'x' });
  await messageReaches(chain, sent.body.id, 'refused');
  expect((await messagesOf(chain, `leadId=${leadId}`))[0]).toMatchObject({ errorCode: 21610 });
  expect(await optOutsOf(chain, phone)).toMatchObject([{ phone, source: 'message' }]);
});

test('a text is answered by the first rule that meets, once', async () => {
  const phone = next();
  const { leadId } = await createLead(chain, phone, {
    settings: {
      autoReply: {
        rules: [
          { keywords: ['price'], body: 'It costs nothing.' },
          { keywords: ['price', 'hours'], body: 'From nine to five.' },
        ],
        agent: null,
      },
    },
  });
  await textFrom(chain, phone, 'What is the PRICE?');
  await textFrom(chain, phone, 'something else');
  await vi.waitFor(() => expect(textsTo(chain, phone)).toHaveLength(1), { timeout: 20_000 });
  const [asked] = (await messagesOf(chain, `leadId=${leadId}&direction=inbound`)).toReversed();
  const answers = await messagesOf(chain, `leadId=${leadId}&direction=outbound`);
  expect(answers).toMatchObject([{ body: 'It costs nothing.', source: 'auto_reply', inReplyTo: asked?.id }]);
});

test('a keyword of the conversion rule converts the lead', async () => {
  const phone = next();
  const { leadId } = await createLead(chain, phone, {
    settings: { conversion: { rule: 'keywords', keywords: ['yes'] } },
  });
  await textFrom(chain, phone, 'yesterday');
  expect((await chain.call<{ converted: boolean }>('GET', `/api/leads/${leadId}`)).body.converted).toBe(
    false,
  );
  await textFrom(chain, phone, 'Yes, please');
  expect((await chain.call<{ converted: boolean }>('GET', `/api/leads/${leadId}`)).body.converted).toBe(true);
  expect(await eventTypes(chain, { leadId })).toContain('lead.converted');
});
