import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { markMerged, storeProviderEvent } from '#db/queries/provider-events.ts';
import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { mergeFacts } from '#services/calls/merge-facts.ts';
import { announceChange, noteChange } from '#services/campaigns/changes.ts';
import { type Chain, SECRET, startChain } from '../support/chain-rig.ts';
import { createPhoneBook } from '../support/people.ts';

const LONG_AGO_MS = 300_000;

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  // Nothing but the sweep is to help in time.
  chain = await startChain({ timeouts: { pollAfterMs: 600_000, callMarginMs: 200 } });
});

afterAll(async () => {
  await chain?.stop();
});

afterEach(() => {
  chain.simulator.setWebhook({ url: `${chain.url}/webhooks/elevenlabs`, secret: SECRET });
});

/** Resolves when calls are under way. */
async function calling(calls: number): Promise<void> {
  await vi.waitFor(() => expect(chain.simulator.ledger.liveCalls).toBeGreaterThanOrEqual(calls), {
    timeout: 20_000,
    interval: 10,
  });
}

async function makeOld(table: 'campaigns' | 'leads', campaignId: string): Promise<void> {
  const updated_at = new Date(Date.now() - LONG_AGO_MS);
  if (table === 'campaigns') {
    await chain.db.updateTable('campaigns').set({ updated_at }).where('id', '=', campaignId).execute();
  } else {
    await chain.db
      .updateTable('leads')
      .set({ updated_at, not_before: updated_at })
      .where('campaign_id', '=', campaignId)
      .execute();
  }
}

/** All that the API does with a webhook, except that it does not notify the lead: as when it died in between. */
async function receiveWithoutNotifying(conversationId: string): Promise<void> {
  const facts = await chain.context.voice.getConversation(conversationId);
  if (facts === null) throw new Error(`The phone network knows no ${conversationId}.`);
  await inTransaction(chain.db, async (tx) => {
    const event = { dedupKey: conversationId, type: 'post_call_transcription', conversationId, payload: {} };
    const stored = await storeProviderEvent(tx, {
      provider: 'elevenlabs',
      ...event,
      now: new Date(Date.now() - LONG_AGO_MS),
    });
    const now = new Date();
    const merged = await mergeFacts(tx, { facts, source: 'webhook', now });
    await markMerged(tx, [{ id: stored.id, callId: merged?.callId ?? null, notified: false }], now);
  });
}

async function progressOf(campaignId: string): Promise<string> {
  const { body } = await chain.call<{ status: string }>('GET', `/api/campaigns/${campaignId}/progress`);
  return body.status;
}

function dialsOf(campaignId: string) {
  return chain.db
    .selectFrom('calls')
    .select(['id', 'conversation_id'])
    .where('campaign_id', '=', campaignId)
    .execute();
}

test('with nothing to mend it does nothing', async () => {
  const { failures, ...counts } = await chain.sweep();
  expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  expect(failures).toEqual([]);
});

test('fault 9: a webhook that was stored, and of which the lead was not notified', async () => {
  chain.simulator.setWebhook(null);
  const id = await chain.launch(phonesOf('00', '08'));
  const conversations = await vi.waitFor(
    async () => {
      const { ledger } = chain.simulator;
      const ids = (await dialsOf(id)).map((call) => call.conversation_id);
      const ended = ledger.dials.filter(
        ({ conversationId: of, reach }) => reach !== null && ids.includes(of),
      );
      expect(ended).toHaveLength(2);
      const facts = await Promise.all(ids.map((of) => chain.context.voice.getConversation(of ?? '')));
      expect(facts.map((fact) => fact?.status)).toEqual(['ended', 'ended']);
      return ids;
    },
    { timeout: 20_000 },
  );
  for (const conversationId of conversations) await receiveWithoutNotifying(conversationId ?? '');
  expect(await chain.sweep()).toMatchObject({ webhooksDelivered: 2 });
  await chain.reaches(id, 'completed');
  expect(await chain.sweep()).toMatchObject({ webhooksDelivered: 0 });
  await chain.expectInvariants();
});

test('a campaign that the database has at work and Temporal has not', async () => {
  const id = await chain.launch(phonesOf(...Array<string>(12).fill('09')), { lines: 4 });
  await calling(4);
  await chain.client.workflow.getHandle(campaignWorkflowId(id)).terminate('lost, for the test');
  await makeOld('campaigns', id);
  expect(await chain.sweep()).toMatchObject({ campaignsRestarted: 1 });
  await chain.reaches(id, 'completed');
  expect(await dialsOf(id)).toHaveLength(12);
  await chain.expectInvariants();
});

test('a lead in a call, whose workflow was lost: finished without a second dial', async () => {
  const id = await chain.launch(phonesOf('09', '09'));
  await calling(2);
  const leads = await chain.db.selectFrom('leads').select('id').where('campaign_id', '=', id).execute();
  for (const lead of leads) {
    await chain.client.workflow.getHandle(leadWorkflowId(lead.id)).terminate('lost, for the test');
  }
  // Not silent for long enough: its workflow may be about to be started.
  expect(await chain.sweep()).toMatchObject({ leadsRestarted: 0 });
  await makeOld('leads', id);
  expect(await chain.sweep()).toMatchObject({ leadsRestarted: 2 });
  await chain.reaches(id, 'completed');
  const calls = (await dialsOf(id)).map((call) => call.id);
  expect(calls).toHaveLength(2);
  expect(
    chain.simulator.ledger.dials.filter(({ attemptId }) => calls.includes(attemptId ?? '')),
  ).toHaveLength(2);
  await chain.expectInvariants();
});

test('a lead between two attempts, whose workflow was lost: it makes the next one', async () => {
  const id = await chain.launch(phonesOf('10'), {
    retryAfterSeconds: { no_answer: 3_600, busy: 1, failed: 1, voicemail: 1 },
  });
  const lead = await vi.waitFor(
    async () => {
      const row = await chain.db
        .selectFrom('leads')
        .select(['id', 'state'])
        .where('campaign_id', '=', id)
        .executeTakeFirstOrThrow();
      expect(row.state).toBe('backing_off');
      return row;
    },
    { timeout: 20_000 },
  );
  await chain.client.workflow.getHandle(leadWorkflowId(lead.id)).terminate('lost, for the test');
  // Nobody looks after it until it is due: then its campaign, with its line.
  await makeOld('leads', id);
  expect(await chain.sweep()).toMatchObject({ leadsRestarted: 0 });
  await inTransaction(chain.db, (tx) => noteChange(tx, id));
  await announceChange(chain.context, id);
  await chain.reaches(id, 'completed');
  expect(await dialsOf(id)).toHaveLength(2);
  await chain.expectInvariants();
});

test('a pause, a resumption and a stop of which the workflow was not notified', async () => {
  const id = await chain.launch(phonesOf(...Array<string>(6).fill('09')), { lines: 1 });
  await calling(1);
  const set = async (status: 'paused' | 'running' | 'stopped') => {
    const longAgo = new Date(Date.now() - LONG_AGO_MS);
    await inTransaction(chain.db, async (tx) => {
      await tx.updateTable('campaigns').set({ status, updated_at: longAgo }).where('id', '=', id).execute();
      await noteChange(tx, id);
      const recently = new Date(Date.now() - 20_000);
      await tx
        .updateTable('campaign_changes')
        .set({ changed_at: recently })
        .where('campaign_id', '=', id)
        .execute();
    });
  };
  const statusOfWorkflow = () =>
    chain.client.workflow.getHandle(campaignWorkflowId(id)).query<{ status: string }>('progress');
  const becomes = (status: string) =>
    vi.waitFor(async () => expect(await statusOfWorkflow()).toMatchObject({ status }), { timeout: 30_000 });
  await becomes('running');
  await set('paused');
  await chain.sweep();
  await becomes('paused');
  await set('running');
  await chain.sweep();
  await becomes('running');
  await chain.call('POST', `/api/campaigns/${id}/pause`, {});
  await set('stopped');
  await chain.sweep();
  await vi.waitFor(
    async () => {
      const { finished_at } = await chain.db
        .selectFrom('campaigns')
        .select('finished_at')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      expect(finished_at).not.toBeNull();
    },
    { timeout: 20_000 },
  );
  expect(await progressOf(id)).not.toBe('running');
  await chain.expectInvariants();
});

test('lines that nobody gave back are taken back by the campaign itself', async () => {
  const { workflows } = chain.context;
  await chain.stopWorker();
  const id = await chain.launch(phonesOf(...Array<string>(8).fill('00')), { lines: 3, maxAttempts: 1 });
  // Shorter than a person may set, so that a line is overdue within seconds.
  const short = JSON.stringify({ ringSeconds: 1, maxCallSeconds: 2 });
  await chain.db
    .updateTable('campaign_settings')
    .set({ settings: sql`settings || ${short}::jsonb` } as never)
    .where('campaign_id', '=', id)
    .execute();
  let lost = 0;
  chain.context.workflows = {
    ...workflows,
    lineFreed: async (campaignId, freed) => {
      if (lost === 3) return await workflows.lineFreed(campaignId, freed);
      lost += 1;
      return { kind: 'done', value: undefined };
    },
  };
  await chain.startWorker();
  await chain.reaches(id, 'completed');
  expect(lost).toBe(3);
  expect(await dialsOf(id)).toHaveLength(8);
  await chain.expectInvariants();
}, 60_000);
