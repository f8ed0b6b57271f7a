// Walks over the provider's conversations, through the API, the Temporal server, the worker and the real SDK. One file,
// because a walk's workflow has a fixed id: files that run side by side on one server would share a walk.
import { ScheduleOverlapPolicy, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import type { SyncRun } from '#db/queries/sync-runs.ts';
import { attemptId, SYNC_SCHEDULE_ID, SYNC_WORKFLOW_ID, syncWorkflowId } from '#domain/ids.ts';
import { raiseAttention } from '#services/attention.ts';
import { ensureSyncSchedule } from '#temporal/schedules.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';
import { report } from '../support/chain-parts.ts';
import { SECRET } from '../support/chain-rig.ts';
import { dialThrough, elevenLabsAt } from '../support/simulator-clients.ts';
import {
  nextNumber,
  READ_MS,
  type SyncRig,
  startSyncRig,
  strangers,
  type Walk,
} from '../support/sync-rig.ts';

const QUARTER_HOUR_MS = 15 * 60_000;

let rig: SyncRig;
let api: ApiRig;
beforeAll(async () => {
  [rig, api] = await Promise.all([startSyncRig(), startApi()]);
});
afterAll(() => Promise.all([rig.stop(), api.stop()]));
beforeEach(async () => {
  await rig.chain.client.workflow.getHandle(SYNC_WORKFLOW_ID).terminate().catch(unlessGone);
  await rig.reset();
});

function unlessGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

const stored = () =>
  rig.chain.db
    .selectFrom('calls')
    .select(['conversation_id', 'lead_id', 'attributed_by', 'direction', 'reach', 'phone'])
    .where('attempt', 'is', null)
    .execute();
const idsRead = () => rig.proxy.reads.map(({ path }) => path.split('/').at(-1)).sort();

test('calls that came in are stored, and given to leads by number in any form, by variables and by the call’s id', async () => {
  const phones = Array.from({ length: 5 }, nextNumber);
  const leads: string[] = [];
  for (const phone of phones) leads.push(await rig.lead(phone));
  const [stranger = ''] = strangers(1);
  const calls = await rig.callIn([...phones.slice(0, 3), stranger, '+447700900150', '+447700900151']);
  const [, national, dotted, , byVariables, bySid] = calls.map(({ conversationId }) => conversationId);
  await insertCall(rig.chain.db, leads[4] ?? '', {
    status: 'ended',
    reach: 'answered',
    conversation_id: 'conv_before_its_transfer',
    call_sid: calls[5]?.callSid ?? '',
  });
  rig.proxy.alter = (conversation) => {
    const { conversation_id: id, metadata, conversation_initiation_client_data: data } = conversation;
    const call = metadata?.phone_call;
    const digits = call?.external_number?.slice(2) ?? '';
    const parts = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
    if (call && id === national) call.external_number = `(${parts[0]}) ${parts[1]}-${parts[2]}`;
    if (call && id === dotted) call.external_number = parts.join('.');
    if (data && id === byVariables) data.dynamic_variables = { lead_id: leads[3] };
    if (call && id === bySid) call.call_sid = calls[5]?.callSid ?? '';
  };
  expect(await rig.sync()).toMatchObject({ seen: 6, stored: 6, attributed: 5, unattributed: 1, failed: 0 });
  const rows = new Map((await stored()).map((row) => [row.conversation_id, row]));
  const found = calls.map(({ conversationId }) => {
    const { direction, lead_id, attributed_by, reach } = rows.get(conversationId) ?? {};
    return [direction, lead_id, attributed_by, reach];
  });
  expect(found).toEqual([
    ['inbound', leads[0], 'number', 'answered'],
    ['inbound', leads[1], 'number', 'answered'],
    ['inbound', leads[2], 'number', 'answered'],
    ['inbound', null, null, 'answered'],
    ['inbound', leads[3], 'variables', 'answered'],
    ['inbound', leads[4], 'call_sid', 'answered'],
  ]);
});

test('a call of nobody is listed, given to a lead by hand, and its number is known to the next walk', async () => {
  const leadId = await rig.lead(nextNumber());
  const stranger = '+447700900190';
  const [first] = await rig.callIn([stranger]);
  await rig.sync();
  const list = await rig.chain.call<{ items: { id: string; conversationId: string }[] }>(
    'GET',
    '/api/calls?attribution=unattributed',
  );
  const [call] = list.body.items;
  expect(call?.conversationId).toBe(first?.conversationId);
  const given = await rig.chain.call('POST', `/api/calls/${call?.id}/attribute`, { leadId });
  expect(given).toMatchObject({ status: 200, body: { leadId, attributedBy: 'person' } });
  const [second] = await rig.callIn([stranger]);
  expect(await rig.sync()).toMatchObject({ stored: 1, attributed: 1, unattributed: 0 });
  expect((await stored()).find(({ conversation_id: id }) => id === second?.conversationId)).toMatchObject({
    lead_id: leadId,
    attributed_by: 'alias',
  });
});

test('what has changed is fetched again, what has not is left alone, and what is listed late is found', async () => {
  const calls = await rig.callIn(4);
  const [changed, late] = calls;
  // The list learns of one only after the first walk.
  if (late !== undefined) late.listedFromMs = Number.POSITIVE_INFINITY;
  expect(await rig.sync()).toMatchObject({ seen: 3, stored: 3 });
  const until = rig.proxy.lists[0]?.query.get('call_start_before_unix');
  if (late !== undefined) late.listedFromMs = 0;
  rig.proxy.reads = [];
  rig.proxy.lists = [];
  const before = await verdictOf(changed?.conversationId);
  const verdict = before === 'success' ? 'failure' : 'success';
  rig.proxy.alter = (conversation) => {
    if (conversation.conversation_id !== changed?.conversationId) return;
    for (const place of [conversation, conversation.analysis ?? {}])
      if ('call_successful' in place) place.call_successful = verdict;
  };
  expect(await rig.sync()).toMatchObject({ seen: 4, stored: 2 });
  expect(idsRead()).toEqual([changed?.conversationId, late?.conversationId].sort());
  expect(await verdictOf(changed?.conversationId)).toBe(verdict);
  // Twenty minutes before the last walk's end, give or take the rounding to whole seconds.
  const overlap = Number(until) - Number(rig.proxy.lists[0]?.query.get('call_start_after_unix'));
  expect(Math.abs(overlap - 1_200)).toBeLessThanOrEqual(1);
  rig.proxy.reads = [];
  expect(await rig.sync()).toMatchObject({ seen: 4, stored: 0 });
  expect(rig.proxy.reads).toEqual([]);
});

async function verdictOf(conversationId = ''): Promise<string | null> {
  const { verdict } = await rig.chain.db
    .selectFrom('calls')
    .select('verdict')
    .where('conversation_id', '=', conversationId)
    .executeTakeFirstOrThrow();
  return verdict;
}

test('a walk from a named time says nothing of what lies before it', async () => {
  await rig.callIn(2);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  expect(await rig.sync({ since: tomorrow })).toMatchObject({ seen: 0 });
  expect(await rig.sync()).toMatchObject({ seen: 2, stored: 2 });
  expect(await rig.sync({ since: '1912-04-15T00:00:00Z' })).toMatchObject({ seen: 2, stored: 0 });
});

describe('interrupted', () => {
  const COUNT = 11;
  const PAGE = 4;
  const PAGES = 3;

  /** Calls, a walk over them that fails at one request until it is let go, and the walk's interruption. */
  async function interruptAt(
    fails: (nthList: number, nthRead: number) => Response | null,
  ): Promise<string[]> {
    const calls = await rig.callIn(COUNT);
    rig.proxy.pageSize = PAGE;
    let failed = false;
    rig.proxy.answer = () => {
      const answer = fails(rig.proxy.lists.length, rig.proxy.reads.length);
      failed ||= answer !== null;
      return answer;
    };
    const asked = rig.chain.call('POST', '/api/conversations/sync', {});
    await vi.waitFor(() => expect(failed).toBe(true), { timeout: 20_000, interval: 10 });
    await rig.chain.client.workflow.getHandle(SYNC_WORKFLOW_ID).terminate();
    expect((await asked).status).toBe(202);
    rig.proxy.answer = () => null;
    return calls.map(({ conversationId }) => conversationId).sort();
  }

  const whole = { pages: PAGES, seen: COUNT, stored: COUNT, unattributed: COUNT, failed: 0 };

  // A refusal is not tried again by the SDK, so that nothing of the interrupted walk is still under way.
  const refusal = () => Response.json({ detail: 'not now' }, { status: 403 });

  test.each([1, 2, 3])(
    'at page %i, it goes on there: nothing is lost, nothing read or counted twice',
    async (page) => {
      const ids = await interruptAt((lists, reads) =>
        lists === page && reads === (page - 1) * PAGE ? refusal() : null,
      );
      expect(await rig.sync()).toMatchObject(whole);
      expect(idsRead()).toEqual(ids);
      expect((await stored()).map((row) => row.conversation_id).sort()).toEqual(ids);
      expect(rig.proxy.lists).toHaveLength(PAGES + 1);
      expect(await rig.chain.db.selectFrom('sync_runs').select('id').execute()).toHaveLength(1);
    },
  );

  test.each([1, 2, 6, 11])(
    'by a throttle at conversation %i, what was stored stays, and counts once',
    async (nth) => {
      const later = () => Response.json({}, { status: 429, headers: { 'retry-after': '120' } });
      const ids = await interruptAt((_lists, reads) => (reads >= nth ? later() : null));
      const refused = rig.proxy.reads.slice(nth - 1).length;
      expect(refused).toBeLessThanOrEqual(4);
      expect(await rig.sync()).toMatchObject(whole);
      expect((await stored()).map((row) => row.conversation_id).sort()).toEqual(ids);
      // Read again are those refused, and those that were under way.
      expect(rig.proxy.reads.length).toBeLessThanOrEqual(COUNT + refused + 3);
    },
  );

  test('by the end of the worker, the next worker goes on', async () => {
    const calls = await rig.callIn(COUNT);
    rig.proxy.pageSize = PAGE;
    rig.proxy.answer = () => (rig.proxy.lists.length === 2 ? refusal() : null);
    const asked = rig.chain.call('POST', '/api/conversations/sync', {});
    await vi.waitFor(() => expect(rig.proxy.lists.length).toBe(2), { timeout: 20_000, interval: 10 });
    await rig.chain.stopWorker();
    rig.proxy.answer = () => null;
    await rig.chain.startWorker();
    expect((await asked).body).toMatchObject({ ...whole, finished: true });
    expect(idsRead()).toEqual(calls.map(({ conversationId }) => conversationId).sort());
  });
});

test('what the provider throttles comes when it said, and no more than a few are read at once', async () => {
  const calls = await rig.callIn(30);
  rig.chain.context.syncFetchesPerSecond = 20;
  let throttled = 0;
  rig.proxy.answer = ({ path }) => {
    const isRead = path !== '/v1/convai/conversations';
    if (!isRead || rig.proxy.reads.length !== 10 || throttled > 0) return null;
    throttled = performance.now();
    // Longer than the SDK would wait for.
    return Response.json({}, { status: 429, headers: { 'retry-after': '7' } });
  };
  expect(await rig.sync()).toMatchObject({ stored: 30, failed: 0 });
  expect(rig.proxy.mostReads).toBeLessThanOrEqual(4);
  const times = rig.proxy.reads.map(({ atMs }) => atMs);
  const after = times.filter((at) => at > throttled + 1_000);
  expect((after[0] ?? 0) - throttled).toBeGreaterThan(READ_MS);
  // Twenty a second, with what the timers of a busy machine lose or gain.
  const before = times.slice(0, 10);
  expect((before.at(-1) ?? 0) - (before[0] ?? 0)).toBeGreaterThan(9 * 50 - 60);
  expect((after.at(-1) ?? 0) - (after[0] ?? 0)).toBeGreaterThan((after.length - 1) * 50 - 60);
  expect(new Set(idsRead())).toEqual(new Set(calls.map(({ conversationId }) => conversationId)));
});

test('two walks of the same kind are one; a named time has a workflow of its own', async () => {
  await rig.callIn(6);
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const [one, other, named] = await Promise.all([rig.sync(), rig.sync(), rig.sync({ since })]);
  expect(other?.runId).toBe(one?.runId);
  expect(named?.runId).not.toBe(one?.runId);
  expect(await stored()).toHaveLength(6);
  const handle = rig.chain.client.workflow.getHandle(syncWorkflowId(since));
  expect((await handle.describe()).status.name).toBe('COMPLETED');
});

describe('calls that were dialled, here or elsewhere', () => {
  /** Somebody dials the number through the provider's account with this attempt's id, and the call is over. */
  async function dial(phone: string, attempt: string): Promise<string> {
    const { conversationId } = await dialThrough(elevenLabsAt(rig.network.url), phone, attempt);
    if (!conversationId) throw new Error('It was not placed.');
    await rig.settled(conversationId);
    return conversationId;
  }

  /** The time by which the walks that follow are made. */
  function wait(ms: number): void {
    rig.chain.context.now = async () => new Date(Date.now() + ms);
  }

  const call = (conversationId: string) =>
    rig.chain.db
      .selectFrom('calls')
      .select(['id', 'lead_id', 'attempt', 'direction', 'status', 'reach', 'attributed_by'])
      .where('conversation_id', '=', conversationId)
      .executeTakeFirst();

  const attention = () =>
    rig.chain.db.selectFrom('attention').select(['kind', 'subject', 'settlement']).orderBy('id').execute();

  test.each([
    ['dialling', { status: 'dialling' }],
    ['unknown', { status: 'ended', reach: 'unknown', ended_at: new Date(), concluded_at: new Date() }],
  ] as const)('the conversation of an attempt that is %s becomes its own at once', async (state, row) => {
    const phone = nextNumber();
    const leadId = await rig.lead(phone);
    const id = await insertCall(rig.chain.db, leadId, row);
    const subject = { kind: 'unknown_call' as const, subject: id };
    if (state === 'unknown') {
      const detail = 'It could not be found.';
      await inTransaction(rig.chain.db, (tx) => raiseAttention(tx, { ...subject, leadId, detail }));
    }
    const conversationId = await dial(phone, attemptId(leadId, 1));
    expect(await rig.sync()).toMatchObject({ stored: 1, attributed: 1 });
    expect(await call(conversationId)).toMatchObject({ id, attempt: 1, status: 'ended', reach: 'answered' });
    if (state === 'unknown')
      expect(await attention()).toEqual([{ ...subject, settlement: 'It was answered.' }]);
    expect(await rig.sync()).toMatchObject({ stored: 0 });
  });

  test('a call dialled elsewhere is taken in when it cannot be a dial of ours any more', async () => {
    const phone = nextNumber();
    const leadId = await rig.lead(phone);
    const conversationId = await dial(phone, 'attempt-of-another-product');
    wait(QUARTER_HOUR_MS - 60_000);
    expect(await rig.sync()).toMatchObject({ seen: 1, stored: 0 });
    expect(await call(conversationId)).toBeUndefined();
    wait(QUARTER_HOUR_MS + 60_000);
    expect(await rig.sync()).toMatchObject({ seen: 1, stored: 1, attributed: 1 });
    expect(await call(conversationId)).toMatchObject({
      direction: 'outbound',
      attempt: null,
      lead_id: leadId,
      attributed_by: 'number',
    });
  });

  test('while a dial to the same number waits for its answer, no conversation with it is taken from it', async () => {
    const phone = nextNumber();
    const dialling = await insertCall(rig.chain.db, await rig.lead(phone), { status: 'dialling' });
    const conversationId = await dial(phone, 'attempt-of-another-product');
    wait(QUARTER_HOUR_MS + 60_000);
    expect(await rig.sync()).toMatchObject({ seen: 1, stored: 0 });
    await rig.chain.db
      .updateTable('calls')
      .set({ status: 'ended', reach: 'not_placed' })
      .where('id', '=', dialling)
      .execute();
    expect(await rig.sync()).toMatchObject({ seen: 1, stored: 1 });
    expect(await call(conversationId)).toMatchObject({ attempt: null });
  });

  test('a webhook that no call was known for is settled by the walk that finds one', async () => {
    const phone = nextNumber();
    const leadId = await rig.lead(phone);
    const conversationId = await dial(phone, 'attempt-of-another-product');
    await report({ simulator: rig.network, url: rig.chain.url, secret: SECRET }, conversationId);
    const event = () =>
      rig.chain.db
        .selectFrom('webhook_events')
        .select(['id', 'merged_at', 'call_id'])
        .where('conversation_id', '=', conversationId)
        .executeTakeFirstOrThrow();
    const { id, merged_at } = await event();
    expect(merged_at).toBeNull();
    const unmatched = { kind: 'unmatched_webhook', subject: String(id) };
    expect(await attention()).toEqual([{ ...unmatched, settlement: null }]);
    await rig.sync();
    expect(await attention()).toEqual([{ ...unmatched, settlement: null }]);
    wait(QUARTER_HOUR_MS + 60_000);
    expect(await rig.sync()).toMatchObject({ stored: 1, attributed: 1 });
    const found = await call(conversationId);
    expect(found).toMatchObject({ lead_id: leadId, reach: 'answered' });
    expect(await event()).toMatchObject({ merged_at: expect.any(Date), call_id: found?.id });
    expect(await attention()).toEqual([{ ...unmatched, settlement: 'Its call was found.' }]);
  });
});

describe('begun by a schedule, or by a caller who does not wait', () => {
  const schedule = () => rig.chain.client.schedule.getHandle(SYNC_SCHEDULE_ID);
  const runs = () => rig.chain.db.selectFrom('sync_runs').selectAll().orderBy('started_at').execute();
  const within = { timeout: 20_000, interval: 50 };

  afterEach(async () => {
    await schedule()
      .delete()
      .catch(() => {});
  });

  test('a worker that starts makes the schedule, or gives it its own interval; what it begins walks the list', async () => {
    const { client, taskQueue } = rig.chain;
    await rig.callIn(3);
    for (const everyMs of [3_600_000, 1_000]) {
      await ensureSyncSchedule(client, taskQueue, everyMs);
      const { spec, policies, action } = await schedule().describe();
      expect(spec.intervals).toMatchObject([{ every: everyMs }]);
      expect(policies.overlap).toBe(ScheduleOverlapPolicy.SKIP);
      expect(action).toMatchObject({ workflowType: 'syncWorkflow', workflowId: SYNC_WORKFLOW_ID, taskQueue });
    }
    await vi.waitFor(async () => {
      const finished = (await runs()).filter(({ finished_at }) => finished_at !== null);
      expect(finished.length).toBeGreaterThanOrEqual(2);
      expect(finished[0]).toMatchObject({ seen: 3, stored: 3 });
      expect(finished[1]).toMatchObject({ seen: 3, stored: 0 });
    }, within);
  });

  test('a walk whose scheduled workflow is gone is gone on with by the next, wherever it was', async () => {
    const { client, taskQueue, context } = rig.chain;
    const calls = await rig.callIn(5);
    rig.proxy.pageSize = 2;
    rig.proxy.answer = () => (rig.proxy.lists.length === 2 ? Response.json({}, { status: 403 }) : null);
    await ensureSyncSchedule(client, taskQueue, 86_400_000);
    await schedule().trigger();
    await vi.waitFor(() => expect(rig.proxy.lists).toHaveLength(2), within);
    const [left] = await runs();
    expect(left?.workflow_id.startsWith(`${SYNC_WORKFLOW_ID}-`)).toBe(true);
    await client.workflow.getHandle(left?.workflow_id ?? '').terminate();
    rig.proxy.answer = () => null;
    context.now = async () => new Date(Date.now() + 120_000);
    await vi.waitFor(async () => {
      const { info } = await schedule().describe();
      expect(info.runningActions).toEqual([]);
    }, within);
    await schedule().trigger();
    await vi.waitFor(async () => expect((await runs())[0]?.finished_at).not.toBeNull(), within);
    expect(await runs()).toMatchObject([{ id: left?.id, pages: 3, seen: 5, stored: 5 }]);
    const read = rig.proxy.reads.map(({ path }) => path.split('/').at(-1));
    expect(read.sort()).toEqual(calls.map(({ conversationId }) => conversationId).sort());
  });

  test('a caller who is not kept waiting learns where to look for the end', async () => {
    const { db } = api.context;
    api.workflows.current = recordingWorkflows({ sync: async () => ({ kind: 'done', value: null }) });
    const begun = await api.call('POST', '/api/conversations/sync', { body: {} });
    const { runId } = begun.body as Walk;
    expect([begun.status, begun.body.finished, begun.body.seen]).toEqual([202, false, 0]);
    const place = begun.headers.get('location') ?? '';
    expect(place).toBe(`/api/conversations/sync/${runId}`);
    const again = await api.call('POST', '/api/conversations/sync', { body: {} });
    expect(again.body.runId).toBe(runId);
    const changes: Partial<SyncRun> = { finished_at: new Date(), seen: 7, stored: 3, pages: 1 };
    await db.updateTable('sync_runs').set(changes).where('id', '=', runId).execute();
    const ended = await api.call('GET', place, { key: 'viewer' });
    expect([ended.status, ended.body]).toMatchObject([200, { runId, seen: 7, stored: 3, finished: true }]);
    expect((await api.call('GET', `/api/conversations/sync/${crypto.randomUUID()}`)).status).toBe(404);
    api.workflows.current = recordingWorkflows({ sync: async () => ({ kind: 'silent', why: 'no answer' }) });
    expect((await api.call('POST', '/api/conversations/sync', { body: {} })).status).toBe(503);
  });
});
