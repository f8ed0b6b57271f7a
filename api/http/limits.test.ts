import { expect, test } from 'vitest';
import { readBody } from './limits.ts';

const LIMIT = { maxBytes: 10, idleMs: 50, totalMs: 200 };

/** A request whose body comes in these pieces, and never ends when the last is null. */
function request(pieces: (string | null)[], headers: Record<string, string> = {}): Request {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else if (piece === null) await new Promise(() => {});
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
}

test('a body within its limit is read whole, and none is empty', async () => {
  expect((await readBody(request(['01234', '56789']), LIMIT)).toString()).toBe('0123456789');
  expect(await readBody(new Request('http://localhost/', { method: 'POST' }), LIMIT)).toHaveLength(0);
});

test('one byte more is too many, announced or not', async () => {
  await expect(readBody(request(['0123456789', 'x']), LIMIT)).rejects.toMatchObject({ status: 413 });
  await expect(readBody(request([null], { 'content-length': '11' }), LIMIT)).rejects.toMatchObject({
    status: 413,
  });
});

test('a sender that stalls, or dawdles for too long, gets 408', async () => {
  await expect(readBody(request(['0', null]), LIMIT)).rejects.toMatchObject({ status: 408 });
  const pieces = Array.from({ length: 1_000 }, () => '');
  const dawdling = readBody(request(pieces), { ...LIMIT, totalMs: 0 });
  await expect(dawdling).rejects.toMatchObject({ status: 408 });
});

test('a body that breaks off is no body', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
  const asked = new Request('http://localhost/', {
    method: 'POST',
    body: broken,
    duplex: 'half',
  } as RequestInit);
  await expect(readBody(asked, LIMIT)).rejects.toMatchObject({ status: 400 });
});
