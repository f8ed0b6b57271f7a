import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ActivityDeps } from '../activities/deps.ts';
import { createSyncing } from '../activities/syncing.ts';
import { type Db, openDatabase } from '../db/client.ts';
import { normaliseConversation, normaliseListItem } from '../providers/elevenlabs/normalise.ts';
import { ProviderError } from '../providers/ports.ts';
import { createTestDatabase } from './setup/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
// Hundreds of conversations, each a transaction, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const COUNT = 210;
const PAGES = 3;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: 8 });
});
afterEach(async () => {
  await db.destroy();
  await database.drop();
});

function payload(index: number) {
  return {
    agent_id: 'agent_1',
    conversation_id: `conv_${index}`,
    status: 'done',
    call_successful: 'success',
    start_time_unix_secs: NOW.getTime() / 1_000 - 3_600 + index,
    transcript: [{ role: 'user', message: 'Hello.', time_in_call_secs: 1 }],
    metadata: {
      start_time_unix_secs: NOW.getTime() / 1_000 - 3_600 + index,
      call_duration_secs: 10,
      phone_call: {
        type: 'twilio',
        // One in ten was dialled by someone else.
        direction: index % 10 === 0 ? 'outbound' : 'inbound',
        agent_number: '+14155550100',
        external_number: `+1415555${2_000 + index}`,
      },
    },
    analysis: { call_successful: 'success' },
  };
}

/** Of a cursor that the provider knows no more. */
const refusal = new ProviderError('the cursor is refused', {
  provider: 'elevenlabs',
  status: 422,
  retryable: false,
});

/** A provider with so many conversations, that may fail at a page or for a conversation. */
function syncing(faults: { page?: number; conversation?: string; staleCursor?: boolean } = {}, now = NOW) {
  const reads: string[] = [];
  let pages = 0;
  const voice: Pick<ActivityDeps['voice'], 'getConversation' | 'listConversations'> = {
    async listConversations({ cursor, pageSize = 100 }) {
      pages += 1;
      if (pages === faults.page) throw new Error('interrupted');
      if (pages === 1 && cursor !== undefined && faults.staleCursor) throw refusal;
      const from = Number(cursor ?? 0);
      const to = Math.min(from + pageSize, COUNT);
      const rows = Array.from({ length: to - from }, (_, index) => normaliseListItem(payload(from + index)));
      return { items: rows.filter((row) => row !== null), nextCursor: to < COUNT ? String(to) : null };
    },
    async getConversation(id) {
      reads.push(id);
      if (id === faults.conversation) throw new Error('cannot be read');
      return normaliseConversation(payload(Number(id.slice('conv_'.length))));
    },
  };
  const deps = {
    db,
    voice,
    centsPerCredit: 0.02,
    syncFetchesPerSecond: 10_000,
    now: async () => now,
    signals: { callEnded: async () => {}, contactReplied: async () => {} },
  } as unknown as ActivityDeps;
  const activities = createSyncing(deps);
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
  return {
    reads,
    async walk() {
      const { runId } = await run(() => activities.beginSync({ workflowId: 'sync', since: null }));
      for (;;) {
        const { more } = await run(() => activities.syncPage({ runId }));
        if (!more) return await run(() => activities.finishSync({ runId }));
      }
    },
  };
}

const countCalls = async () =>
  (
    await db
      .selectFrom('calls')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
  ).count;

test('every conversation is stored once, and a second walk reads nothing again', async () => {
  expect(await syncing().walk()).toEqual({
    pages: PAGES,
    seen: COUNT,
    stored: COUNT,
    attributed: 0,
    unattributed: COUNT,
    failed: 0,
  });
  expect(await countCalls()).toBe(COUNT);
  const again = syncing();
  expect(await again.walk()).toMatchObject({ seen: COUNT, stored: 0 });
  expect(again.reads).toEqual([]);
});

test.each([1, 2, 3])('interrupted at page %i, the same run goes on where it was', async (page) => {
  await expect(syncing({ page }).walk()).rejects.toThrow('interrupted');
  const resumed = syncing();
  expect(await resumed.walk()).toMatchObject({ pages: PAGES, seen: COUNT, stored: COUNT });
  expect(resumed.reads).toHaveLength(COUNT - (page - 1) * 100);
  expect(await countCalls()).toBe(COUNT);
  const runs = await db.selectFrom('sync_runs').select('finished_at').execute();
  expect(runs).toEqual([{ finished_at: NOW }]);
});

test('a cursor that has grown stale has the list walked anew; one that is refused soon is tried again', async () => {
  await expect(syncing({ page: 3 }).walk()).rejects.toThrow('interrupted');
  await expect(syncing({ staleCursor: true }).walk()).rejects.toThrow(refusal);
  const later = new Date(NOW.getTime() + 660_000);
  const resumed = syncing({ staleCursor: true }, later);
  expect(await resumed.walk()).toMatchObject({ pages: PAGES, seen: COUNT, stored: COUNT });
  expect(resumed.reads).toHaveLength(COUNT - 200);
});

test('a conversation that cannot be read is counted, skipped, and met again', async () => {
  expect(await syncing({ conversation: 'conv_7' }).walk()).toMatchObject({ stored: COUNT - 1, failed: 1 });
  const again = syncing();
  await again.walk();
  expect(again.reads).toEqual(['conv_7']);
  expect(await countCalls()).toBe(COUNT);
});
