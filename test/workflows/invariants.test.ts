import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Db, openDatabase } from '#db/client.ts';
import type { EventType } from '#domain/events.ts';
import { attemptId, campaignWorkflowId, leadWorkflowId, SEARCH_ATTRIBUTES } from '#domain/ids.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import { INVARIANTS, type Invariant } from '#invariants/judge.ts';
import type { LedgerEntry, LedgerSnapshot } from '#simulator/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

// The invariants themselves are tested beside their code: here it is whether database and Temporal are read right.

vi.setConfig({ testTimeout: 180_000 });

const NOON = new Date('2026-11-18T17:00:00.000Z');
const fromNoon = (ms: number) => new Date(NOON.getTime() + ms);
const campaignKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.campaign, 'KEYWORD');
const UNWORKED_QUEUE = 'invariants-test';

/** A campaign of two leads, one called and finished, one waiting, as the product would leave it. */
interface Run {
  campaignId: string;
  calledId: string;
  callId: string;
  ledger: LedgerSnapshot;
}

let database: TestDatabase;
let db: Db;
let connection: Connection;
let temporal: Client;
let run: Run;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: 2 });
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS ?? '' });
  temporal = new Client({ connection });
});

afterAll(async () => {
  await connection?.close();
  await db?.destroy();
  await database?.drop();
});

beforeEach(async () => {
  run = await storeRun();
});

afterEach(async () => {
  await end(campaignWorkflowId(run.campaignId));
  await db.deleteFrom('calls').execute();
  await db.deleteFrom('campaigns').execute();
  await db.deleteFrom('opt_outs').execute();
});

/** Ends a workflow; its test may have done so before. Temporal's listing is no help here, because it trails. */
async function end(workflowId: string): Promise<void> {
  try {
    await temporal.workflow.getHandle(workflowId).terminate();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Temporal's listing trails, on a busy machine by many seconds. */
async function broken(catchUpMs = 60_000, networkAheadMs = 0): Promise<Partial<Record<Invariant, string>>> {
  const { ledger, campaignId } = run;
  const imported = { [campaignId]: 2 };
  const verdict = await checkInvariants({
    db,
    temporal,
    ledger,
    imported,
    campaignIds: [campaignId],
    catchUpMs,
    networkAheadMs,
  });
  const failing = INVARIANTS.filter((invariant) => !verdict[invariant].holds);
  return Object.fromEntries(
    failing.map((invariant) => [invariant, verdict[invariant].violations.join('\n')]),
  );
}

describe('the checker', () => {
  test('finds a run in order that is', async () => {
    expect(await broken()).toEqual({});
  });

  test('reads settings, decisions and opt-outs to the microsecond', async () => {
    const phone = run.ledger.dials[0]?.to ?? '';
    const created_at = NOON;
    await db.insertInto('opt_outs').values({ phone, reason: 'asked', source: 'api', created_at }).execute();
    const optOut = async (at: string, inFlight: string[]) => {
      await sql`update opt_outs set created_at = ${at}::timestamptz, in_flight = ${inFlight}`.execute(db);
    };
    // The network received the dial twenty milliseconds after noon.
    await optOut('2026-11-18T17:00:00.020001Z', []);
    expect(await broken()).toEqual({});
    await optOut('2026-11-18T17:00:00.019999Z', []);
    expect(Object.keys(await broken())).toEqual(['I2']);
    await optOut('2026-11-18T17:00:00.019999Z', [run.callId]);
    expect(await broken()).toEqual({});
  });

  test('reads pauses from the events', async () => {
    const campaign_id = run.campaignId;
    const event = (type: EventType, at: Date) => ({ type, at, campaign_id, data: '{}' });
    await db
      .insertInto('events')
      .values([event('campaign.paused', fromNoon(-1_000)), event('campaign.resumed', fromNoon(1_000))])
      .execute();
    expect(Object.keys(await broken())).toEqual(['I2']);
    const data = JSON.stringify({ inFlight: 1, inFlightCallIds: [run.callId] });
    await sql`update events set data = ${data} where type = 'campaign.paused'`.execute(db);
    expect(await broken()).toEqual({});
  });

  test('compares clocks that differ', async () => {
    const dial = run.ledger.dials[0] ?? fail();
    dial.receivedAt = new Date(Date.parse(dial.receivedAt) + 60_000).toISOString();
    expect((await broken()).I2).toMatch(/dialled 60020 ms after it was permitted/);
    expect(await broken(undefined, 60_000)).toEqual({});
  });

  test('reads the ledger', async () => {
    run.ledger.dials.push({ ...(run.ledger.dials[0] ?? fail()), accepted: false, answer: 'server_error' });
    expect(await broken()).toEqual({ I1: `attempt ${run.callId} was dialled 2 times` });
  });

  test('holds every hour against the window and its holidays', async () => {
    const window = { ...DEFAULT_SETTINGS.window, holidays: 'US' };
    const shut = new Date('2026-11-26T17:00:00.000Z');
    const facts = JSON.stringify({ zones: ['America/New_York'], window });
    // Nothing but a test ever changes a decision, so its type does not let it.
    await sql`update decisions set decided_at = ${shut}, settings_version = 2, facts = ${facts}`.execute(db);
    await db
      .insertInto('campaign_settings')
      .values({
        campaign_id: run.campaignId,
        version: 2,
        settings: JSON.stringify({ ...DEFAULT_SETTINGS, window }),
      })
      .execute();
    const dial = run.ledger.dials[0] ?? fail();
    dial.receivedAt = new Date(shut.getTime() + 20).toISOString();
    expect((await broken()).I3).toMatch(
      /was permitted at 2026-11-26.* outside the hours in America\/New_York/,
    );
  });

  test('reads calls, totals and what needs attention', async () => {
    await db.updateTable('calls').set({ conversation_id: 'another' }).where('id', '=', run.callId).execute();
    expect(Object.keys(await broken())).toEqual(['I5']);
    await db
      .updateTable('calls')
      .set({ conversation_id: 'conv-1', reach: 'unknown' })
      .where('id', '=', run.callId)
      .execute();
    expect(Object.keys(await broken())).toEqual(['I4']);
    await db
      .insertInto('attention')
      .values({ kind: 'unknown_call', subject: run.callId, detail: 'Its end was never reported.' })
      .execute();
    expect(await broken()).toEqual({});
    await db.updateTable('call_totals').set({ unknown: 7 }).execute();
    expect(Object.keys(await broken())).toEqual(['I5']);
  });

  test('reads what Temporal has open', async () => {
    await temporal.workflow.getHandle(campaignWorkflowId(run.campaignId)).terminate();
    await expect
      .poll(() => broken(0), { timeout: 60_000 })
      .toEqual({
        I7: `campaign ${run.campaignId} is running and has no open workflow`,
      });
  });

  test('judges the campaigns that are asked for', async () => {
    run.ledger.dials.push({ ...(run.ledger.dials[0] ?? fail()) });
    // Of no campaign of this run: what other tests have open on the same Temporal is not waited for.
    const judged = async (campaignId: string) =>
      (await checkInvariants({ db, temporal, ledger: run.ledger, campaignIds: [campaignId], catchUpMs: 0 }))
        .I1;
    expect((await judged(uuid())).holds).toBe(true);
    expect((await judged(run.campaignId)).holds).toBe(false);
  });
});

async function storeRun(): Promise<Run> {
  const [campaignId, calledId, waitingId] = [uuid(), uuid(), uuid()];
  const callId = attemptId(calledId, 1);
  await db
    .insertInto('campaigns')
    .values({
      id: campaignId,
      name: 'Invariants',
      status: 'running',
      agent_id: 'agent',
      phone_number_ids: [],
      settings_version: 1,
    })
    .execute();
  await db
    .insertInto('campaign_settings')
    .values({ campaign_id: campaignId, version: 1, settings: JSON.stringify(DEFAULT_SETTINGS) })
    .execute();
  const phones = { called: '+12125550101', waiting: '+12125550102' };
  await db
    .insertInto('contacts')
    .values(Object.values(phones).map((phone) => ({ phone })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const lead = { campaign_id: campaignId, zones: ['America/New_York'], variables: '{}' };
  await db
    .insertInto('leads')
    .values([
      {
        ...lead,
        id: calledId,
        phone: phones.called,
        state: 'finished' as const,
        outcome: 'answered' as const,
      },
      { ...lead, id: waitingId, phone: phones.waiting },
    ])
    .execute();
  await storeCall({ campaignId, calledId, callId, phone: phones.called });
  await startWorkflows(campaignId, calledId);
  const ledger = {
    seed: 1,
    speed: 1,
    maxConcurrentCalls: 1,
    liveCalls: 0,
    dials: [dialOf(callId, phones.called)],
    texts: [],
  };
  return { campaignId, calledId, callId, ledger };
}

async function storeCall(call: { campaignId: string; calledId: string; callId: string; phone: string }) {
  const subject = {
    campaign_id: call.campaignId,
    lead_id: call.calledId,
    phone: call.phone,
    settings_version: 1,
  };
  const { id } = await db
    .insertInto('decisions')
    .values({
      ...subject,
      attempt_id: call.callId,
      verdict: 'go',
      rules_version: '1',
      facts: JSON.stringify({ zones: ['America/New_York'], window: DEFAULT_SETTINGS.window }),
      decided_at: NOON,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('calls')
    .values({
      ...subject,
      id: call.callId,
      attempt: 1,
      agent_id: 'agent',
      status: 'ended',
      reach: 'answered',
      conversation_id: 'conv-1',
      talk_seconds: 30,
      cost_cents: 1.2345,
      started_at: NOON,
      deadline_at: fromNoon(600_000),
      concluded_at: fromNoon(60_000),
      decision_id: id,
      day: '2026-11-18',
    })
    .execute();
}

/** Nobody works on them: one stays open, the other is closed from outside. */
async function startWorkflows(campaignId: string, leadId: string): Promise<void> {
  const options = {
    taskQueue: UNWORKED_QUEUE,
    typedSearchAttributes: [{ key: campaignKey, value: campaignId }],
  };
  await temporal.workflow.start('none', { ...options, workflowId: campaignWorkflowId(campaignId) });
  const lead = await temporal.workflow.start('none', { ...options, workflowId: leadWorkflowId(leadId) });
  await lead.terminate();
}

function dialOf(id: string, to: string): LedgerEntry {
  return {
    attemptId: id,
    to,
    fromNumberId: 'n1',
    agentId: 'agent',
    receivedAt: fromNoon(20).toISOString(),
    accepted: true,
    answer: 'placed',
    conversationId: 'conv-1',
    callSid: 'CA1',
    profile: 'qualifies',
    startedAt: fromNoon(20).toISOString(),
    endedAt: fromNoon(50_000).toISOString(),
    reach: 'answered',
    chargedCredits: 0,
    webhooks: [],
  };
}

function fail(): never {
  throw new Error('the ledger lost its dial');
}
