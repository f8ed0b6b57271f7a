import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaults } from './generated.ts';
import { ApiProblem } from './problem.ts';
import { requestWith, sessionNews } from './setup.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A server that answers after `firstMs`, and sends one letter every `everyMs`. */
function serve(words: string, firstMs: number, everyMs: number) {
  vi.stubGlobal('fetch', async (_input: string, { signal }: { signal: AbortSignal }) => {
    await until(firstMs, signal);
    const letters = [...words];
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const letter = letters.shift();
          if (letter === undefined) return controller.close();
          await until(everyMs, signal);
          controller.enqueue(new TextEncoder().encode(letter));
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { 'x-of': 'the answer' } });
  });
}

function until(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, ms);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

const ask = async (init: RequestInit = {}) => (await defaults.fetch?.('/api/calls', init))?.text();

test('a slow answer is read to its end, however long it takes', async () => {
  serve('slowly', 20_000, 20_000);
  const said = ask();
  await vi.advanceTimersByTimeAsync(150_000);
  expect(await said).toBe('slowly');
  expect(vi.getTimerCount()).toBe(0);
});

test.for([
  ['does not begin', 31_000, 10],
  ['stops', 10, 31_000],
] as const)('an answer that %s is aborted', async ([, firstMs, everyMs]) => {
  serve('never', firstMs, everyMs);
  const said = ask().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(31_500);
  expect(await said).toBeInstanceOf(ApiProblem);
  expect(await said).toMatchObject({ status: 0, isPassing: true });
});

test('a long body and a slow operation get more time', async () => {
  serve('ok', 60_000, 10);
  const long = ask({ method: 'POST', body: 'x'.repeat(400_000) });
  const known = requestWith(90_000)('/api/conversations/sync', { method: 'POST', body: '{}' });
  const short = ask({ method: 'POST', body: '{}' }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(await long).toBe('ok');
  expect((await known).headers.get('x-of')).toBe('the answer');
  expect(await short).toBeInstanceOf(ApiProblem);
});

test("the caller's abort ends the request as an abort, also midway", async () => {
  serve('slowly', 10, 20_000);
  const asker = new AbortController();
  const said = ask({ signal: asker.signal }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(30_000);
  asker.abort();
  expect(await said).toMatchObject({ name: 'AbortError' });
});

test('an answer of a bodiless status is passed through, even with an empty body', async () => {
  vi.stubGlobal('fetch', async () => ({ status: 204, ok: true, body: new ReadableStream() }));
  expect(await defaults.fetch?.('/sign-out', { method: 'POST' })).toMatchObject({ status: 204 });
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['of the current session', 0, 1],
  ['of an earlier session', 1, 0],
] as const)('a 401 %s asks for the key only when it is the current one', async (_of, renewals, endings) => {
  const answered = Promise.withResolvers<Response>();
  vi.stubGlobal('fetch', () => answered.promise);
  let ended = 0;
  const onEnded = () => {
    ended += 1;
  };
  sessionNews.addEventListener('ended', onEnded);
  const refused = expect(requestWith(1_000)('/api/me')).rejects.toMatchObject({ status: 401 });
  for (let renewal = 0; renewal < renewals; renewal += 1) sessionNews.renew();
  answered.resolve(Response.json({ title: 'Unauthorized', status: 401 }, { status: 401 }));
  await refused;
  sessionNews.removeEventListener('ended', onEnded);
  expect(ended).toBe(endings);
});
