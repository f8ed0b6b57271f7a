import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundAnswer } from '#providers/ports.ts';
import { createWebhookSender, type SenderOptions } from '#providers/webhooks/sender.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let receiver: Receiver;
/** On an address that nothing may be sent to. */
let forbidden: Receiver;
beforeEach(async () => {
  [receiver, forbidden] = await Promise.all([startReceiver('127.0.0.1'), startReceiver('127.0.0.2')]);
});
afterEach(() => Promise.all([receiver.stop(), forbidden.stop()]));

async function send(url: string, options: Partial<SenderOptions> = {}): Promise<OutboundAnswer> {
  const sender = createWebhookSender({ allow: ['127.0.0.1'], ...options });
  try {
    return await sender.send({ url, id: 'msg_1', body: '{"a":1}', secrets: [SECRET], at: new Date() });
  } finally {
    await sender.close();
  }
}

const nowhere = async () => [];

test('what is sent can be verified, and its answer is reported', async () => {
  receiver.answer((response) => response.writeHead(202).end('fine'));
  expect(await send(receiver.url)).toEqual({ kind: 'answered', status: 202, retryAfterMs: null });
  const [webhook] = receiver.received;
  const { headers, body } = webhook ?? { headers: {}, body: '' };
  expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({ a: 1 });
  expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
});

describe('fault 18: blocked at the connection', () => {
  test.each([
    ['loopback', (port: number) => `https://127.0.0.2:${port}/`],
    ['decimal', (port: number) => `https://2130706434:${port}/`],
    ['octal', (port: number) => `https://0177.0.0.2:${port}/`],
    ['hexadecimal', (port: number) => `https://0x7f.0.0.2:${port}/`],
    ['mapped', (port: number) => `https://[::ffff:127.0.0.2]:${port}/`],
    ['not encrypted', (port: number) => `http://127.0.0.2:${port}/`],
    ['private', (port: number) => `https://10.0.0.1:${port}/`],
    ['link-local', (port: number) => `https://169.254.169.254:${port}/latest/meta-data`],
    ['unspecified', (port: number) => `https://0.0.0.0:${port}/`],
  ])('%s', async (_kind, url) => {
    const answer = await send(url(forbidden.port), { resolve: nowhere });
    expect(answer).toMatchObject({ kind: 'blocked' });
    expect(forbidden.connections).toBe(0);
  });

  test('a redirect to an address that is not allowed is not followed', async () => {
    receiver.answer((response) => response.writeHead(302, { location: forbidden.url }).end());
    expect(await send(receiver.url)).toMatchObject({ kind: 'answered', status: 302 });
    expect(receiver.received).toHaveLength(1);
    expect(forbidden.connections).toBe(0);
  });

  test('a name that resolves to an address that is not allowed', async () => {
    const resolve = async () => [{ address: '127.0.0.2', family: 4 }];
    expect(await send(`https://crm.example.com:${forbidden.port}/`, { resolve })).toMatchObject({
      kind: 'blocked',
    });
    expect(await send(`http://crm.example.com:${forbidden.port}/`, { resolve })).toMatchObject({
      kind: 'blocked',
    });
    expect(forbidden.connections).toBe(0);
  });

  test('a name with one good address and a bad one', async () => {
    const resolve = async () => [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ];
    expect(await send(`http://crm.example.com:${receiver.port}/`, { resolve })).toMatchObject({
      kind: 'blocked',
    });
    expect(receiver.connections).toBe(0);
  });

  test('a name that resolves otherwise the next time', async () => {
    const looked: string[] = [];
    const resolve = async () => {
      const address = looked.length === 0 ? '127.0.0.1' : '127.0.0.2';
      looked.push(address);
      return [{ address, family: 4 }];
    };
    const sender = createWebhookSender({ allow: ['127.0.0.1'], resolve });
    const at = (port: number) => ({
      url: `http://crm.example.com:${port}/`,
      id: 'msg_1',
      body: '{}',
      secrets: [SECRET],
      at: new Date(),
    });
    expect(await sender.send(at(receiver.port))).toMatchObject({ kind: 'answered', status: 204 });
    // One look-up a connection: there is no second one between judging and connecting.
    expect(looked).toEqual(['127.0.0.1']);
    expect(await sender.send(at(receiver.port))).toMatchObject({ kind: 'blocked' });
    expect(looked).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(forbidden.connections).toBe(0);
    await sender.close();
  });
});

test.each([
  ['seconds', () => '7', 7_000],
  ['no time', () => 'soon', null],
  ['a time that has passed', () => 'Wed, 21 Oct 2015 07:28:00 GMT', 0],
])('Retry-After as %s', async (_form, value, retryAfterMs) => {
  receiver.answer((response) => response.writeHead(429, { 'retry-after': value() }).end());
  expect(await send(receiver.url)).toEqual({ kind: 'answered', status: 429, retryAfterMs });
});

test('a receiver that says nothing is given up', async () => {
  receiver.answer(() => {});
  const answer = await send(receiver.url, { timeoutMs: 200 });
  expect(answer).toEqual({ kind: 'unanswered', reason: 'No answer within 0.2 s.' });
});

test('an answer without an end is not read to its end', async () => {
  receiver.answer((response) => {
    response.writeHead(200);
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(64 * 1024), () => setImmediate(more));
    };
    more();
  });
  expect(await send(receiver.url)).toMatchObject({ kind: 'answered', status: 200 });
});

test('nobody at home, and a name that nobody knows', async () => {
  const { url } = receiver;
  await receiver.stop();
  expect(await send(url)).toEqual({ kind: 'unanswered', reason: 'The request failed: ECONNREFUSED.' });
  expect(await send('https://crm.example.com/', { resolve: nowhere })).toMatchObject({ kind: 'unanswered' });
  receiver = await startReceiver();
});
