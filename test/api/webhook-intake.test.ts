import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createIntake, storeAndMerge, type VerifiedEvent } from '#services/provider-events/receive.ts';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';
import { WITHIN } from '../support/within.ts';

interface Dialled {
  leadId: string;
  callId: string;
  conversationId: string;
}

let api: ApiRig;
let notified: string[] = [];
let campaigns = 0;

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows({
    callEnded: async (_lead, call) => {
      notified.push(call);
      return { kind: 'done', value: undefined };
    },
  });
});
afterAll(() => api.stop());

/** Calls under way, of two campaigns. */
async function dial(count: number): Promise<Dialled[]> {
  notified = [];
  const calls: Dialled[] = [];
  for (const half of [0, 1]) {
    campaigns += 1;
    const { id } = (await api.call('POST', '/api/campaigns', { body: { name: `Campaign ${campaigns}` } }))
      .body;
    const leads = Array.from({ length: count / 2 }, (_, index) => ({
      phone: `+1${200 + campaigns}55501${String(index).padStart(2, '0')}`,
    }));
    await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
    const { items } = (await api.call('GET', `/api/campaigns/${id}/leads?limit=200`)).body;
    for (const { id: leadId } of items as { id: string }[]) {
      const conversationId = `conv_${half}_${leadId}`;
      const callId = await insertCall(api.context.db, leadId, {
        conversation_id: conversationId,
        status: 'in_progress',
      });
      calls.push({ leadId, callId, conversationId });
    }
  }
  expect(calls).toHaveLength(count);
  return calls;
}

function bodyOf({ conversationId, callId }: Dialled, seconds = 60): string {
  return JSON.stringify({
    type: 'post_call_transcription',
    data: {
      agent_id: 'agent_default',
      conversation_id: conversationId,
      status: 'done',
      transcript: [{ role: 'user', message: 'Yes please.', time_in_call_secs: 3 }],
      metadata: {
        start_time_unix_secs: 1_772_000_000,
        accepted_time_unix_secs: 1_772_000_005,
        call_duration_secs: seconds,
        cost: 500,
        phone_call: { type: 'twilio', direction: 'outbound', call_result: 'answered' },
      },
      analysis: { call_successful: 'success', transcript_summary: `Of ${callId}.` },
      conversation_initiation_client_data: { dynamic_variables: { attempt_id: callId } },
    },
  });
}

const send = (raw: string) =>
  api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw,
    headers: {
      'content-type': 'application/json',
      'elevenlabs-signature': signElevenLabs(raw, WEBHOOK_SECRET, new Date()),
    },
  });

const verifiedEvent = (raw: string): VerifiedEvent => ({
  key: raw,
  event: api.context.voice.parseEvent(JSON.parse(raw)),
});

test('webhooks that come at the same time are merged each into its own call, and every workflow is notified', async () => {
  const calls = await dial(60);
  const answers = await Promise.all(calls.map((call) => send(bodyOf(call))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const rows = await api.context.db
    .selectFrom('calls')
    .innerJoin('call_details', 'call_id', 'id')
    .select([
      'id',
      'reach',
      'status',
      'summary',
      'converted',
      'score',
      'cost_cents',
      'conversion_reason',
      'transcript',
    ])
    .where(
      'id',
      'in',
      calls.map(({ callId }) => callId),
    )
    .execute();
  expect(rows).toHaveLength(60);
  for (const row of rows) {
    expect(row).toMatchObject({
      status: 'ended',
      reach: 'answered',
      summary: `Of ${row.id}.`,
      converted: true,
      score: expect.any(Number),
      cost_cents: 10,
      conversion_reason: { rule: 'call_successful' },
      transcript: [{ role: 'user', text: 'Yes please.' }],
    });
  }
  const ids = calls.map(({ callId }) => callId).sort();
  await vi.waitFor(() => expect(notified.toSorted()).toEqual(ids), WITHIN);
  await vi.waitFor(async () => expect(await notNotified()).toBe(0), WITHIN);
  const log = await api.context.db
    .selectFrom('events')
    .select('call_id')
    .where('type', '=', 'call.ended')
    .execute();
  expect(log.map(({ call_id }) => call_id).sort()).toEqual(ids);
});

async function notNotified(): Promise<number> {
  const rows = await api.context.db
    .selectFrom('webhook_events')
    .select('id')
    .where('signalled_at', 'is', null)
    .execute();
  return rows.length;
}

test('two of one call, and one of none, are merged in a batch as they are one by one', async () => {
  const [call, other] = await dial(2);
  if (call === undefined || other === undefined) throw new Error('There are no calls.');
  const unknown = { ...other, conversationId: 'conv_of_nobody', callId: 'nothing.1' };
  const bodies = [bodyOf(call), bodyOf(call, 90), bodyOf(unknown), bodyOf(other)];
  const received = await storeAndMerge(api.context, bodies.map(verifiedEvent));
  expect(received.map(({ ended }) => ended?.callId ?? null)).toEqual([
    call.callId,
    call.callId,
    null,
    other.callId,
  ]);
  const { talk_seconds } = await api.context.db
    .selectFrom('calls')
    .select('talk_seconds')
    .where('id', '=', call.callId)
    .executeTakeFirstOrThrow();
  expect(talk_seconds).toBe(90);
  const { body: attention } = await api.call('GET', '/api/attention');
  expect(attention.items).toMatchObject([{ kind: 'unmatched_webhook' }]);
  // Sent again when its call is known: nobody need look for it any more.
  const { conversationId } = unknown;
  await api.context.db
    .updateTable('calls')
    .set({ conversation_id: conversationId })
    .where('id', '=', await insertCall(api.context.db, other.leadId, { attempt: 2 }))
    .execute();
  const again = await storeAndMerge(api.context, [verifiedEvent(bodyOf(unknown))]);
  expect(again.map(({ ended }) => ended?.callId)).toEqual([`${other.leadId}.2`]);
  expect((await api.call('GET', '/api/attention')).body.items).toEqual([]);
});

test('one that cannot be stored fails alone', async () => {
  const calls = await dial(6);
  const intake = createIntake(api.context);
  const results = await Promise.allSettled(
    calls.map((call, nth) => {
      const verified = verifiedEvent(bodyOf(call));
      // PostgreSQL takes no NUL in a text.
      if (nth === 3) verified.event.type = 'broken\0';
      return intake.receive(verified);
    }),
  );
  expect(results.map(({ status }) => status)).toEqual(
    calls.map((_, nth) => (nth === 3 ? 'rejected' : 'fulfilled')),
  );
  const { body } = await api.call('GET', `/api/calls/${calls[3]?.callId}`);
  expect(body.status).toBe('in_progress');
});

test('a full queue refuses the next webhook until later, and takes in those that wait', async () => {
  const calls = await dial(6);
  const intake = createIntake(api.context, { longestQueue: 3 });
  const { body } = await api.call('GET', `/api/calls/${calls[5]?.callId}`);
  let results: Promise<PromiseSettledResult<unknown>[]> | undefined;
  await api.context.db.transaction().execute(async (tx) => {
    // Two are under way and stand before the lock, three wait.
    await sql`lock table webhook_events in access exclusive mode`.execute(tx);
    results = Promise.allSettled(calls.map((call) => intake.receive(verifiedEvent(bodyOf(call)))));
    await expect(intake.receive(verifiedEvent(bodyOf(calls[5] as Dialled)))).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfterSeconds: 10,
    });
  });
  expect((await results)?.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 5 }, () => 'fulfilled'),
    'rejected',
  ]);
  expect((await api.call('GET', `/api/calls/${calls[5]?.callId}`)).body.status).toBe(body.status);
  // There is room again.
  await intake.receive(verifiedEvent(bodyOf(calls[5] as Dialled)));
  expect((await api.call('GET', `/api/calls/${calls[5]?.callId}`)).body.status).toBe('ended');
});
