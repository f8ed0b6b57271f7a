import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNT_SID, dialThrough, elevenLabsAt, PEOPLE, twilioAt } from '../support/simulator-clients.ts';
import { eventually } from '../support/simulator-rig.ts';
import { OTHER_OWN_NUMBER, OWN_NUMBER, startTextRig, type TextRig } from '../support/text-rig.ts';

const PERSON = '+12125550104';
let rig: TextRig;

function send(to: string, body: string, more: { statusCallback?: string; from?: string } = {}) {
  return twilioAt(rig.simulator.url).messages.create({ to, from: OWN_NUMBER, body, ...more });
}

afterEach(() => rig.stop());

describe('texts that are sent', () => {
  test('go from queued to delivered, reported in genuine forms', async () => {
    rig = await startTextRig();
    const text = await send(PERSON, 'Hello!', { statusCallback: rig.statusUrl });
    expect(text).toMatchObject({ status: 'queued', numSegments: '1', accountSid: ACCOUNT_SID });
    expect(text.dateSent).toBeNull();
    await eventually(() => expect(rig.received).toHaveLength(2));
    expect(rig.received.map(({ genuine }) => genuine)).toEqual([true, true]);
    const told = rig.received.map(({ params }) => [params.MessageSid, params.MessageStatus]);
    expect(told.toSorted()).toEqual([
      [text.sid, 'delivered'],
      [text.sid, 'sent'],
    ]);
    const read = await twilioAt(rig.simulator.url).messages(text.sid).fetch();
    expect(read).toMatchObject({ status: 'delivered', errorCode: null, from: OWN_NUMBER, body: 'Hello!' });
    expect(read.dateSent).toBeInstanceOf(Date);
  });

  test.each([
    ['+12125550116', 'undelivered', 30003],
    ['+12125550117', 'undelivered', 30005],
    ['+12125550118', 'failed', 30008],
  ])('%s: %s with %i', async (to, status, errorCode) => {
    rig = await startTextRig();
    const { sid } = await send(to, 'Hello!', { statusCallback: rig.statusUrl });
    await eventually(async () => {
      expect(await twilioAt(rig.simulator.url).messages(sid).fetch()).toMatchObject({ status, errorCode });
      const last = rig.received.find(({ params }) => params.MessageStatus === status);
      expect(last?.params.ErrorCode).toBe(String(errorCode));
    });
  });

  test('are counted in segments by their letters', async () => {
    rig = await startTextRig();
    expect((await send(PERSON, 'a'.repeat(160))).numSegments).toBe('1');
    expect((await send(PERSON, 'a'.repeat(161))).numSegments).toBe('2');
    expect((await send(PERSON, `${'a'.repeat(70)}🎉`)).numSegments).toBe('2');
    expect((await send(PERSON, 'a'.repeat(1600))).numSegments).toBe('11');
  });

  test.each([
    [{ to: '+12125550115' }, 21211],
    [{ to: '12' }, 21211],
    [{ to: '+12125550119' }, 21614],
    [{ body: '' }, 21602],
    [{ body: 'a'.repeat(1601) }, 21617],
    [{ from: '+12125550150' }, 21659],
    [{ to: OWN_NUMBER }, 21266],
    [{ statusCallback: 'nowhere' }, 21609],
  ])('are refused: %o is %i', async (change, code) => {
    rig = await startTextRig();
    const { to, body, ...more } = { to: PERSON, body: 'Hello!', ...change };
    await expect(send(to, body, more)).rejects.toMatchObject({ status: 400, code });
    expect(rig.simulator.ledger.texts).toMatchObject([
      { accepted: false, errorCode: code, messageSid: null },
    ]);
  });

  test('are listed newest first, by number and time', async () => {
    rig = await startTextRig();
    const first = await send(PERSON, 'one');
    const second = await send(PERSON, 'two', { from: OTHER_OWN_NUMBER });
    await send('+12125550103', 'three');
    const { messages } = twilioAt(rig.simulator.url);
    const found = async (query: Parameters<typeof messages.list>[0]) =>
      (await messages.list(query)).map(({ sid }) => sid);
    expect(await found({ to: PERSON, pageSize: 1 })).toEqual([second.sid, first.sid]);
    expect(await found({ to: PERSON, from: OWN_NUMBER })).toEqual([first.sid]);
    await eventually(async () =>
      expect(await found({ to: PERSON, dateSentAfter: new Date(Date.now() - 60_000) })).toHaveLength(2),
    );
    expect(await found({ dateSentAfter: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await found({ dateSentBefore: new Date(Date.now() - 60_000) })).toEqual([]);
  });
});

describe('texts that people write', () => {
  test('reach the product once, with what came along, and its TwiML answer is sent', async () => {
    rig = await startTextRig();
    rig.answers.push(
      '<Response><Message>Fish &amp; chips?</Message><Message><Body>Yes</Body></Message></Response>',
    );
    const media = ['https://media.example.com/one.jpg'];
    const answer = await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'Hi 🎉 a+b', media });
    expect(answer).toMatchObject({ status: 200, replies: ['Fish & chips?', 'Yes'] });
    expect(rig.received).toMatchObject([
      {
        genuine: true,
        params: { From: PERSON, To: OWN_NUMBER, Body: 'Hi 🎉 a+b', NumMedia: '1', MediaUrl0: media[0] },
      },
    ]);
    const texts = await twilioAt(rig.simulator.url).messages.list({ to: PERSON });
    expect(texts.map(({ body, direction }) => [body, direction])).toEqual([
      ['Yes', 'outbound-reply'],
      ['Fish & chips?', 'outbound-reply'],
    ]);
  });

  test('are sent once more, with the same token, when the connection breaks', async () => {
    rig = await startTextRig();
    rig.answers.push('cut');
    const { status } = await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'Hi' });
    expect(status).toBe(204);
    expect(rig.received).toHaveLength(2);
    const tokens = new Set(rig.received.map(({ idempotencyToken }) => idempotencyToken));
    expect([...tokens]).toEqual([expect.stringMatching(/^[0-9a-f]{36}$/)]);
  });

  test('STOP ends texts from that number only, START allows them again', async () => {
    rig = await startTextRig();
    await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: ' stop ' });
    await expect(send(PERSON, 'Hello!')).rejects.toMatchObject({ status: 400, code: 21610 });
    expect((await send(PERSON, 'Hello!', { from: OTHER_OWN_NUMBER })).status).toBe('queued');
    rig.answers.push('<Response><Message>not sent</Message></Response>');
    await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'Stop please' });
    await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'START' });
    expect((await send(PERSON, 'Hello again!')).status).toBe('queued');
    const sent = rig.simulator.ledger.texts.filter(({ direction }) => direction === 'outbound');
    expect(sent.map(({ by, accepted, errorCode }) => [by, accepted, errorCode])).toEqual([
      ['carrier', true, null],
      ['api', false, 21610],
      ['api', true, null],
      ['reply', false, 21610],
      ['carrier', true, null],
      ['api', true, null],
    ]);
    // The words are handed over all the same, without a type: that is for messaging services.
    expect(rig.received.map(({ params }) => [params.Body, params.OptOutType])).toEqual([
      [' stop ', undefined],
      ['Stop please', undefined],
      ['START', undefined],
    ]);
  });

  test('name the opt-out type where the account has Advanced Opt-Out', async () => {
    rig = await startTextRig({}, { advancedOptOut: true });
    await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'HELP' });
    expect(rig.received[0]?.params.OptOutType).toBe('HELP');
  });

  test('can be written over HTTP, and are shown there', async () => {
    rig = await startTextRig();
    const post = (body: unknown) =>
      fetch(`${rig.simulator.url}/_sim/texts`, { method: 'POST', body: JSON.stringify(body) });
    const answer = await (await post({ from: PERSON, to: OWN_NUMBER, body: 'Hi' })).json();
    expect(answer).toMatchObject({ status: 204, replies: [] });
    expect((await post({ from: PERSON })).status).toBe(400);
    const texts = await (await fetch(`${rig.simulator.url}/_sim/texts`)).json();
    expect(texts).toMatchObject([{ by: 'person', body: 'Hi', webhooks: [{ kind: 'text', status: 204 }] }]);
  });

  test('come after a call from people who do that', async () => {
    rig = await startTextRig();
    const client = elevenLabsAt(rig.simulator.url);
    await dialThrough(client, PEOPLE.converts, 'a.1');
    await dialThrough(client, '+12125550198', 'b.1');
    await eventually(() => expect(rig.received).toHaveLength(1));
    expect(rig.received[0]).toMatchObject({
      genuine: true,
      params: { From: '+12125550198', To: OWN_NUMBER },
    });
  });

  test('go nowhere without a target', async () => {
    rig = await startTextRig();
    rig.simulator.setTexting(null);
    const { status } = await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'Hi' });
    expect(status).toBeNull();
    expect(rig.simulator.ledger.texts).toMatchObject([{ body: 'Hi', webhooks: [] }]);
  });
});

describe('faults', () => {
  test.each([
    ['textThrottle', 429, false],
    ['textErrorsBeforeAccept', 500, false],
    ['textErrorsAfterAccept', 500, true],
  ] as const)('%s: status %i', async (fault, status, accepted) => {
    rig = await startTextRig({ faults: { [fault]: { next: 1 } } });
    await expect(send(PERSON, 'one')).rejects.toMatchObject({ status });
    await send(PERSON, 'two');
    expect(rig.simulator.ledger.texts.map((text) => text.accepted)).toEqual([accepted, true]);
  });

  test('reports are lost, doubled and forged', async () => {
    rig = await startTextRig({ faults: { textStatusLoss: { next: 1 }, textDuplicate: 1, textForge: 1 } });
    await send(PERSON, 'Hello!', { statusCallback: rig.statusUrl });
    await eventually(() => expect(rig.received).toHaveLength(3));
    expect(rig.received.map(({ genuine }) => genuine).toSorted()).toEqual([false, true, true]);
    const faults = rig.simulator.ledger.texts[0]?.webhooks.map(({ fault }) => fault?.split(':')[0] ?? null);
    expect(faults).toEqual(['lost', 'forged', null, 'duplicate']);
  });
});

describe('a call hung up through Twilio', () => {
  test('ends early; a second time there is nothing to end', async () => {
    rig = await startTextRig({ speed: 60 });
    const { callSid = '' } = await dialThrough(elevenLabsAt(rig.simulator.url), PEOPLE.longCall, 'a.1');
    const calls = twilioAt(rig.simulator.url).calls;
    await eventually(async () => expect((await calls(callSid).fetch()).status).toBe('in-progress'));
    const ended = await calls(callSid).update({ status: 'completed' });
    expect(ended.status).toBe('completed');
    expect(Number(ended.duration)).toBeLessThan(300);
    expect(rig.simulator.ledger.liveCalls).toBe(0);
    await expect(calls(callSid).update({ status: 'completed' })).rejects.toMatchObject({ code: 21220 });
  });
});
