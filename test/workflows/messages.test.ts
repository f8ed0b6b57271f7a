import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '#services/context.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { type Chain, startChain, TEXTS_FROM } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import {
  attentionOf,
  connectTexts,
  createLead,
  eventTypes,
  messageReaches,
  messagesOf,
  nightZone,
  sendText,
  textFrom,
  textsTo,
} from '../support/texting-rig.ts';
import { WITHIN } from '../support/within.ts';

let chain: Chain;
let armed: Checkpoint | null = null;
/** A process that stops there for so long, as a suspended machine would. */
let asleep: { at: Checkpoint; ms: number } | null = null;
const book = createPhoneBook();

const next = (ending = '00') => book(ending)[0] ?? '';
const send = (body: object) => sendText(chain, body);
const sentTo = (phone: string) => textsTo(chain, phone);

beforeAll(async () => {
  chain = await startChain({
    checkpoint: async (at) => {
      if (at === asleep?.at) {
        const { ms } = asleep;
        asleep = null;
        await delay(ms);
      }
      if (at !== armed) return;
      armed = null;
      throw ApplicationFailure.create({ message: `crashed at ${at}`, category: 'BENIGN' });
    },
  });
  connectTexts(chain);
});

afterAll(async () => {
  await chain?.stop();
});

beforeEach(() => {
  armed = null;
  asleep = null;
  chain.simulator.setFaults(NO_FAULTS);
});

describe('sending', () => {
  test('a text is sent once, its length is stated, and its delivery reported', async () => {
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const sent = await send({ leadId, body: 'Hello €' });
    expect(sent, JSON.stringify(sent.body)).toMatchObject({
      status: 202,
      body: { segments: 1, encoding: 'GSM-7', characters: 8, source: 'person', to: phone, leadId },
    });
    await messageReaches(chain, sent.body.id, 'delivered');
    expect(sentTo(phone)).toMatchObject([{ from: TEXTS_FROM, body: 'Hello €' }]);
    const types = await eventTypes(chain, { messageId: sent.body.id });
    expect(types[0]).toBe('message.scheduled');
    expect(types.at(-1)).toBe('message.delivered');
    expect(new Set(types).size).toBe(types.length);
  });

  test('numbers in every format, a long text and emoji; what is no text is refused', async () => {
    const phone = next();
    const national = `(${phone.slice(2, 5)}) 555-0100`;
    const { leadId } = await createLead(chain, phone);
    const to = await send({ to: national, body: 'x' });
    expect(to.status).toBe(422);
    const formatted = await send({ to: ` +1 ${national} `, body: 'x'.repeat(1_600) });
    expect(formatted).toMatchObject({ status: 202, body: { to: phone, leadId, segments: 11 } });
    const emoji = await send({ leadId, body: '👍🏽'.repeat(40) });
    expect(emoji.body).toMatchObject({ encoding: 'UCS-2' });
    expect(emoji.body.segments).toBeGreaterThan(1);
    for (const body of ['', '  \n', 'x'.repeat(1_601), 'a\0b', 7]) {
      expect((await send({ leadId, body })).status, JSON.stringify(body)).toBe(422);
    }
    expect((await send({ body: 'x' })).status).toBe(422);
    expect((await send({ leadId: '019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f', body: 'x' })).status).toBe(404);
    await messageReaches(chain, formatted.body.id, 'delivered');
    await messageReaches(chain, emoji.body.id, 'delivered');
  });

  test('who opted out is not written to', async () => {
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    await chain.call('POST', '/api/opt-outs', { phone });
    const refused = await send({ leadId, body: 'x' });
    expect([refused.status, refused.body.detail]).toEqual([409, 'The contact opted out.']);
    expect(sentTo(phone)).toEqual([]);
  });

  test('quiet hours refuse, or wait; an opt-out in between still holds', async () => {
    const phone = next();
    const { leadId } = await createLead(chain, phone, { timeZone: nightZone() });
    const refused = await send({ leadId, body: 'x' });
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toMatch(/^These are quiet hours there, until \d{4}-.*Z\.$/);
    const waits = await send({ leadId, body: 'x', whenAllowed: true });
    expect(waits).toMatchObject({ status: 202, body: { status: 'scheduled' } });
    await textFrom(chain, phone, 'please stop texting me');
    // Its hour has come: the workflow looks again.
    await chain.db
      .updateTable('messages')
      .set({ not_before: null })
      .where('id', '=', waits.body.id)
      .execute();
    await chain.client.workflow.getHandle(`message/${waits.body.id}`).terminate('its timer is hours long');
    await chain.context.workflows.startMessage(waits.body.id);
    await messageReaches(chain, waits.body.id, 'refused');
    expect(sentTo(phone)).toEqual([]);
  });

  test('what is not delivered says why', async () => {
    const { leadId } = await createLead(chain, next('16'));
    const sent = await send({ leadId, body: 'x' });
    await messageReaches(chain, sent.body.id, 'undelivered');
    expect((await messagesOf(chain, `status=undelivered&leadId=${leadId}`))[0]).toMatchObject({
      errorCode: 30003,
    });
  });
});

describe('when the answer is lost', () => {
  test.for(['textErrorsAfterAccept', 'textMalformedAfterAccept', 'textResetAfterAccept'] as const)(
    '%s: the text is found, and not sent again',
    async (fault) => {
      chain.simulator.setFaults({ [fault]: 1, textStatusLoss: 1 });
      const phone = next();
      const { leadId } = await createLead(chain, phone);
      const first = await send({ leadId, body: 'the same words' });
      const second = await send({ leadId, body: 'the same words' });
      expect([first.status, second.status]).toEqual([202, 202]);
      await vi.waitFor(async () => {
        const rows = await messagesOf(chain, `leadId=${leadId}`);
        expect(rows.map(({ status }) => /sent|delivered/.test(status))).toEqual([true, true]);
      }, 10_000);
      expect(sentTo(phone)).toHaveLength(2);
      const rows = await chain.db
        .selectFrom('messages')
        .select('provider_id')
        .where('lead_id', '=', leadId)
        .execute();
      expect(new Set(rows.map(({ provider_id: sid }) => sid)).size).toBe(2);
    },
  );

  test('a text that nobody knows of stays unknown, before a person, and is not sent again', async () => {
    chain.simulator.setFaults({ textErrorsBeforeAccept: 1 });
    const phone = next();
    const { campaignId, leadId } = await createLead(chain, phone);
    const sent = await send({ leadId, body: 'x' });
    await messageReaches(chain, sent.body.id, 'unknown');
    expect(await attentionOf(chain, campaignId)).toMatchObject([
      { kind: 'unknown_message', subject: sent.body.id },
    ]);
    chain.simulator.setFaults({ textErrorsBeforeAccept: 0 });
    await chain.context.workflows.startMessage(sent.body.id);
    const done = await chain.client.workflow.getHandle(`message/${sent.body.id}`).result();
    expect(done).toEqual({ status: 'unknown' });
    expect(sentTo(phone)).toEqual([]);
  });

  test('a text is found though the list lags, and not sent again', async () => {
    const { dialTimeoutMs } = chain.context.timeouts;
    chain.simulator.setFaults({
      textResetAfterAccept: 1,
      textStatusLoss: 1,
      // Beyond the time of the request itself.
      carrierListingLagMs: dialTimeoutMs + 300,
    });
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const { body } = await send({ leadId, body: 'x' });
    const done = await chain.client.workflow.getHandle(`message/${body.id}`).result();
    expect(['sent', 'delivered']).toContain((done as { status: string }).status);
    expect(sentTo(phone)).toHaveLength(1);
  });

  test('the same words to somebody else are not taken for it where the list ignores its filter', async () => {
    const [other, phone] = [next(), next()];
    const words = 'the same words to two people';
    // Written by the account's owner elsewhere: no row of ours has it.
    const elsewhere = chain.context.carrier;
    if (elsewhere === null) throw new Error('There is no carrier.');
    await elsewhere.sendText({
      from: TEXTS_FROM,
      to: other,
      body: words,
      statusCallback: null,
      timeoutMs: 5_000,
      maySend: () => true,
    });
    chain.simulator.setFaults({ textErrorsBeforeAccept: 1, listIgnoresFilters: 1 });
    const { leadId } = await createLead(chain, phone);
    const sent = await send({ leadId, body: words });
    await messageReaches(chain, sent.body.id, 'unknown');
    expect(sentTo(phone)).toEqual([]);
  });

  test('a process that slept past the deadline of its text does not send it', async () => {
    asleep = { at: 'text_intended', ms: chain.context.timeouts.dialTimeoutMs + 200 };
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const { body } = await send({ leadId, body: 'x' });
    const done = await chain.client.workflow.getHandle(`message/${body.id}`).result();
    expect(done).toEqual({ status: 'unknown' });
    expect(chain.simulator.ledger.texts.filter(({ to }) => to === phone)).toEqual([]);
    expect(asleep).toBeNull();
  });

  test('a busy carrier is asked again, not before the time that it names', async () => {
    chain.simulator.setFaults({ textThrottle: { next: 1 }, retryAfterSeconds: 3 });
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const sent = await send({ leadId, body: 'x' });
    await messageReaches(chain, sent.body.id, 'delivered');
    const requests = chain.simulator.ledger.texts.filter(({ to, by }) => to === phone && by === 'api');
    expect(requests.map(({ answer }) => answer)).toEqual(['throttled', 'placed']);
    const [first = 0, second = 0] = requests.map(({ receivedAt }) => Date.parse(receivedAt));
    expect(second - first).toBeGreaterThanOrEqual(3_000);
  });

  test('a busy carrier is asked again as long as it takes', async () => {
    chain.simulator.setFaults({ textThrottle: 1 });
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const sent = await send({ leadId, body: 'x' });
    await vi.waitFor(
      () =>
        expect(
          chain.simulator.ledger.texts.filter(({ to, answer }) => to === phone && answer === 'throttled'),
        ).not.toEqual([]),
      WITHIN,
    );
    chain.simulator.setFaults({ textThrottle: 0 });
    await messageReaches(chain, sent.body.id, 'delivered');
    expect(sentTo(phone)).toHaveLength(1);
  });

  test.for([
    ['text_intended', 0],
    ['text_answered', 1],
  ] as const)('a crash when %s never sends twice', async ([at, sent]) => {
    armed = at;
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const { body } = await send({ leadId, body: 'x' });
    const handle = chain.client.workflow.getHandle(`message/${body.id}`);
    const result = (await handle.result()) as { status: string };
    expect(sentTo(phone)).toHaveLength(sent);
    if (sent === 0) expect(result.status).toBe('unknown');
    else expect(['sent', 'delivered']).toContain(result.status);
    expect(armed).toBeNull();
  });

  test('a text whose workflow was lost is started again by the sweep', async () => {
    await chain.stopWorker();
    const phone = next();
    const { leadId } = await createLead(chain, phone);
    const { body } = await send({ leadId, body: 'x' });
    await chain.client.workflow.getHandle(`message/${body.id}`).terminate('lost');
    const old = new Date(Date.now() - 300_000);
    await chain.db.updateTable('messages').set({ updated_at: old }).where('id', '=', body.id).execute();
    await chain.startWorker();
    expect((await chain.sweep()).textsRestarted).toBe(1);
    await messageReaches(chain, body.id, 'delivered');
    expect(sentTo(phone)).toHaveLength(1);
  });
});
