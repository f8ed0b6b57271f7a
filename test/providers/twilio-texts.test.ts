import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Carrier } from '#providers/ports.ts';
import { createTwilio } from '#providers/twilio/adapter.ts';
import type { FaultOptions } from '#simulator/faults.ts';
import { ACCOUNT_SID, dialThrough, elevenLabsAt, PEOPLE } from '../support/simulator-clients.ts';
import { eventually } from '../support/simulator-rig.ts';
import { OTHER_OWN_NUMBER, OWN_NUMBER, startTextRig, type TextRig } from '../support/text-rig.ts';

const PERSON = '+12125550104';
let rig: TextRig | undefined;

async function carrierWith(
  faults: Partial<FaultOptions> = {},
  speed = 1000,
): Promise<{ rig: TextRig; carrier: Carrier }> {
  rig = await startTextRig({ faults, speed });
  return { rig, carrier: carrierAt(rig.simulator.url) };
}

function carrierAt(baseUrl: string): Carrier {
  return createTwilio({ accountSid: ACCOUNT_SID, authToken: 'token', baseUrl, requestTimeoutMs: 5000 });
}

function text(change: Partial<Parameters<Carrier['sendText']>[0]> = {}) {
  const message = { from: OWN_NUMBER, to: PERSON, body: 'Hello!', statusCallback: null };
  return { ...message, timeoutMs: 3000, maySend: () => true, ...change };
}

afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

describe('sendText', () => {
  it('sends nothing once it may not any more', async () => {
    const { rig: network, carrier } = await carrierWith();
    expect(await carrier.sendText(text({ maySend: () => false }))).toEqual({ kind: 'kept_back' });
    expect(network.simulator.ledger.texts).toEqual([]);
  });

  it('sends one text and reads what was made of it', async () => {
    const { rig, carrier } = await carrierWith();
    const answer = await carrier.sendText(text({ body: 'a'.repeat(200), statusCallback: rig.statusUrl }));
    expect(answer).toEqual({
      kind: 'sent',
      messageSid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: 'queued',
      segments: 2,
    });
    await eventually(() => expect(rig.received.map(({ genuine }) => genuine)).toEqual([true, true]));
    expect(rig.simulator.ledger.texts).toHaveLength(1);
  });

  it('sends through a messaging service, whose segments are not counted yet', async () => {
    const { carrier } = await carrierWith();
    const service = `MG${'1'.repeat(32)}`;
    const answer = await carrier.sendText(text({ from: service }));
    expect(answer).toMatchObject({ kind: 'sent', status: 'accepted', segments: null });
    const found = await carrier.findTexts({ to: PERSON, from: service, since: new Date(Date.now() - 5000) });
    expect(found).toHaveLength(1);
    const other = `MG${'2'.repeat(32)}`;
    expect(await carrier.findTexts({ to: PERSON, from: other, since: new Date(0) })).toEqual([]);
  });

  it('is refused for a wrong number, which the message does not repeat', async () => {
    const { carrier } = await carrierWith();
    const answer = await carrier.sendText(text({ to: '+12125550115' }));
    expect(answer).toMatchObject({ kind: 'refused', code: 21211, status: 400, optedOut: false });
    expect(JSON.stringify(answer)).not.toContain('2125550115');
  });

  it('is refused after STOP, and says so', async () => {
    const { rig, carrier } = await carrierWith();
    await rig.simulator.textIn({ from: PERSON, to: OWN_NUMBER, body: 'STOP' });
    expect(await carrier.sendText(text())).toMatchObject({ kind: 'refused', code: 21610, optedOut: true });
  });

  it('is put off by 429, as long as the answer says', async () => {
    const { rig, carrier } = await carrierWith({ textThrottle: 1 });
    expect(await carrier.sendText(text())).toMatchObject({ kind: 'deferred', retryAfterMs: 1000 });
    expect(rig.simulator.ledger.texts).toHaveLength(1);
  });

  it('is put off when nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const answer = await carrierAt(`http://127.0.0.1:${port}`).sendText(text());
    expect(answer).toMatchObject({ kind: 'deferred', retryAfterMs: null });
    expect(JSON.stringify(answer)).not.toContain('token');
  });

  it('cuts the request off when its time is up', async () => {
    let closed = false;
    const server = createServer((socket) => {
      // A socket that is not read does not show its end.
      socket.resume().on('close', () => {
        closed = true;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await carrierAt(`http://127.0.0.1:${port}`).sendText(text({ timeoutMs: 100 }));
    expect(answer.kind).toBe('ambiguous');
    // The client's own limit is 5 s.
    await vi.waitFor(() => expect(closed).toBe(true), { timeout: 2000 });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    'textErrorsBeforeAccept',
    'textErrorsAfterAccept',
    'textMalformedAfterAccept',
    'textTimeoutAfterAccept',
    'textResetAfterAccept',
  ] as const)('says nothing either way on %s, after one request; the list shows it', async (fault) => {
    const since = new Date();
    const { rig, carrier } = await carrierWith({ [fault]: { next: 1 } });
    expect(await carrier.sendText(text({ timeoutMs: 300 }))).toMatchObject({ kind: 'ambiguous' });
    expect(rig.simulator.ledger.texts).toHaveLength(1);
    const found = await carrier.findTexts({ to: PERSON, from: OWN_NUMBER, since });
    expect(found.map(({ body }) => body)).toEqual(fault === 'textErrorsBeforeAccept' ? [] : ['Hello!']);
  });
});

describe('findTexts', () => {
  it('finds the texts to a number, newest first, those in the queue among them', async () => {
    // At this speed the texts stay in the queue.
    const { carrier } = await carrierWith({}, 0.001);
    const since = new Date();
    await carrier.sendText(text({ body: 'one' }));
    await carrier.sendText(text({ body: 'two', from: OTHER_OWN_NUMBER }));
    await carrier.sendText(text({ body: 'three', to: '+12125550103' }));
    const found = await carrier.findTexts({ to: PERSON, since });
    expect(found.map(({ body, from }) => [body, from]).toSorted()).toEqual([
      ['one', OWN_NUMBER],
      ['two', OTHER_OWN_NUMBER],
    ]);
    expect(found[0]).toMatchObject({ status: 'queued', sentAt: null, errorCode: null, to: PERSON });
    const from = await carrier.findTexts({ to: PERSON, from: OWN_NUMBER, since });
    expect(from.map(({ body }) => body)).toEqual(['one']);
    expect(await carrier.findTexts({ to: PERSON, since: new Date(Date.now() + 5000) })).toEqual([]);
  });

  it('says why a text did not arrive', async () => {
    const { carrier } = await carrierWith();
    await carrier.sendText(text({ to: '+12125550116' }));
    await eventually(async () => {
      const [found] = await carrier.findTexts({ to: '+12125550116', since: new Date(Date.now() - 10_000) });
      expect(found).toMatchObject({ status: 'undelivered', errorCode: 30003, sentAt: expect.any(Date) });
    });
  });

  it('throws when the list cannot be read', async () => {
    const { carrier } = await carrierWith({ readErrors: 1 });
    await expect(carrier.findTexts({ to: PERSON, since: new Date(0) })).rejects.toMatchObject({
      name: 'ProviderError',
      status: 503,
      retryable: true,
    });
  });
});

describe('endCall', () => {
  it('hangs up once; a call that is over or unknown is not ended', async () => {
    const { rig, carrier } = await carrierWith({}, 60);
    const dialled = await dialThrough(elevenLabsAt(rig.simulator.url), PEOPLE.longCall, 'a.1');
    const callSid = dialled.callSid ?? '';
    await eventually(async () => expect((await carrier.getCall(callSid))?.status).toBe('in-progress'));
    expect(await carrier.endCall(callSid)).toBe(true);
    expect(await carrier.getCall(callSid)).toMatchObject({ status: 'completed' });
    expect(await carrier.endCall(callSid)).toBe(false);
    expect(await carrier.endCall(`CA${'0'.repeat(32)}`)).toBe(false);
  });

  it('throws when the carrier does not answer', async () => {
    const { rig } = await carrierWith();
    const config = { accountSid: `AC${'b'.repeat(32)}`, authToken: 'token', baseUrl: rig.simulator.url };
    await expect(createTwilio(config).endCall('CA1')).resolves.toBe(false);
    await rig.simulator.stop();
    await expect(createTwilio(config).endCall('CA1')).rejects.toMatchObject({ name: 'ProviderError' });
  });
});
