import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { campaignWorkflowId } from '#domain/ids.ts';
import { lineFreedSignal } from '#workflows/messages.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { QUICK } from '../support/people.ts';

const WAIT = { timeout: 60_000, interval: 50 };
const LEADS = 42_000;
/** Temporal suggests to continue as new at four megabytes: signals that change nothing fill a history. */
const PADDING = { leadId: 'x'.repeat(300_000), line: -1, next: 'backing_off' } as const;

let chain: Chain;

beforeAll(async () => {
  chain = await startChain();
});

afterAll(async () => {
  await chain?.stop();
});

test('10: with 42,000 leads that fall due together, what a campaign carries is small and it goes on dialling', async () => {
  const id = await chain.create({ ...QUICK, lines: 5, maxAttempts: 1 });
  await sql`
    insert into contacts (phone) select '+15552' || lpad(n::text, 6, '0') from generate_series(1, ${LEADS}) as n
    on conflict do nothing`.execute(chain.db);
  await sql`
    insert into leads (id, campaign_id, phone, zones, variables, state, not_before, hold_rule)
    select gen_random_uuid(), ${id}, '+15552' || lpad(n::text, 6, '0'), '{America/New_York}', '{}', 'backing_off',
      now() - interval '1 minute', 'retry' from generate_series(1, ${LEADS}) as n`.execute(chain.db);
  await chain.call('POST', `/api/campaigns/${id}/start`, {});
  const handle = chain.client.workflow.getHandle(campaignWorkflowId(id));
  const dialled = () => chain.simulator.ledger.dials.length;
  await vi.waitFor(() => expect(dialled()).toBeGreaterThan(10), WAIT);
  const { runId } = await handle.describe();
  for (let sent = 0; sent < 16; sent += 1) await handle.signal(lineFreedSignal, PADDING);
  await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(runId), WAIT);
  const before = dialled();
  await vi.waitFor(() => expect(dialled()).toBeGreaterThan(before + 10), WAIT);
  const { history } = await chain.client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: 'default',
    execution: { workflowId: campaignWorkflowId(id), runId },
    maximumPageSize: 1,
  });
  const carried =
    history?.events?.[0]?.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads?.[0]?.data;
  expect(carried?.length).toBeGreaterThan(100);
  expect(carried?.length).toBeLessThan(5_000);
  // Some events a call, and none for the leads that wait.
  const { historyLength } = await chain.client.workflow.getHandle(campaignWorkflowId(id), runId).describe();
  expect(historyLength).toBeLessThan(16 + 40 * before);
  await chain.call('POST', `/api/campaigns/${id}/pause`, {});
  await vi.waitFor(async () => {
    const live = await chain.db.selectFrom('calls').select('id').where('status', '!=', 'ended').execute();
    expect(live).toEqual([]);
    const onTheWay = await chain.db
      .selectFrom('leads')
      .select('id')
      .where('state', 'in', ['queued', 'calling'])
      .execute();
    expect(onTheWay).toEqual([]);
  }, WAIT);
  await chain.expectInvariants();
}, 240_000);
