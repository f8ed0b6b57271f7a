import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Link, openLink } from './link.ts';

let echo: Server;
let link: Link;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  link = await openLink(() => ({ host: '127.0.0.1', port }));
});

afterEach(async () => {
  await link.close();
  echo.close();
});

async function open(): Promise<Socket> {
  const socket = connect(link.port, '127.0.0.1');
  socket.setEncoding('utf8').on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Whether it was closed by an error; `once` would throw that. */
function broken(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => socket.once('close', resolve));
}

test('carries what is sent, in order, also when it is slow', async () => {
  const socket = await open();
  link.delayMs = 60;
  const startedMs = performance.now();
  let received = '';
  socket.on('data', (text: string) => {
    received += text;
  });
  for (const word of ['one ', 'two ', 'three ']) socket.write(word);
  socket.end();
  await once(socket, 'end');
  expect(received).toBe('one two three ');
  // Once in each direction; timers may be a millisecond early.
  expect(performance.now() - startedMs).toBeGreaterThan(115);
});

test('cut: resets what is open and what comes, until it is mended', async () => {
  const socket = await open();
  link.cut();
  expect(await broken(socket)).toBe(true);
  expect(await broken(connect(link.port, '127.0.0.1').on('error', () => {}))).toBe(true);
  link.mend();
  const again = await open();
  again.end('back');
  expect(await once(again, 'data')).toEqual(['back']);
});

test('silent: nothing arrives and nothing is reset; what was sent arrives afterwards', async () => {
  const socket = await open();
  link.silence();
  socket.write('kept');
  const early = await Promise.race([once(socket, 'data'), delay(100, 'nothing')]);
  expect(early).toBe('nothing');
  link.mend();
  expect(await once(socket, 'data')).toEqual(['kept']);
});
