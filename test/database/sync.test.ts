import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActivities } from '#activities/create-activities.ts';
import { activityRunner } from '#activities/runner.ts';
import { createLogger } from '#config/logger.ts';
import { type Db, openDatabase } from '#db/client.ts';
import { normaliseConversation, normaliseListItem } from '#providers/elevenlabs/normalise.ts';
import { ProviderError } from '#providers/ports.ts';
import { createProviders } from '#providers/registry.ts';
import { type Context, createContext } from '#services/context.ts';
import { recordingWorkflows } from '../support/api-rig.ts';
import { testConfig } from '../support/config.ts';
import { createTestDatabase } from '../support/database.ts';

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
function syncing(
  faults: {
    page?: number;
    conversation?: string;
    staleCursor?: boolean | 'always';
    /** How the provider has a conversation that is over for its webhook. */
    change?: (conversation: ReturnType<typeof payload>) => object;
    /** Temporal does not answer. */
    silent?: boolean;
  } = {},
  begin = NOW,
) {
  let now = begin;
  const reads: string[] = [];
  const notified: [string | null, string][] = [];
  let pages = 0;
  const voice: Pick<Context['voice'], 'getConversation' | 'listConversations'> = {
    async listConversations({ cursor, pageSize = 100 }) {
      pages += 1;
      if (pages === faults.page) throw new Error('interrupted');
      if (pages > 100) throw new Error('it walks for ever');
      const isStale = faults.staleCursor === 'always' || (faults.staleCursor === true && pages === 1);
      if (cursor !== undefined && isStale) {
        // So long it is before the cursor is asked for again.
        if (faults.staleCursor === 'always') now = new Date(now.getTime() + 660_000);
        throw refusal;
      }
      const from = Number(cursor ?? 0);
      const to = Math.min(from + pageSize, COUNT);
      const rows = Array.from({ length: to - from }, (_, index) => normaliseListItem(payload(from + index)));
      return { items: rows.filter((row) => row !== null), nextCursor: to < COUNT ? String(to) : null };
    },
    async getConversation(id) {
      reads.push(id);
      if (id === faults.conversation) throw new Error('cannot be read');
      const conversation = payload(Number(id.slice('conv_'.length)));
      return normaliseConversation(faults.change?.(conversation) ?? conversation);
    },
  };
  const config = testConfig({ DATABASE_URL: database.url });
  const context = createContext(config, {
    db,
    voice: { ...createProviders(config).voice, ...voice },
    syncFetchesPerSecond: 10_000,
    now: async () => now,
    logger: createLogger('test', 'silent'),
    ...activityRunner,
    workflows: recordingWorkflows({
      async callEnded(...ended) {
        notified.push(ended);
        return faults.silent ? { kind: 'silent', why: 'no answer' } : { kind: 'done', value: undefined };
      },
    }),
  });
  const activities = createActivities(context);
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
  return {
    reads,
    notified,
    get pages() {
      return pages;
    },
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

test('a provider that refuses every old cursor ends the walk in the end; the next one begins at the beginning', async () => {
  const walk = syncing({ staleCursor: 'always' });
  await expect(walk.walk()).rejects.toMatchObject({ type: 'CursorsRefused', nonRetryable: true });
  // Eleven minutes each, for an hour.
  expect(walk.pages).toBe(12);
  expect(walk.reads).toHaveLength(100);
  const later = new Date(NOW.getTime() + 7_200_000);
  expect(await syncing({}, later).walk()).toMatchObject({ pages: PAGES, seen: COUNT });
  expect(await countCalls()).toBe(COUNT);
});

test('a conversation that cannot be read is counted, skipped, and met again', async () => {
  expect(await syncing({ conversation: 'conv_7' }).walk()).toMatchObject({ stored: COUNT - 1, failed: 1 });
  const again = syncing();
  await again.walk();
  expect(again.reads).toEqual(['conv_7']);
  expect(await countCalls()).toBe(COUNT);
});

describe('a webhook whose call was not known when it came', () => {
  const CALL = 'single.1';
  /** For the walk the call has just begun; only the carrier's id says whose it is. */
  const change = (conversation: ReturnType<typeof payload>) =>
    conversation.conversation_id === 'conv_10'
      ? {
          ...conversation,
          status: 'in-progress',
          analysis: null,
          transcript: [],
          metadata: {
            ...conversation.metadata,
            phone_call: { ...conversation.metadata.phone_call, call_sid: 'CA10' },
          },
        }
      : conversation;

  beforeEach(async () => {
    await db.insertInto('contacts').values({ phone: '+14155552010' }).execute();
    await db
      .insertInto('calls')
      .values({
        id: CALL,
        phone: '+14155552010',
        attempt: 1,
        agent_id: 'agent_1',
        call_sid: 'CA10',
        status: 'ringing',
        started_at: NOW,
        deadline_at: new Date(NOW.getTime() + 900_000),
        day: '2026-03-02',
      })
      .execute();
    await db
      .insertInto('webhook_events')
      .values({
        provider: 'elevenlabs',
        dedup_key: 'waiting',
        type: 'post_call_transcription',
        conversation_id: 'conv_10',
        payload: JSON.stringify({ type: 'post_call_transcription', data: payload(10) }),
        received_at: NOW,
      })
      .execute();
  });

  const event = () =>
    db
      .selectFrom('webhook_events')
      .select(['call_id', 'merged_at', 'signalled_at'])
      .where('dedup_key', '=', 'waiting')
      .executeTakeFirst();

  test('ends the wait of its workflow as soon as a walk finds the call', async () => {
    const walk = syncing({ change });
    await walk.walk();
    expect(walk.notified).toEqual([[null, CALL]]);
    expect(await event()).toEqual({ call_id: CALL, merged_at: NOW, signalled_at: NOW });
  });

  test('is left to the sweep when the workflow could not be notified', async () => {
    await syncing({ change, silent: true }).walk();
    expect(await event()).toEqual({ call_id: CALL, merged_at: NOW, signalled_at: null });
  });
});
