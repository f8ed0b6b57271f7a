import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Call, type CallPage, defaults } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { createPatcher, patchCalls } from './patch.ts';
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

/** How often each shown figure was fetched after one event. */
async function fetchesAfter(event: Partial<LiveEvent>, shown: Record<string, readonly unknown[]>) {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  const figures = Object.entries(shown).map(([name, key]) => {
    const figure = shownFigure(client, 10, key as readonly string[]);
    return { name, ...figure };
  });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(figures.map(({ asked }) => asked())).toEqual(figures.map(() => 1));
  patcher.apply({ ...EVENT, ...event });
  await vi.advanceTimersByTimeAsync(3_000);
  const fetched = figures.filter(({ asked }) => asked() > 1).map(({ name }) => name);
  for (const { leave } of figures) leave();
  patcher.stop();
  client.clear();
  return fetched;
}

const ofLeads = {
  lead: keys.lead('a-lead'),
  why: keys.why('a-lead'),
  timeline: keys.timeline('a-lead'),
  'why of another': keys.why('another-lead'),
  'timeline of another': keys.timeline('another-lead'),
};

test.each([
  'lead.held',
  'lead.backing_off',
  'lead.finished',
  'lead.changed',
  'call.ended',
  'message.received',
  'follow_up.planned',
] as const)('%s of a lead brings its state, its reasons and its timeline up to date', async (type) => {
  expect(await fetchesAfter({ type, leadId: 'a-lead' }, ofLeads)).toEqual(['lead', 'why', 'timeline']);
});

test.each([
  ['campaign.paused', 'a-campaign'],
  ['campaign.resumed', 'a-campaign'],
  ['campaign.changed', 'a-campaign'],
  ['contact.opted_out', null],
  ['contact.opted_in', null],
] as const)(
  '%s may hold any lead, or let it go: shown reasons are fetched anew',
  async (type, campaignId) => {
    const fetched = await fetchesAfter({ type, campaignId }, ofLeads);
    expect(fetched).toEqual(['why', 'why of another']);
  },
);

test('an event of a campaign concerns its figures, and no others', async () => {
  const shown = {
    progress: keys.progress('a-campaign'),
    metrics: keys.metrics('a-campaign'),
    leads: keys.leads('a-campaign'),
    campaign: keys.campaign('a-campaign'),
    other: keys.progress('other'),
    workspace: keys.workspaceMetrics(),
  };
  expect(await fetchesAfter({ type: 'lead.finished' }, shown)).toEqual([
    'progress',
    'metrics',
    'leads',
    'workspace',
  ]);
  expect(await fetchesAfter({ type: 'campaign.paused' }, shown)).toEqual([
    'progress',
    'metrics',
    'leads',
    'campaign',
    'workspace',
  ]);
});

const call = (id: string, startedAt: string, status: Call['status'] = 'in_progress') =>
  ({ id, startedAt, status }) as Call;
const idsOn = (client: QueryClient) =>
  client.getQueryData<CallPage>(keys.liveCalls)?.items.map(({ id, status }) => `${id} ${status}`);

test('a call that ended leaves the live calls, and one that began comes last, by its start', () => {
  const client = new QueryClient();
  const live = [call('a', '10:00', 'ringing'), call('b', '10:01'), call('c', '10:02')];
  client.setQueryData(keys.liveCalls, { items: live, nextCursor: null });
  patchCalls(client, [
    call('b', '10:01', 'ended'),
    call('e', '10:04', 'dialling'),
    call('a', '10:00'),
    call('d', '10:03', 'ringing'),
    call('f', '10:05', 'ended'),
  ]);
  expect(idsOn(client)).toEqual(['a in_progress', 'c in_progress', 'd ringing', 'e dialling']);
  client.clear();
});

test('the event that a call has ended takes it off the wall, though the list itself is not fetched again', async () => {
  const client = new QueryClient();
  const patcher = createPatcher(client);
  const live = [call('a', '10:00'), call('b', '10:01')];
  client.setQueryData(keys.liveCalls, { items: live, nextCursor: null });
  const usual = defaults.fetch;
  onTestFinished(() => {
    defaults.fetch = usual;
  });
  defaults.fetch = async () => Response.json({ items: [call('b', '10:01', 'ended')], nextCursor: null });
  patcher.apply({ ...EVENT, type: 'call.ended', callId: 'b' });
  await vi.advanceTimersByTimeAsync(100);
  expect(idsOn(client)).toEqual(['a in_progress']);
  patcher.stop();
  client.clear();
});

test('a changed call is replaced in every list that has it, and added to none', () => {
  const client = new QueryClient();
  const rows = [call('a', '10:00'), call('b', '10:01')];
  client.setQueryData(['calls', {}], { pages: [{ items: rows, nextCursor: null }], pageParams: [] });
  client.setQueryData(['call-page', {}, null], { items: rows, nextCursor: null });
  patchCalls(client, [call('b', '10:01', 'ended'), call('z', '10:09')]);
  const after = [call('a', '10:00'), call('b', '10:01', 'ended')];
  expect(client.getQueryData(['calls', {}])).toMatchObject({ pages: [{ items: after }] });
  expect(client.getQueryData<CallPage>(['call-page', {}, null])?.items).toEqual(after);
  client.clear();
});
