import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptId } from '#domain/ids.ts';
import { normaliseConversation } from '#providers/elevenlabs/normalise.ts';
import type { Carrier, CarrierCall, CarrierCallStatus, DialAnswer } from '#providers/ports.ts';
import { concludeLeadCall } from '#services/calls/conclude.ts';
import { placeLeadCall } from '#services/calls/place-lead.ts';
import { pollCall } from '#services/calls/poll.ts';
import { mergeFetched } from '#services/calls/record.ts';
import type { Context } from '#services/context.ts';
import { RetryLater } from '#services/errors.ts';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';
import {
  AGENT_NUMBER,
  type CallIds,
  DIALLED_AT,
  ENDED_AT,
  STARTED_SECONDS,
  STORIES,
  type Story,
} from '../support/fact-stories.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';

/** Where facts about a call come from: the dial's answer, the provider's webhook, polling the provider, the carrier's status. */
const SOURCES = ['answer', 'webhook', 'poll', 'status'] as const;
type Source = (typeof SOURCES)[number];

const REPORTED_AT = new Date('2026-03-02T17:05:00Z');

let api: ApiRig;
let played = 0;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
});
afterAll(() => api.stop());

/** Plays one call in a campaign of its own, its facts reported in this order, and returns the final state. */
async function play(story: Story, order: readonly Source[]) {
  played += 1;
  const [phone = ''] = phonesOf(String(played % 100).padStart(2, '0'));
  const { campaignId, leadId } = await startCampaign(phone);
  const call: CallIds = {
    attempt: attemptId(leadId, 1),
    conversation: `conv_${played}`,
    sid: `CA${played}`,
    phone,
  };
  const attempt = beginAttempt(story, { campaignId, leadId, attempt: 1, line: 1 }, call);
  await attempt.dialled;
  api.setNow(REPORTED_AT);
  for (const source of order) {
    await attempt.report(source);
    await attempt.goOn();
  }
  const state = await finalState(campaignId);
  const { events: _events, calls: rows, ...lasting } = state;
  const kept = { ...lasting, calls: rows.map((row) => without(row, 'next_step')) };
  return anonymous(story.learntLate ? kept : state, {
    [campaignId]: 'CAMPAIGN',
    [leadId]: 'LEAD',
    [call.conversation]: 'CONVERSATION',
    [call.sid]: 'SID',
    [phone]: 'PHONE',
  });
}

async function startCampaign(phone: string): Promise<{ campaignId: string; leadId: string }> {
  api.setNow(DIALLED_AT);
  const settings = { ...QUICK, voicemail: 'retry' };
  const body = { name: 'Orders', phoneNumberIds: ['pn_1'], settings };
  const created = await api.call('POST', '/api/campaigns', { body });
  const campaignId = created.body.id as string;
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads: [{ phone }] } });
  expect((await api.call('POST', `/api/campaigns/${campaignId}/start`, { body: {} })).status).toBe(202);
  const { items } = (await api.call('GET', `/api/campaigns/${campaignId}/leads`)).body;
  return { campaignId, leadId: items[0].id };
}

/** The lead's workflow without Temporal: it places the call, waits for its end, and concludes. */
function beginAttempt(
  story: Story,
  ref: { campaignId: string; leadId: string; attempt: number; line: number },
  call: CallIds,
) {
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<DialAnswer>();
  const shown: { conversation: unknown; carrier: CarrierCall } = {
    conversation: null,
    carrier: carrierCall(call, 'queued'),
  };
  const { centsPerCredit } = api.context.config.elevenLabs;
  const read = () => normaliseConversation(shown.conversation, { centsPerCredit });
  const context: Context = {
    ...api.context,
    voice: {
      ...api.context.voice,
      prepareDial: async (agentId) => ({
        agentId,
        send() {
          asked.resolve();
          return answered.promise;
        },
      }),
      getConversation: async () => read(),
      listConversations: async () => ({ items: [{ ...read(), durationSeconds: null }], nextCursor: null }),
    },
    carrier: {
      getCall: async () => shown.carrier,
      findCalls: async () => [shown.carrier],
    } as Partial<Carrier> as Carrier,
    timeouts: {
      dialTimeoutMs: 30_000,
      pollAfterMs: 90_000,
      pollEveryMs: 30_000,
      reconcileForMs: 180_000,
      callMarginMs: 60_000,
    },
  };
  const place = () => placeLeadCall(context, { ...ref, turns: new Map() });
  const placing = place();
  const isEnded = async () => {
    const { status } = await api.context.db
      .selectFrom('calls')
      .select('status')
      .where('id', '=', call.attempt)
      .executeTakeFirstOrThrow();
    return status === 'ended';
  };
  let placed = false;

  const poll = async (conversationShown: unknown, status: CarrierCallStatus) => {
    shown.conversation = conversationShown;
    shown.carrier = carrierCall(call, status);
    // A poll that began before the end was reported: what it has read is merged all the same.
    if (await isEnded()) return void (await mergeFetched(context, read(), 'poll'));
    try {
      await pollCall(context, { callId: call.attempt });
    } catch (error) {
      if (!(error instanceof RetryLater && error.type === 'NotEnded')) throw error;
    }
  };
  const sources: Record<Source, () => Promise<void>> = {
    async answer() {
      answered.resolve({ kind: 'placed', conversationId: call.conversation, callSid: call.sid });
      // The second time, it is the activity that runs again after its worker was lost.
      await (placed ? place() : placing);
      placed = true;
    },
    webhook: () => deliver(story.webhook(call)),
    poll: () => poll(story.read(call), 'completed'),
    status: () => poll(story.readEarly(call), story.carrier),
  };
  return {
    dialled: asked.promise,
    report: (source: Source) => sources[source](),
    /** What the workflow does as soon as it can: it waits for the dial's answer, then for the end. */
    async goOn() {
      if (!placed || !(await isEnded())) return;
      const { campaignId, leadId, line } = ref;
      await concludeLeadCall(context, { campaignId, leadId, line, callId: call.attempt });
    },
  };
}

function carrierCall({ sid, phone }: CallIds, status: CarrierCallStatus): CarrierCall {
  return {
    callSid: sid,
    status,
    to: phone,
    from: AGENT_NUMBER,
    startedAt: new Date(STARTED_SECONDS * 1_000),
    endedAt: ENDED_AT,
    durationSeconds: null,
    answeredBy: null,
  };
}

async function deliver(event: { type: string; data: unknown }): Promise<void> {
  const raw = JSON.stringify({ ...event, event_timestamp: STARTED_SECONDS + 60 });
  const { status } = await api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw,
    headers: {
      'content-type': 'application/json',
      'elevenlabs-signature': signElevenLabs(raw, WEBHOOK_SECRET, await api.context.now()),
    },
  });
  expect(status).toBe(200);
}

/** Steps on the way, which are left out when the end is reported first. */
const ON_THE_WAY = new Set(['call.placed', 'call.updated']);

/** All that is known of a campaign with one call, but for which source was first, how often it reported, and when that was stored. */
async function finalState(campaignId: string) {
  const { db } = api.context;
  const of = (table: 'calls' | 'leads' | 'call_totals' | 'call_breakdowns' | 'follow_ups') =>
    db.selectFrom(table).selectAll().where('campaign_id', '=', campaignId).execute();
  const [calls, leads, totals, breakdowns, followUps] = await Promise.all([
    of('calls'),
    of('leads'),
    of('call_totals'),
    of('call_breakdowns'),
    of('follow_ups'),
  ]);
  const callIds = calls.map(({ id }) => String(id));
  const details = await db.selectFrom('call_details').selectAll().where('call_id', 'in', callIds).execute();
  const events = await db
    .selectFrom('events')
    .select(['type', 'lead_id', 'call_id', 'data'])
    .where('campaign_id', '=', campaignId)
    .orderBy('id')
    .execute();
  const webhooks = await db
    .selectFrom('webhook_events')
    .select(['type', 'call_id', 'merged_at', 'signalled_at'])
    .where('call_id', 'in', callIds)
    .execute();
  const attention = await db
    .selectFrom('attention')
    .select(['kind', 'subject', 'detail'])
    .where('settled_at', 'is', null)
    .execute();
  const byText = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
  return {
    calls: calls.map((row) => without(row, 'source', 'decision_id')),
    details: details.map((row) => without(row, 'updated_at')),
    leads: leads.map((row) => without(row, 'created_at')),
    totals,
    // What was counted for once and no longer is leaves a row of zeros.
    breakdowns: breakdowns.filter((row) => 'dimension' in row && row.calls !== 0).sort(byText),
    followUps,
    events: events
      .filter(({ type }) => !ON_THE_WAY.has(type))
      .map((event) => ({ ...event, data: without(event.data, 'source', 'decisionId') })),
    webhooks,
    attention,
  };
}

function without(row: object, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

/** The same with words in the place of the ids, which no two calls share. */
function anonymous(state: unknown, words: Record<string, string>): unknown {
  let text = JSON.stringify(state);
  for (const [id, word] of Object.entries(words)) text = text.replaceAll(id, word);
  return JSON.parse(text);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

describe('fault 5: dial answer, webhook, poll and status in every order', () => {
  const orders = permutations(SOURCES);

  test('there are 24 orders', () => {
    expect(new Set(orders.map((order) => order.join())).size).toBe(24);
  });

  test.each(Object.entries(STORIES))('%s: one final state', { timeout: 120_000 }, async (_name, story) => {
    const expected = await play(story, SOURCES);
    expect(expected).toMatchObject({ calls: [{ status: 'ended' }], attention: [], totals: [{ calls: 1 }] });
    for (const order of orders) {
      expect(await play(story, order), order.join(', ')).toEqual(expected);
      const repeated = [...order.flatMap((source) => [source, source]), ...order.toReversed()];
      expect(await play(story, repeated), `${order.join(', ')}: twice, and all again`).toEqual(expected);
    }
  });
});
