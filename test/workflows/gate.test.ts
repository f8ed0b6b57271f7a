import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Db, inTransaction, openDatabase } from '#db/client.ts';
import { changeCampaign, insertCampaign, lockCampaign } from '#db/queries/campaigns.ts';
import { readClock } from '#db/queries/clock.ts';
import { appendEvent } from '#db/queries/events.ts';
import { ensureContacts, insertLeads } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import { type CampaignSettings, DEFAULT_SETTINGS } from '#domain/settings.ts';
import { type GateResult, passGate, passGateAgain } from '#services/calls/gate.ts';
import type { LeadAttempt } from '#services/calls/subject.ts';
import type { Context } from '#services/context.ts';
import { addOptOut } from '#services/opt-outs/opt-outs.ts';
import { between, seededRandom } from '#simulator/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { numbersEndingIn, QUICK } from '../support/people.ts';

let database: TestDatabase;
let db: Db;
let deps: Context;

beforeAll(async () => {
  database = await createTestDatabase();
  // As many connections as gates at once: they are to meet in the database, not before it.
  db = openDatabase(database.url, { maxConnections: 40 });
  deps = { db, timeouts: { callMarginMs: 60_000 }, clock: readClock } as Context;
});

afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

beforeEach(async () => {
  await sql`truncate campaigns, contacts, events cascade`.execute(db);
  await db.updateTable('workspace').set({ lines: 100 }).execute();
});

/** A running campaign with a lead for each number; a reference to the first attempt of each. */
async function storeCampaign(
  phones: readonly string[],
  settings: Partial<CampaignSettings> = {},
): Promise<LeadAttempt[]> {
  const campaignId = uuid();
  const now = new Date();
  await inTransaction(db, async (tx) => {
    await insertCampaign(tx, {
      id: campaignId,
      name: 'Gate',
      agentId: 'agent',
      phoneNumberIds: ['number'],
      settings: { ...DEFAULT_SETTINGS, ...QUICK, callsPerSecond: 1_000, ...settings },
      now,
    });
    await ensureContacts(tx, phones);
    const leads = phones.map((phone) => ({
      phone,
      name: null,
      email: null,
      country: null,
      region: null,
      postalCode: null,
      timeZone: null,
      consent: null,
      zones: ['America/New_York'],
      variables: {},
    }));
    await insertLeads(tx, { campaignId, leads, now });
    await tx.updateTable('campaigns').set({ status: 'running' }).where('id', '=', campaignId).execute();
  });
  const leads = await db
    .selectFrom('leads')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .orderBy('id')
    .execute();
  return leads.map(({ id: leadId }) => ({ kind: 'lead', campaignId, leadId, attempt: 1, line: 1 }));
}

/** One number each. */
function contacts(count: number): string[] {
  return numbersEndingIn(...Array<string>(count).fill('00'));
}

/** Comes to the gate until something else than the pace answers. */
async function passInTurn(ref: LeadAttempt): Promise<GateResult> {
  for (;;) {
    const result = await passGate(deps, ref);
    if (result.kind !== 'held' || result.verdict.verdict !== 'wait' || result.verdict.rule !== 'pace') {
      return result;
    }
    await delay(Math.max(1, result.verdict.until.getTime() - Date.now()));
  }
}

/** How often each answer was given: `go`, `met`, or the rule that holds. */
function tally(results: readonly GateResult[]): Record<string, number> {
  const answers = results.map((result) => (result.kind === 'held' ? result.verdict.rule : result.kind));
  return Object.fromEntries(
    [...Map.groupBy(answers, (answer) => answer)].map(([key, of]) => [key, of.length]),
  );
}

/** When an attempt was let go, by the database's clock in microseconds; null when it was not. */
async function decidedAt({ leadId, attempt }: LeadAttempt): Promise<number | null> {
  const { rows } = await sql<{ at: number }>`
    select (extract(epoch from decided_at) * 1000000)::bigint as at from decisions
    where attempt_id = ${`${leadId}.${attempt}`} and verdict = 'go'`.execute(db);
  return rows[0]?.at ?? null;
}

describe('all at once', () => {
  test('one contact in thirty campaigns: one is called', async () => {
    const [phone = ''] = contacts(1);
    const refs: LeadAttempt[] = [];
    for (let nth = 0; nth < 30; nth += 1) refs.push(...(await storeCampaign([phone])));
    const results = await Promise.all(refs.map(passInTurn));
    expect(tally(results)).toEqual({ go: 1, contact_live: 29 });
  });

  test('forty leads of a campaign with five lines: five are called', async () => {
    const refs = await storeCampaign(contacts(40), { lines: 5 });
    expect(tally(await Promise.all(refs.map(passInTurn)))).toEqual({ go: 5, campaign_lines: 35 });
  });

  test('campaigns with lines of their own in a workspace of six', async () => {
    await db.updateTable('workspace').set({ lines: 6 }).execute();
    const phones = contacts(30);
    const refs: LeadAttempt[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      refs.push(...(await storeCampaign(phones.slice(nth * 10, nth * 10 + 10), { lines: 4 })));
    }
    const { go, ...held } = tally(await Promise.all(refs.map(passInTurn)));
    expect(go).toBe(6);
    expect(Object.keys(held)).toContain('workspace_lines');
  });

  test('one attempt twelve times: one row, which the others meet', async () => {
    const [ref] = await storeCampaign(contacts(1));
    if (ref === undefined) throw new Error('There is no lead.');
    const results = await Promise.all(Array.from({ length: 12 }, () => passInTurn(ref)));
    expect(tally(results)).toEqual({ go: 1, met: 11 });
    const rows = new Set(results.map((result) => (result.kind === 'held' ? null : result.call.id)));
    expect([...rows]).toEqual([`${ref.leadId}.1`]);
    expect(await passGate(deps, ref)).toMatchObject({ kind: 'met' });
  });

  test('the pace: no two of a campaign are let go closer than it says', async () => {
    const callsPerSecond = 20;
    const refs = await storeCampaign(contacts(12), { callsPerSecond, lines: 12 });
    expect(tally(await Promise.all(refs.map(passInTurn)))).toEqual({ go: 12 });
    const times = (await Promise.all(refs.map(decidedAt))).map((at) => at ?? 0).toSorted((a, b) => a - b);
    const gapsMs = times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1_000);
    // Our clock is read in whole milliseconds, the database's is not.
    expect(Math.min(...gapsMs)).toBeGreaterThan(1_000 / callsPerSecond - 1);
  });
});

describe('the end of the hours', () => {
  /** Seven in the evening in New York. */
  const CLOSING = Date.parse('2026-11-19T00:00:00.000Z');

  test.each([
    [10_000, 'go', null],
    [9_999, 'held', '2026-11-19T15:00:00.000Z'],
    [-1, 'held', '2026-11-19T15:00:00.000Z'],
  ] as const)('%i ms before it: %s', async (beforeMs, kind, until) => {
    const [ref] = await storeCampaign(contacts(1), { window: DEFAULT_SETTINGS.window });
    if (ref === undefined) throw new Error('There is no lead.');
    const clock = async () => new Date(CLOSING - beforeMs);
    const result = await passGate({ ...deps, clock }, ref);
    expect(result.kind).toBe(kind);
    if (result.kind === 'held')
      expect(result.verdict).toMatchObject({ rule: 'window', until: new Date(until ?? '') });
    if (result.kind === 'go') expect(result.permit.closesInMs).toBeLessThanOrEqual(beforeMs);
  });

  test('that comes while the gate waits for its locks holds the lead', async () => {
    const [phone = ''] = contacts(1);
    const [ref] = await storeCampaign([phone], { window: DEFAULT_SETTINGS.window });
    if (ref === undefined) throw new Error('There is no lead.');
    let nowMs = CLOSING - 60_000;
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const holder = inTransaction(db, async (tx) => {
      await lockContact(tx, phone);
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const passing = passGate({ ...deps, clock: async () => new Date(nowMs) }, ref);
    await expect.poll(waitingForLocks, { timeout: 30_000 }).toBe(1);
    nowMs = CLOSING;
    release.resolve();
    await holder;
    expect(await passing).toMatchObject({ kind: 'held', verdict: { rule: 'window' } });
  });

  async function waitingForLocks(): Promise<number> {
    const { rows } = await sql<{ waiting: number }>`
      select count(*) as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    return rows[0]?.waiting ?? 0;
  }
});

test('case 6: a hold that goes on is logged when it changes, and once in ten minutes', async () => {
  const [phone = ''] = contacts(1);
  const [rival] = await storeCampaign([phone]);
  const [ref] = await storeCampaign([phone]);
  if (rival === undefined || ref === undefined) throw new Error('There is no lead.');
  if ((await passInTurn(rival)).kind !== 'go') throw new Error('The rival is not called.');
  const held = () =>
    db.selectFrom('decisions').select('rule').where('lead_id', '=', ref.leadId).orderBy('id').execute();
  const untils: number[] = [];
  for (let look = 0; look < 5; look += 1) {
    const result = await passGate(deps, ref);
    if (result.kind !== 'held' || result.verdict.verdict !== 'wait') throw new Error('It is not held.');
    untils.push(result.verdict.until.getTime());
  }
  expect(await held()).toEqual([{ rule: 'contact_live' }]);
  // What the lead's row says goes on with each look.
  const lead = db.selectFrom('leads').select('not_before').where('id', '=', ref.leadId);
  expect((await lead.executeTakeFirstOrThrow()).not_before.getTime()).toBe(untils.at(-1));
  const longAgo = new Date(Date.now() - 600_000);
  await db.updateTable('decisions').set({ decided_at: longAgo }).where('lead_id', '=', ref.leadId).execute();
  await passGate(deps, ref);
  await passGate(deps, ref);
  expect(await held()).toHaveLength(2);
  await db.updateTable('campaigns').set({ status: 'paused' }).where('id', '=', ref.campaignId).execute();
  await passGate(deps, ref);
  expect((await held()).at(-1)).toEqual({ rule: 'campaign_running' });
});

describe('passed again for an attempt whose dial was not sent', () => {
  test('everything is judged, and its own row speaks against nothing', async () => {
    const caps = { perDay: 1, perWeek: 1, minGapSeconds: 600 };
    const [ref] = await storeCampaign(contacts(1), { lines: 1, caps, maxAttempts: 1 });
    if (ref === undefined) throw new Error('There is no lead.');
    await db.updateTable('workspace').set({ lines: 1 }).execute();
    const first = await passInTurn(ref);
    if (first.kind !== 'go') throw new Error(`It was ${first.kind}.`);
    const again = await passGateAgain(deps, first.call, { subject: ref });
    if (again.kind !== 'go') throw new Error(`It was ${again.kind}.`);
    expect(again.call.decision_id).toBeGreaterThan(first.call.decision_id ?? 0);
    expect(again.call.started_at.getTime()).toBeGreaterThanOrEqual(first.call.started_at.getTime());
    const decisions = await db
      .selectFrom('decisions')
      .select('verdict')
      .where('attempt_id', '=', again.call.id)
      .execute();
    expect(decisions).toEqual([{ verdict: 'go' }, { verdict: 'go' }]);
  });

  test('a hold ends the row as not placed, and holds the lead', async () => {
    const [phone = ''] = contacts(1);
    const [ref] = await storeCampaign([phone]);
    if (ref === undefined) throw new Error('There is no lead.');
    const first = await passInTurn(ref);
    if (first.kind !== 'go') throw new Error(`It was ${first.kind}.`);
    await inTransaction(db, (tx) => addOptOut(tx, { phone, reason: 'asked', source: 'api' }));
    const again = await passGateAgain(deps, first.call, { subject: ref });
    expect(again).toMatchObject({
      kind: 'held',
      verdict: { rule: 'opt_out' },
      call: { status: 'ended', reach: 'not_placed', failure: 'The contact opted out.' },
    });
    const lead = await db.selectFrom('leads').select(['state', 'outcome']).executeTakeFirstOrThrow();
    expect(lead).toEqual({ state: 'finished', outcome: 'opted_out' });
    // It is over: whoever comes now meets it.
    expect((await passGateAgain(deps, first.call, { subject: ref })).kind).toBe('met');
  });

  test('a call that is known to have been placed is met', async () => {
    const [ref] = await storeCampaign(contacts(1));
    if (ref === undefined) throw new Error('There is no lead.');
    const first = await passInTurn(ref);
    if (first.kind !== 'go') throw new Error(`It was ${first.kind}.`);
    await db
      .updateTable('calls')
      .set({ call_sid: 'CA1', status: 'dialling' })
      .where('id', '=', first.call.id)
      .execute();
    expect((await passGateAgain(deps, first.call, { subject: ref })).kind).toBe('met');
  });
});

describe('races', () => {
  const ROUNDS = 60;
  const seed = Math.floor(Math.random() * 1_000_000);

  /** Starts both, one of them a little earlier, by the seed. */
  async function race<A, B>(round: number, one: () => Promise<A>, other: () => Promise<B>): Promise<[A, B]> {
    const headStart = between(seededRandom('race', seed, round), -6, 6);
    const startAfter = async <T>(ticks: number, start: () => Promise<T>) => {
      if (ticks > 0) await delay(ticks);
      return await start();
    };
    return await Promise.all([startAfter(headStart, one), startAfter(-headStart, other)]);
  }

  test('fault 13: an opt-out: none is let go once it has been taken', async () => {
    console.info(`seed ${seed}`);
    const answers = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const phone = contacts(40)[round % 40] ?? '';
      const [ref] = await storeCampaign([phone], { caps: { perDay: null, perWeek: null, minGapSeconds: 0 } });
      if (ref === undefined) throw new Error('There is no lead.');
      await db.deleteFrom('opt_outs').where('phone', '=', phone).execute();
      await db.deleteFrom('calls').where('phone', '=', phone).execute();
      const [result] = await race(
        round,
        () => passInTurn(ref),
        () => inTransaction(db, (tx) => addOptOut(tx, { phone, reason: 'asked', source: 'api' })),
      );
      const { rows } = await sql<{ at: number }>`
        select (extract(epoch from created_at) * 1000000)::bigint as at from opt_outs where phone = ${phone}`.execute(
        db,
      );
      const letGoAt = await decidedAt(ref);
      const [answer = ''] = Object.keys(tally([result]));
      answers.add(answer);
      expect(answer === 'go' ? letGoAt : null).toBe(letGoAt);
      if (letGoAt !== null) expect(letGoAt, `round ${round}`).toBeLessThan(rows[0]?.at ?? 0);
      // Whoever came first, nobody is let go any more.
      expect(tally([await passGate(deps, { ...ref, attempt: 2 })])).toEqual(
        answer === 'go' ? { opt_out: 1 } : { lead_open: 1 },
      );
    }
    expect([...answers].sort()).toEqual(['go', 'opt_out']);
  });

  test('fault 14: a pause: none is let go once it has been taken', async () => {
    console.info(`seed ${seed}`);
    const answers = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const phone = contacts(40)[round % 40] ?? '';
      const [ref] = await storeCampaign([phone]);
      if (ref === undefined) throw new Error('There is no lead.');
      await db.deleteFrom('calls').where('phone', '=', phone).execute();
      const [result] = await race(
        round,
        () => passInTurn(ref),
        () => pause(ref.campaignId),
      );
      const letGoAt = await decidedAt(ref);
      const [answer = ''] = Object.keys(tally([result]));
      answers.add(answer);
      const { rows } = await sql<{ at: number }>`
        select (extract(epoch from at) * 1000000)::bigint as at from events
        where campaign_id = ${ref.campaignId} and type = 'campaign.paused'`.execute(db);
      if (letGoAt !== null) expect(letGoAt, `round ${round}`).toBeLessThan(rows[0]?.at ?? 0);
      expect(answer === 'go').toBe(letGoAt !== null);
    }
    expect([...answers].sort()).toEqual(['campaign_running', 'go']);
  });

  /** As the API pauses: under the campaign's lock, which the gate holds while it decides. */
  async function pause(campaignId: string): Promise<void> {
    await inTransaction(db, async (tx) => {
      const campaign = await lockCampaign(tx, campaignId);
      if (campaign === null) throw new Error('There is no campaign.');
      await changeCampaign(tx, campaign, { status: 'paused', now: new Date() });
      await appendEvent(tx, { type: 'campaign.paused', campaignId });
    });
  }
});
