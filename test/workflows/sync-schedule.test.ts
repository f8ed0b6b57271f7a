// Walks that a schedule begins, and that a caller does not wait for.
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SyncRun } from '#db/queries/sync-runs.ts';
import { SYNC_SCHEDULE_ID, SYNC_WORKFLOW_ID } from '#domain/ids.ts';
import { ensureSyncSchedule } from '#temporal/schedules.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { type SyncRig, startSyncRig, type Walk } from '../support/sync-rig.ts';

let rig: SyncRig;
let api: ApiRig;
beforeAll(async () => {
  [rig, api] = await Promise.all([startSyncRig(), startApi()]);
});
afterAll(() => Promise.all([rig.stop(), api.stop()]));
beforeEach(() => rig.reset());

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
