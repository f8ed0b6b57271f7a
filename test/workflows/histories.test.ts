// Kept histories must replay on today's workflows. To keep today's as well:
// RECORD_HISTORIES=1 npm test -- test/workflows/histories.test.ts
// They go to a new folder, named by the date. A folder stays while its version may be running somewhere.

import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  callWorkflowId,
  campaignWorkflowId,
  deliveryWorkflowId,
  followUpWorkflowId,
  leadWorkflowId,
  messageWorkflowId,
  replyWorkflowId,
} from '#domain/ids.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { lineFreedSignal } from '#workflows/messages.ts';
import { installRuntime } from '../support/chain-parts.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import {
  asKept,
  CANARY,
  HISTORY_NAMES,
  keepHistories,
  keptHistories,
  personalIn,
  type RecordedHistory,
  readHistory,
  replay,
  textsOf,
} from '../support/history-files.ts';
import { placeCall, setOneOffCallRules } from '../support/one-off-call-rig.ts';
import { numbersEndingIn, QUICK } from '../support/people.ts';
import { connectTexts, messagesOf, textFrom } from '../support/texting-rig.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

beforeAll(() => {
  installRuntime();
});

describe('fault 15: histories that were kept', () => {
  test('cover every workflow that lasts', () => {
    const names = new Set(keptHistories.map((path) => path.split('/').at(-1)?.replace('.json', '')));
    expect([...names].sort()).toEqual(HISTORY_NAMES);
  });

  test.for(keptHistories)('%s replays', async (path) => {
    await replay(readHistory(path));
  });

  test.for(keptHistories)('%s names no person and no machine', (path) => {
    const history = readHistory(path);
    expect(personalIn(history)).toEqual([]);
    expect(textsOf(history).filter((text) => /\/(home|root|work|tmp|Users)\//.test(text))).toEqual([]);
  });
});

describe('controls', () => {
  test('a workflow that departs from its history fails', async () => {
    const path = keptHistories.find((name) => name.endsWith('lead-retried.json')) ?? '';
    const other = JSON.parse(
      JSON.stringify(readHistory(path)).replaceAll('"concludeCall"', '"concludeAttempt"'),
    ) as RecordedHistory;
    await expect(replay(other)).rejects.toThrow(DeterminismViolationError);
  });

  test('a history replayed on another workflow fails', async () => {
    const path = keptHistories.find((name) => name.endsWith('lead-one-attempt.json')) ?? '';
    const other = JSON.parse(
      JSON.stringify(readHistory(path)).replaceAll('"leadWorkflow"', '"campaignWorkflow"'),
    ) as RecordedHistory;
    await expect(replay(other)).rejects.toThrow(DeterminismViolationError);
  });

  test('a name in a payload is found', () => {
    const data = Buffer.from(JSON.stringify({ to: CANARY.name })).toString('base64');
    expect(personalIn({ events: [{ eventType: 'any', input: { payloads: [{ data }] } }] })).toHaveLength(1);
    const number = Buffer.from('"+12015550100"').toString('base64');
    expect(
      personalIn({ events: [{ eventType: 'any', input: { payloads: [{ data: number }] } }] }),
    ).toHaveLength(1);
  });
});

const IN_AN_HOUR = { no_answer: 3_600, busy: 3_600, failed: 3_600, voicemail: 3_600 };

describe('histories of today', () => {
  let chain: Chain;
  /** By name, as they would be kept. */
  const today = new Map<string, RecordedHistory>();

  beforeAll(async () => {
    chain = await startChain();
  });

  afterAll(async () => {
    await chain?.stop();
  });

  async function remember(name: string, workflowId: string): Promise<void> {
    const history = await chain.client.workflow.getHandle(workflowId).fetchHistory();
    today.set(name, asKept(history));
  }

  /** Starts a campaign whose leads' names must not be found afterwards. */
  async function launch(endings: string[], settings: Partial<CampaignSettings> = {}): Promise<string> {
    const id = await chain.create({ ...QUICK, ...settings });
    const leads = numbersEndingIn(...endings).map((phone) => ({
      phone,
      name: CANARY.name,
      email: CANARY.email,
      variables: { note: CANARY.name },
    }));
    await chain.call('POST', `/api/campaigns/${id}/leads`, { leads });
    await chain.call('POST', `/api/campaigns/${id}/start`, {});
    return id;
  }

  async function leadsOf(campaignId: string) {
    return await chain.db
      .selectFrom('leads')
      .select(['id', 'phone', 'state'])
      .where('campaign_id', '=', campaignId)
      .orderBy('phone')
      .execute();
  }

  async function backsOff(campaignId: string) {
    return await vi.waitFor(
      async () => {
        const [lead] = await leadsOf(campaignId);
        expect(lead?.state).toBe('backing_off');
        return lead;
      },
      { timeout: 20_000 },
    );
  }

  async function rememberLead(name: string, campaignId: string, ending: string): Promise<void> {
    const lead = (await leadsOf(campaignId)).find(({ phone }) => phone.endsWith(ending));
    await remember(name, leadWorkflowId(lead?.id ?? ''));
  }

  test('of a campaign, and of leads that need one call, another, and a callback', async () => {
    const id = await launch(['00', '10', '06'], { lines: 2 });
    await chain.reaches(id, 'completed');
    await chain.client.workflow.getHandle(campaignWorkflowId(id)).result();
    await remember('campaign', campaignWorkflowId(id));
    await rememberLead('lead-one-attempt', id, '00');
    await rememberLead('lead-retried', id, '10');
    await rememberLead('lead-callback', id, '06');
  });

  test('of leads whose webhook never comes, and whose dial is throttled', async () => {
    chain.simulator.setFaults({ webhookLoss: 1 });
    const polled = await launch(['08']);
    await chain.reaches(polled, 'completed');
    await rememberLead('lead-polled', polled, '08');
    chain.simulator.setFaults({ ...NO_FAULTS, dialThrottle: { next: 2 } });
    const throttled = await launch(['12']);
    await chain.reaches(throttled, 'completed');
    await rememberLead('lead-throttled', throttled, '12');
  });

  test('of a lead that opts out while it waits for its next attempt', async () => {
    const id = await launch(['01'], { retryAfterSeconds: IN_AN_HOUR });
    const lead = await backsOff(id);
    await chain.call('POST', '/api/opt-outs', { phone: lead?.phone, reason: 'asked by mail' });
    await chain.reaches(id, 'completed');
    await rememberLead('lead-closed', id, '01');
  });

  test('of a campaign that is paused, changed, resumed and stopped', async () => {
    const id = await launch(['02'], { retryAfterSeconds: IN_AN_HOUR });
    await backsOff(id);
    await chain.call('POST', `/api/campaigns/${id}/pause`, {});
    await chain.call('PATCH', `/api/campaigns/${id}`, { settings: { lines: 3 } });
    await chain.call('POST', `/api/campaigns/${id}/resume`, {});
    await chain.call('POST', `/api/campaigns/${id}/stop`, {});
    await chain.client.workflow.getHandle(campaignWorkflowId(id)).result();
    await remember('campaign-stopped', campaignWorkflowId(id));
    const accepted = today
      .get('campaign-stopped')
      ?.events.filter(({ eventType }) => eventType.endsWith('UPDATE_ACCEPTED'));
    expect(accepted).toHaveLength(4);
  });

  test('of a one-off call', async () => {
    await setOneOffCallRules(chain.db, {});
    const { status, body } = await placeCall(chain, numbersEndingIn('08')[0] ?? '');
    expect(status).toBe(202);
    await chain.client.workflow.getHandle(callWorkflowId(body.id)).result();
    await remember('call', callWorkflowId(body.id));
  });

  test('of a campaign that continues in a new run, with its lines and all of its leads', async () => {
    const id = await launch(['09', '09', '09', '09', '09', '09'], { lines: 2 });
    const handle = chain.client.workflow.getHandle(campaignWorkflowId(id));
    const { runId: firstRun } = await handle.describe();
    // Temporal suggests to continue as new at four megabytes: signals that change nothing fill this history.
    const freed = { leadId: 'x'.repeat(300_000), line: 0, next: 'backing_off' as const };
    for (let sent = 0; sent < 16; sent += 1) await handle.signal(lineFreedSignal, freed);
    await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(firstRun), {
      timeout: 20_000,
    });
    await chain.reaches(id, 'completed');
    await handle.result();
    const first = await chain.client.workflow.getHandle(campaignWorkflowId(id), firstRun).describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
    await remember('campaign-continued', campaignWorkflowId(id));
    await chain.expectInvariants();
  });

  test('of follow-ups that are due at once and later, and of a webhook that is retried', async () => {
    const crm = await startReceiver();
    crm.answer((response, nth) => response.writeHead(nth === 1 ? 503 : 204).end());
    chain.context.timeouts.deliveryDelaysMs = [0, 50];
    const hook = { url: crm.url, eventTypes: ['campaign.paused'] };
    const { id: endpointId } = (await chain.call<{ id: string }>('POST', '/api/webhooks', hook)).body;
    const id = await launch(['00'], {
      followUps: [
        { id: 'crm', on: {}, afterSeconds: 0, channel: 'webhook', endpointId },
        { id: 'later', on: {}, afterSeconds: 2, channel: 'email', subject: 'Hi', body: 'Hi, {{ name }}.' },
      ],
    });
    await chain.reaches(id, 'completed');
    const { later, crm: sent } = await vi.waitFor(
      async () => {
        const rows = await chain.db
          .selectFrom('follow_ups')
          .leftJoin('deliveries', 'deliveries.id', 'follow_ups.delivery_id')
          .select(['follow_ups.id', 'rule_id', 'follow_ups.status', 'deliveries.id as delivery_id'])
          .where('campaign_id', '=', id)
          .execute();
        expect(rows.map(({ status }) => status)).toEqual(['done', 'done']);
        return Object.fromEntries(rows.map((row) => [row.rule_id, row]));
      },
      { timeout: 20_000 },
    );
    const deliveryWorkflow = deliveryWorkflowId(sent?.delivery_id ?? '');
    await chain.client.workflow.getHandle(deliveryWorkflow).result();
    expect(crm.received).toHaveLength(2);
    await crm.stop();
    await chain.client.workflow.getHandle(followUpWorkflowId(later?.id ?? '')).result();
    await remember('follow-up-later', followUpWorkflowId(later?.id ?? ''));
    await remember('delivery-retried', deliveryWorkflow);
    await rememberLead('lead-followed-up', id, '00');
  });

  test('of a text that is answered, and of a sync of the conversations', async () => {
    connectTexts(chain);
    const id = await launch(['08'], {
      autoReply: { rules: [{ keywords: ['address'], body: `${CANARY.name} is at home.` }], agent: null },
    });
    await chain.reaches(id, 'completed');
    const [lead] = await leadsOf(id);
    await textFrom(chain, lead?.phone ?? '', `What is the address of ${CANARY.name}?`);
    const { asked, answer } = await vi.waitFor(
      async () => {
        const messages = await messagesOf(chain, `leadId=${lead?.id}`);
        const [sent] = messages.filter(({ direction }) => direction === 'outbound');
        expect(sent?.status).toMatch(/^(sent|delivered)$/);
        return { asked: sent?.inReplyTo ?? '', answer: sent?.id ?? '' };
      },
      { timeout: 20_000 },
    );
    await remember('reply', replyWorkflowId(asked));
    await chain.client.workflow.getHandle(messageWorkflowId(answer)).result();
    await remember('message-sent', messageWorkflowId(answer));
    const workflowId = 'sync/history';
    await chain.client.workflow.execute('syncWorkflow', {
      workflowId,
      taskQueue: chain.taskQueue,
      args: [{ since: null }],
    });
    await remember('sync', workflowId);
  });

  test('replay, and name no person', async () => {
    expect([...today.keys()].sort()).toEqual(HISTORY_NAMES);
    for (const [name, history] of today) {
      await replay(history);
      expect(personalIn(history), name).toEqual([]);
    }
    if (process.env.RECORD_HISTORIES) keepHistories(today);
  }, 120_000);
});
