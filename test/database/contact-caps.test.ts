// Gap, day and week of a contact, as the gate of a campaign counts them from the rows of calls.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Db, inTransaction, openDatabase } from '#db/client.ts';
import { insertCampaign } from '#db/queries/campaigns.ts';
import { readClock } from '#db/queries/clock.ts';
import { ensureContacts, insertLeads } from '#db/queries/leads.ts';
import type { Reach } from '#domain/call.ts';
import { type CampaignSettings, DEFAULT_SETTINGS } from '#domain/settings.ts';
import { passGate } from '#services/calls/gate.ts';
import type { LeadAttempt } from '#services/calls/subject.ts';
import type { Context } from '#services/context.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { QUICK } from '../support/people.ts';

const PHONE = '+12125550117';
const OTHER_PHONE = '+12125550118';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const CAPS: CampaignSettings['caps'] = { perDay: 2, perWeek: 3, minGapSeconds: 3_600 };

let database: TestDatabase;
let db: Db;
let deps: Context;
let now: number;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { maxConnections: 5 });
  deps = { db, timeouts: { callMarginMs: 60_000 }, now: async () => new Date(), clock: readClock } as Context;
});
afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});
beforeEach(async () => {
  await sql`truncate campaigns, contacts, calls, events cascade`.execute(db);
  await inTransaction(db, (tx) => ensureContacts(tx, [PHONE, OTHER_PHONE]));
  now = Date.now();
});

/** A running campaign with this contact as its lead; the lead's first attempt. */
async function startCampaign(caps: CampaignSettings['caps'] = CAPS): Promise<LeadAttempt> {
  const campaignId = uuid();
  const at = new Date(now);
  await inTransaction(db, async (tx) => {
    const settings = { ...DEFAULT_SETTINGS, ...QUICK, callsPerSecond: 50, caps };
    const phoneNumberIds = ['number'];
    await insertCampaign(tx, {
      id: campaignId,
      name: 'Caps',
      agentId: 'agent',
      phoneNumberIds,
      settings,
      now: at,
    });
    const lead = {
      phone: PHONE,
      name: null,
      email: null,
      country: null,
      region: null,
      postalCode: null,
      timeZone: null,
      consent: null,
      zones: ['America/New_York'],
      variables: {},
    };
    await insertLeads(tx, { campaignId, leads: [lead], now: at });
    await tx.updateTable('campaigns').set({ status: 'running' }).where('id', '=', campaignId).execute();
  });
  const { id: leadId } = await db
    .selectFrom('leads')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return { kind: 'lead', campaignId, leadId, attempt: 1, line: 1 };
}

interface StoredCall {
  agoMs: number;
  reach?: Reach;
  direction?: 'outbound' | 'inbound';
  phone?: string;
  /** Of a lead of another campaign, or of none, as a one-off call. */
  of?: 'campaign' | 'nobody';
}

/** A call that is over. */
async function storeCall({ agoMs, reach = 'answered', direction = 'outbound', ...more }: StoredCall) {
  const startedAt = new Date(now - agoMs);
  const other = more.of === 'campaign' ? await startCampaign() : null;
  const values = {
    id: uuid(),
    campaign_id: other?.campaignId ?? null,
    lead_id: other?.leadId ?? null,
    attempt: direction === 'outbound' ? 7 : null,
    direction,
    phone: more.phone ?? PHONE,
    agent_id: 'agent',
    status: 'ended' as const,
    reach,
    started_at: startedAt,
    ended_at: startedAt,
    // Long over, also where nothing is known of its end.
    deadline_at: startedAt,
    concluded_at: startedAt,
    day: startedAt.toISOString().slice(0, 10),
  };
  await db.insertInto('calls').values(values).execute();
}

/** The rule that holds the contact's next call, and until how long before or after now; `go` when none does. */
async function answer(caps?: CampaignSettings['caps']): Promise<string | [string, number]> {
  const result = await passGate(deps, await startCampaign(caps));
  if (result.kind !== 'held') return result.kind;
  const { rule } = result.verdict;
  return [rule, result.verdict.verdict === 'wait' ? result.verdict.until.getTime() - now : Number.NaN];
}

test('nobody who was not called is held', async () => {
  expect(await answer()).toBe('go');
});

describe('the gap', () => {
  test.each(['campaign', 'nobody'] as const)('runs from the last call, of %s too', async (of) => {
    await storeCall({ agoMs: 10 * MINUTE_MS, of });
    expect(await answer()).toEqual(['contact_gap', 50 * MINUTE_MS]);
  });

  test.each(['answered', 'no_answer', 'busy', 'voicemail', 'failed', 'unknown'] as const)(
    'runs from a call that was %s',
    async (reach) => {
      await storeCall({ agoMs: 10 * MINUTE_MS, reach });
      expect(await answer()).toEqual(['contact_gap', 50 * MINUTE_MS]);
    },
  );

  test('is that of the newest call', async () => {
    await storeCall({ agoMs: 30 * MINUTE_MS });
    await storeCall({ agoMs: 20 * MINUTE_MS, of: 'campaign' });
    await storeCall({ agoMs: 40 * MINUTE_MS });
    expect(await answer({ ...CAPS, perDay: null, perWeek: null })).toEqual(['contact_gap', 40 * MINUTE_MS]);
  });

  test('is over after its time', async () => {
    await storeCall({ agoMs: HOUR_MS });
    expect(await answer()).toBe('go');
  });

  test('is none after a call that was not placed, after one of theirs, or to somebody else', async () => {
    await storeCall({ agoMs: MINUTE_MS, reach: 'not_placed' });
    await storeCall({ agoMs: MINUTE_MS, reach: 'not_placed', of: 'campaign' });
    await storeCall({ agoMs: MINUTE_MS, direction: 'inbound' });
    await storeCall({ agoMs: MINUTE_MS, phone: OTHER_PHONE });
    expect(await answer()).toBe('go');
  });
});

describe('the calls of a day', () => {
  test('hold until the oldest that counts is a day ago', async () => {
    await storeCall({ agoMs: 5 * HOUR_MS });
    await storeCall({ agoMs: 20 * HOUR_MS, of: 'campaign' });
    expect(await answer()).toEqual(['contact_day', 4 * HOUR_MS]);
  });

  test('count none that is older, that was not placed, or that the person made', async () => {
    await storeCall({ agoMs: 5 * HOUR_MS });
    await storeCall({ agoMs: 25 * HOUR_MS });
    await storeCall({ agoMs: 2 * HOUR_MS, reach: 'not_placed' });
    await storeCall({ agoMs: 3 * HOUR_MS, reach: 'not_placed', of: 'campaign' });
    await storeCall({ agoMs: 2 * HOUR_MS, direction: 'inbound' });
    await storeCall({ agoMs: 4 * HOUR_MS, phone: OTHER_PHONE });
    expect(await answer()).toBe('go');
  });

  test('of more calls than the limit hold until few enough are left', async () => {
    for (const hours of [3, 9, 15, 21]) await storeCall({ agoMs: hours * HOUR_MS });
    expect(await answer({ ...CAPS, perWeek: null })).toEqual(['contact_day', 15 * HOUR_MS]);
    expect(await answer({ ...CAPS, perDay: 5, perWeek: null })).toBe('go');
  });
});

describe('the calls of a week', () => {
  test('hold until the oldest that counts is a week ago', async () => {
    for (const days of [2, 4, 6.5]) await storeCall({ agoMs: days * DAY_MS, of: 'campaign' });
    expect(await answer()).toEqual(['contact_week', 0.5 * DAY_MS]);
    expect(await answer({ ...CAPS, perWeek: 4 })).toBe('go');
  });

  test('count none that is older, that was not placed, or that the person made', async () => {
    for (const days of [2, 4, 7.01]) await storeCall({ agoMs: days * DAY_MS });
    await storeCall({ agoMs: 3 * DAY_MS, reach: 'not_placed' });
    await storeCall({ agoMs: 3 * DAY_MS, direction: 'inbound' });
    await storeCall({ agoMs: 3 * DAY_MS, phone: OTHER_PHONE });
    expect(await answer()).toBe('go');
  });
});
