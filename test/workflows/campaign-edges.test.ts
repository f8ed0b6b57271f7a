import { NativeConnection, Worker } from '@temporalio/worker';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createActivities } from '#activities/create-activities.ts';
import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { normaliseLead } from '#domain/lead-row.ts';
import { ALWAYS_OPEN } from '#domain/settings.ts';
import { updateCampaign } from '#services/campaigns/campaigns.ts';
import { closeCampaign } from '#services/campaigns/lead-work.ts';
import { pauseCampaign, resumeCampaign, startCampaign } from '#services/campaigns/transitions.ts';
import type { Context } from '#services/context.ts';
import { addLeads } from '#services/leads/add.ts';
import { lineFreedSignal, optedOutSignal } from '#workflows/messages.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

const WAIT = { timeout: 60_000, interval: 50 };
const LONG_AGO_MS = 300_000;
const HOUR_S = 3_600;
const IN_AN_HOUR = { no_answer: HOUR_S, busy: HOUR_S, failed: HOUR_S, voicemail: HOUR_S };
const ACTOR = { id: '00000000-0000-7000-8000-000000000000', role: 'admin' } as const;
/** Temporal suggests to continue as new at four megabytes: signals that change nothing fill a history. */
const PADDING = { leadId: 'x'.repeat(300_000), line: -1, next: 'backing_off' } as const;

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain({ timeouts: { callMarginMs: 200 } });
});

afterAll(async () => {
  await chain?.stop();
});

/** What the API is while Temporal does not answer: the database takes every change, and every message is lost. */
function withoutTemporal(): Context {
  const silent = async () => ({ kind: 'silent', why: 'lost, for the test' });
  const workflows = new Proxy(chain.context.workflows, {
    get: (_target, name) => (name === 'ping' ? async () => {} : silent),
  });
  return { ...chain.context, workflows };
}

/** What the sweep takes for under way is not under way any more. */
async function makeOld(campaignId: string): Promise<void> {
  const longAgo = new Date(Date.now() - LONG_AGO_MS);
  const { rows } = await sql<{ known: boolean }>`
    select to_regclass('campaign_changes') is not null as known`.execute(chain.db);
  if (rows[0]?.known) {
    await sql`update campaign_changes set changed_at = ${new Date(Date.now() - 20_000)}
      where campaign_id = ${campaignId}`.execute(chain.db);
  }
  await chain.db.updateTable('campaigns').set({ updated_at: longAgo }).where('id', '=', campaignId).execute();
}

async function draft(endings: string[], settings: Parameters<Chain['create']>[0] = {}): Promise<string> {
  const id = await chain.create({ ...QUICK, ...settings });
  const leads = phonesOf(...endings).map((phone) => ({ phone }));
  await chain.call('POST', `/api/campaigns/${id}/leads`, { leads });
  return id;
}

function handleOf(campaignId: string) {
  return chain.client.workflow.getHandle(campaignWorkflowId(campaignId));
}

async function dialsOf(campaignId: string): Promise<number> {
  const rows = await chain.db
    .selectFrom('calls')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .execute();
  return rows.length;
}

async function statusOf(campaignId: string): Promise<string> {
  return (await chain.call<{ status: string }>('GET', `/api/campaigns/${campaignId}`)).body.status;
}

function outcomesOf(campaignId: string) {
  return chain.db
    .selectFrom('leads')
    .select((of) => ['outcome', of.fn.countAll<number>().as('leads')])
    .where('campaign_id', '=', campaignId)
    .groupBy('outcome')
    .orderBy('outcome')
    .execute();
}

async function waitUntil(at: Date): Promise<void> {
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(at.getTime()), WAIT);
}

async function leadsOf(campaignId: string) {
  return await chain.db
    .selectFrom('leads')
    .select(['id', 'state'])
    .where('campaign_id', '=', campaignId)
    .orderBy('id')
    .execute();
}

/** Several at a time. */
async function repeat(times: number, send: () => Promise<void>): Promise<void> {
  let left = times;
  const work = async () => {
    for (; left > 0; ) {
      left -= 1;
      await send();
    }
  };
  await Promise.all(Array.from({ length: 20 }, work));
}

async function backsOff(campaignId: string, leads = 1): Promise<void> {
  await vi.waitFor(async () => {
    const waiting = (await leadsOf(campaignId)).filter(({ state }) => state === 'backing_off');
    expect(waiting).toHaveLength(leads);
  }, WAIT);
}

describe('4: a set start', () => {
  test('whose first task comes late: the worker was down over it', async () => {
    const id = await draft(['00', '08', '00']);
    await chain.stopWorker();
    const at = new Date(Date.now() + 1_500);
    await chain.call('POST', `/api/campaigns/${id}/start`, { at: at.toISOString() });
    await waitUntil(new Date(at.getTime() + 100));
    await chain.startWorker();
    await chain.reaches(id, 'completed');
    expect(await outcomesOf(id)).toEqual([
      { outcome: 'answered', leads: 1 },
      { outcome: 'converted', leads: 2 },
    ]);
    await chain.expectInvariants();
  });

  test('whose workflow was lost before it, and is restarted by the sweep after it', async () => {
    const id = await draft(['00', '00']);
    const at = new Date(Date.now() + 1_500);
    await chain.call('POST', `/api/campaigns/${id}/start`, { at: at.toISOString() });
    await handleOf(id).terminate('lost, for the test');
    await waitUntil(at);
    await makeOld(id);
    expect(await chain.sweep()).toMatchObject({ campaignsRestarted: 1 });
    await chain.reaches(id, 'completed');
    expect(await outcomesOf(id)).toEqual([{ outcome: 'converted', leads: 2 }]);
    await chain.expectInvariants();
  });
});

describe('7: while Temporal does not answer', () => {
  test('a start that is put off is put off; "start now" then starts', async () => {
    const id = await draft(['00', '00']);
    const at = new Date(Date.now() + 2_500);
    await chain.call('POST', `/api/campaigns/${id}/start`, { at: at.toISOString() });
    const later = new Date(Date.now() + 3_600_000);
    await startCampaign(withoutTemporal(), { actor: ACTOR, campaignId: id, at: later });
    await waitUntil(new Date(at.getTime() + 2_000));
    expect([await statusOf(id), await dialsOf(id)]).toEqual(['scheduled', 0]);
    await startCampaign(withoutTemporal(), { actor: ACTOR, campaignId: id, at: undefined });
    await makeOld(id);
    await chain.sweep();
    await chain.reaches(id, 'completed');
    expect(await dialsOf(id)).toBe(2);
    await chain.expectInvariants();
  });

  test('a pause and a resumption before the set start leave it as it was', async () => {
    const id = await draft(['00']);
    const at = new Date(Date.now() + 6_000);
    await chain.call('POST', `/api/campaigns/${id}/start`, { at: at.toISOString() });
    await chain.call('POST', `/api/campaigns/${id}/pause`, {});
    await resumeCampaign(withoutTemporal(), { actor: ACTOR, campaignId: id });
    expect(await statusOf(id)).toBe('scheduled');
    await makeOld(id);
    await chain.sweep();
    await chain.reaches(id, 'completed');
    expect(Date.now()).toBeGreaterThan(at.getTime());
    await chain.expectInvariants();
  });

  test('a pause holds, and a resumption of a running campaign goes on', async () => {
    const id = await draft(['09', '09', '09', '09'], { lines: 1 });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    await vi.waitFor(async () => expect(await dialsOf(id)).toBe(1), WAIT);
    await pauseCampaign(withoutTemporal(), { actor: ACTOR, campaignId: id });
    await makeOld(id);
    await chain.sweep();
    await vi.waitFor(
      async () => expect(await handleOf(id).query('progress')).toMatchObject({ status: 'paused' }),
      WAIT,
    );
    await resumeCampaign(withoutTemporal(), { actor: ACTOR, campaignId: id });
    await makeOld(id);
    await chain.sweep();
    await chain.reaches(id, 'completed');
    await chain.expectInvariants();
  });

  test('leads that are added are called although nothing else happens', async () => {
    const id = await draft(['01'], { retryAfterSeconds: IN_AN_HOUR });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    await backsOff(id);
    const added = phonesOf('00').map((phone) => normaliseLead({ phone }));
    const leads = added.flatMap((row) => (row.ok ? [row.lead] : []));
    await addLeads(withoutTemporal(), { actor: ACTOR, campaignId: id, leads });
    await makeOld(id);
    await chain.sweep();
    await vi.waitFor(async () => expect(await dialsOf(id)).toBe(2), WAIT);
    await chain.call('POST', `/api/campaigns/${id}/stop`, {});
    await handleOf(id).result();
    await chain.expectInvariants();
  });

  test('hours that are opened are used', async () => {
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
    const inThreeDays = names[(new Date().getUTCDay() + 3) % 7] ?? 'mon';
    const none = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
    const shut = { ...ALWAYS_OPEN, days: { ...none, [inThreeDays]: [['10:00', '10:05']] } };
    const id = await draft(['00', '00'], { window: shut });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    await vi.waitFor(async () => {
      const { body } = await chain.call<{ holds: unknown[] }>('GET', `/api/campaigns/${id}/progress`);
      expect(body.holds).toEqual([{ reason: 'window', leads: 2 }]);
    }, WAIT);
    const change = { settings: { window: ALWAYS_OPEN } };
    await updateCampaign(withoutTemporal(), { actor: ACTOR, campaignId: id, change });
    await makeOld(id);
    await chain.sweep();
    await chain.reaches(id, 'completed');
    expect(await dialsOf(id)).toBe(2);
    await chain.expectInvariants();
  });
});

test('11: a campaign whose workflow was lost knows again within moments who waited for a line', async () => {
  const id = await draft([...Array<string>(4).fill('10'), '09', '09'], { lines: 1 });
  await chain.call('POST', `/api/campaigns/${id}/start`, {});
  await vi.waitFor(async () => {
    const states = (await leadsOf(id)).map(({ state }) => state);
    expect(states.filter((state) => state === 'backing_off').length).toBeGreaterThanOrEqual(2);
  }, WAIT);
  await handleOf(id).terminate('lost, for the test');
  await makeOld(id);
  expect(await chain.sweep()).toMatchObject({ campaignsRestarted: 1 });
  await chain.reaches(id, 'completed');
  await chain.expectInvariants();
}, 120_000);

describe('13: completes', () => {
  test('by the audit that frees its last line', async () => {
    const { workflows } = chain.context;
    await chain.stopWorker();
    const id = await draft(['00'], { lines: 1, maxAttempts: 1 });
    const short = JSON.stringify({ ringSeconds: 1, maxCallSeconds: 2 });
    await sql`update campaign_settings set settings = settings || ${short}::jsonb
      where campaign_id = ${id}`.execute(chain.db);
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    let lost = 0;
    chain.context.workflows = {
      ...workflows,
      lineFreed: async () => {
        lost += 1;
        return { kind: 'done', value: undefined };
      },
    };
    await chain.startWorker();
    await chain.reaches(id, 'completed');
    expect(lost).toBe(1);
    chain.context.workflows = workflows;
    await chain.expectInvariants();
  }, 90_000);

  test('when its last lead was finished by somebody who did not tell it', async () => {
    const id = await draft(['01'], { retryAfterSeconds: IN_AN_HOUR });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    await backsOff(id);
    const [lead] = await leadsOf(id);
    await chain.client.workflow.getHandle(leadWorkflowId(lead?.id ?? '')).terminate('lost, for the test');
    await chain.db
      .updateTable('leads')
      .set({ state: 'finished', outcome: 'not_retried', finished_at: new Date() })
      .where('campaign_id', '=', id)
      .execute();
    await makeOld(id);
    await chain.sweep();
    await chain.reaches(id, 'completed');
  }, 90_000);
});

describe('14: continues as new', () => {
  test('a lead that waits, and is called nevertheless', async () => {
    const id = await draft(['10'], { retryAfterSeconds: { ...IN_AN_HOUR, no_answer: 25 } });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    await backsOff(id);
    const [lead] = await leadsOf(id);
    const handle = chain.client.workflow.getHandle(leadWorkflowId(lead?.id ?? ''));
    const { runId } = await handle.describe();
    await repeat(600, () => handle.signal(optedOutSignal));
    await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(runId), WAIT);
    const { historyLength } = await chain.client.workflow
      .getHandle(leadWorkflowId(lead?.id ?? ''), runId)
      .describe();
    expect(historyLength).toBeLessThan(2_000);
    await chain.reaches(id, 'completed');
    expect(await dialsOf(id)).toBe(2);
    await chain.expectInvariants();
  }, 120_000);

  test('a lead in a call, whose end is not missed', async () => {
    const slow = await startChain({ speed: 20 });
    try {
      const id = await slow.launch(phonesOf('09'));
      const { id: leadId } = await slow.db.selectFrom('leads').select('id').executeTakeFirstOrThrow();
      const handle = slow.client.workflow.getHandle(leadWorkflowId(leadId));
      await vi.waitFor(
        async () => expect(await handle.query('state')).toMatchObject({ phase: 'call' }),
        WAIT,
      );
      const { runId } = await handle.describe();
      await repeat(600, () => handle.signal(optedOutSignal));
      await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(runId), WAIT);
      expect(slow.simulator.ledger.liveCalls).toBe(1);
      await slow.reaches(id, 'completed');
      expect(slow.simulator.ledger.dials).toHaveLength(1);
      await slow.expectInvariants();
    } finally {
      await slow.stop();
    }
  }, 120_000);

  test('a campaign that winds up, and closes with its last call', async () => {
    const id = await draft(['09', '09'], { lines: 2 });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    await vi.waitFor(async () => expect(await dialsOf(id)).toBe(2), WAIT);
    await chain.stopWorker();
    const handle = handleOf(id);
    const { runId } = await handle.describe();
    void chain.call('POST', `/api/campaigns/${id}/stop`, {});
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('stopped'), WAIT);
    // Its leads say nothing as long as they are lost, so that it goes on winding up.
    const { workflows } = chain.context;
    chain.context.workflows = { ...workflows, lineFreed: async () => ({ kind: 'done', value: undefined }) };
    await chain.startWorker();
    await vi.waitFor(
      async () => expect(await handle.query('progress')).toMatchObject({ status: 'stopping' }),
      WAIT,
    );
    for (let sent = 0; sent < 16; sent += 1) await handle.signal(lineFreedSignal, PADDING);
    // The server may count the last ones only when the next task starts, and suggests to continue no sooner.
    await vi.waitFor(
      async () => {
        await handle.signal(lineFreedSignal, { ...PADDING, leadId: 'x' });
        expect((await handle.describe()).runId).not.toBe(runId);
      },
      { ...WAIT, interval: 500 },
    );
    // A lead gives its line back when its call is concluded, not before.
    await vi.waitFor(async () => {
      const calls = await chain.db
        .selectFrom('calls')
        .select('concluded_at')
        .where('campaign_id', '=', id)
        .execute();
      expect(calls.map(({ concluded_at }) => concluded_at)).not.toContain(null);
    }, WAIT);
    chain.context.workflows = workflows;
    for (const { id: leadId } of await leadsOf(id)) {
      await handle.signal(lineFreedSignal, { leadId, line: 0, next: 'finished' });
    }
    await handle.result();
    await chain.expectInvariants();
  }, 120_000);
});

test('6: a campaign that winds up is not closed before its last call is concluded', async () => {
  const id = await draft(['09'], { lines: 1 });
  await chain.call('POST', `/api/campaigns/${id}/start`, {});
  await vi.waitFor(async () => expect(await dialsOf(id)).toBe(1), WAIT);
  await chain.stopWorker();
  void chain.call('POST', `/api/campaigns/${id}/stop`, {});
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('stopped'), WAIT);
  // As when an audit has taken the line of a lead back whose workflow was lost.
  await expect(closeCampaign(chain.context, { campaignId: id })).rejects.toThrow(/not concluded/);
  await chain.startWorker();
  await handleOf(id).result();
  const finished = await chain.db
    .selectFrom('campaigns')
    .select('finished_at')
    .where('id', '=', id)
    .execute();
  expect(finished[0]?.finished_at).not.toBeNull();
  await chain.expectInvariants();
}, 120_000);

test('a campaign and leads that an earlier version began go on in this one', async () => {
  const id = await draft(['10', '10', '01', '09', '09', '00'], {
    lines: 2,
    maxAttempts: 2,
    retryAfterSeconds: { no_answer: 3, busy: 1, failed: 1, voicemail: 1 },
  });
  await chain.stopWorker();
  const earlier = await startEarlierWorker();
  await chain.call('POST', `/api/campaigns/${id}/start`, {});
  await vi.waitFor(async () => {
    expect((await leadsOf(id)).map(({ state }) => state)).toContain('backing_off');
  }, WAIT);
  await earlier.stop();
  const { runId } = await handleOf(id).describe();
  const first = await handleOf(id).fetchHistory();
  expect(first.events?.some(({ markerRecordedEventAttributes: marker }) => marker)).toBe(false);
  await chain.startWorker();
  await chain.reaches(id, 'completed');
  expect((await handleOf(id).describe()).runId).not.toBe(runId);
  expect((await leadsOf(id)).every(({ state }) => state === 'finished')).toBe(true);
  await chain.expectInvariants();
}, 120_000);

/** As a worker from before who waits for a line was a fact of the database: no patch since then is active. */
async function startEarlierWorker(): Promise<{ stop(): Promise<void> }> {
  const connection = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue: chain.taskQueue,
    workflowBundle: { codePath: inject('workflowBundlePath') ?? '' },
    activities: createActivities(chain.context),
    patchActivationCallback: ({ patchId }: { patchId: string }) =>
      patchId !== 'lines-from-the-database' && patchId !== 'handed-over',
  });
  const done = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await done;
      await connection.close();
    },
  };
}
