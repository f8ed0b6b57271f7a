import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { defaults } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { createPatcher } from './patch.ts';
import type { LiveEvent } from './stream.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const EVENT: LiveEvent = {
  id: 1,
  at: '2026-11-21T10:00:00.000Z',
  type: 'lead.finished',
  campaignId: 'a-campaign',
  leadId: null,
  callId: null,
  messageId: null,
  followUpId: null,
  deliveryId: null,
  data: {},
};

/** A shown figure that takes `takesMs` to fetch; its value is the number of requests. */
function shownFigure(
  client: QueryClient,
  takesMs: number,
  queryKey: readonly string[] = ['progress', 'a-campaign'],
) {
  let asked = 0;
  const observer = new QueryObserver(client, {
    queryKey,
    queryFn: async () => {
      asked += 1;
      const answer = asked;
      await new Promise((done) => setTimeout(done, takesMs));
      return answer;
    },
  });
  const seen: number[] = [];
  const leave = observer.subscribe(({ data }) => {
    if (data !== undefined && data !== seen.at(-1)) seen.push(data);
  });
  return { seen, leave, asked: () => asked };
}

test('a figure that is slower than the events is shown, and refetched after the last', async () => {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  const figure = shownFigure(client, 2_500);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(figure.seen).toEqual([1]);
  for (let at = 0; at < 10_000; at += 200) {
    patcher.apply(EVENT);
    await vi.advanceTimersByTimeAsync(200);
  }
  expect(figure.seen.length).toBeGreaterThan(2);
  const before = figure.asked();
  await vi.advanceTimersByTimeAsync(10_000);
  // The last request began after the last event.
  expect(figure.asked()).toBeGreaterThan(before);
  expect(figure.seen.at(-1)).toBe(figure.asked());
  figure.leave();
  patcher.stop();
  client.clear();
});

test('an event during the first fetch of a figure leads to another', async () => {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  const figure = shownFigure(client, 2_000);
  await vi.advanceTimersByTimeAsync(500);
  patcher.apply(EVENT);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(figure.seen).toEqual([1, 2]);
  figure.leave();
  patcher.stop();
  client.clear();
});

test('without events nothing is fetched, and a burst leads to one fetch', async () => {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  const figure = shownFigure(client, 10);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure.asked()).toBe(1);
  for (let count = 0; count < 50; count += 1) patcher.apply(EVENT);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure.asked()).toBe(2);
  figure.leave();
  patcher.stop();
  client.clear();
});

test('numbers are refetched once for many starts and ends of calls, and not for other events', async () => {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  const figure = shownFigure(client, 10, keys.numberHealth);
  await vi.advanceTimersByTimeAsync(2_000);
  for (const type of ['call.updated', 'lead.finished', 'message.sent'] as const)
    patcher.apply({ ...EVENT, type });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(figure.asked()).toBe(1);
  for (let count = 0; count < 50; count += 1) {
    patcher.apply({ ...EVENT, type: count % 2 === 0 ? 'call.started' : 'call.ended' });
  }
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure.asked()).toBe(2);
  figure.leave();
  patcher.stop();
  client.clear();
});

test('a list fetched before a call changed does not restore its old state', async () => {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  let status = 'in_progress';
  const readList = async () => {
    const items = [{ id: 'a-call', status }];
    await new Promise((done) => setTimeout(done, 300));
    return { pages: [{ items, nextCursor: null }], pageParams: [] };
  };
  const observer = new QueryObserver(client, { queryKey: ['calls', {}], queryFn: readList });
  const leave = observer.subscribe(() => {});
  const usual = defaults.fetch;
  onTestFinished(() => {
    defaults.fetch = usual;
  });
  defaults.fetch = async () => Response.json({ items: [{ id: 'a-call', status }], nextCursor: null });
  await vi.advanceTimersByTimeAsync(100);
  status = 'ended';
  patcher.apply({ ...EVENT, type: 'call.ended', callId: 'a-call' });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(observer.getCurrentResult().data?.pages[0]?.items[0]?.status).toBe('ended');
  leave();
  patcher.stop();
  client.clear();
});
