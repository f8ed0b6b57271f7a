import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

const RUNS = 60;

let api: ApiRig;
let leadId: string;
let attempt = 0;

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  const body = { name: 'Drift', phoneNumberIds: ['pn_1'] };
  const { id } = (await api.call('POST', '/api/campaigns', { body })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: [{ phone: '+14155550117' }] } });
  leadId = (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id;
});
afterAll(() => api.stop());

type Fields = Record<string, unknown>;

function conversation(id: string): Fields {
  return {
    agent_id: 'agent_default',
    conversation_id: id,
    status: 'done',
    transcript: [
      { role: 'agent', message: 'Hello, this is an AI.', time_in_call_secs: 0 },
      { role: 'user', message: 'Yes please.', time_in_call_secs: 3 },
    ],
    metadata: {
      start_time_unix_secs: 1_772_000_000,
      accepted_time_unix_secs: 1_772_000_005,
      call_duration_secs: 60,
      cost: 500,
      termination_reason: 'end_call tool was called',
      phone_call: { direction: 'outbound', call_result: 'answered', external_number: '+14155550117' },
    },
    analysis: {
      call_successful: 'success',
      transcript_summary: 'Went well.',
      data_collection_results: { interested: { value: true } },
      evaluation_criteria_results: { polite: { criteria_id: 'polite', result: 'success' } },
    },
    has_audio: true,
  };
}

/** Where a field may drift: all but the id, without which nothing can be said. */
const PATHS = [
  ['agent_id'],
  ['status'],
  ['transcript'],
  ['metadata'],
  ['metadata', 'start_time_unix_secs'],
  ['metadata', 'accepted_time_unix_secs'],
  ['metadata', 'call_duration_secs'],
  ['metadata', 'cost'],
  ['metadata', 'termination_reason'],
  ['metadata', 'phone_call'],
  ['metadata', 'phone_call', 'call_result'],
  ['metadata', 'phone_call', 'external_number'],
  ['analysis'],
  ['analysis', 'call_successful'],
  ['analysis', 'transcript_summary'],
  ['analysis', 'data_collection_results'],
  ['analysis', 'evaluation_criteria_results'],
  ['has_audio'],
] as const;

const drift = fc.record({
  path: fc.constantFrom(...PATHS),
  // Any text there is, NUL and lone surrogates among it.
  kind: fc.oneof(
    fc.constant({ name: 'missing' as const }),
    fc.constant({ name: 'null' as const }),
    fc.record({ name: fc.constant('renamed' as const), to: fc.string({ minLength: 1, unit: 'binary' }) }),
    fc.record({ name: fc.constant('replaced' as const), by: fc.jsonValue({ stringUnit: 'binary' }) }),
    fc.record({ name: fc.constant('extra' as const), value: fc.jsonValue({ stringUnit: 'binary' }) }),
  ),
});
type Drift = typeof drift extends fc.Arbitrary<infer T> ? T : never;

function apply(payload: Fields, { path, kind }: Drift): void {
  let parent: unknown = payload;
  for (const step of path.slice(0, -1)) parent = (parent as Fields | null | undefined)?.[step];
  if (typeof parent !== 'object' || parent === null) return;
  const fields = parent as Fields;
  const name = path.at(-1) ?? '';
  switch (kind.name) {
    case 'missing':
      delete fields[name];
      return;
    case 'null':
      fields[name] = null;
      return;
    case 'renamed':
      // A name that has another meaning is no new one.
      fields[`x_${kind.to}`] = fields[name];
      delete fields[name];
      return;
    case 'replaced':
      fields[name] = kind.by;
      return;
    case 'extra':
      fields[`${name}_more`] = kind.value;
      return;
  }
}

async function send(data: Fields) {
  const raw = JSON.stringify({ type: 'post_call_transcription', event_timestamp: 1_772_000_000, data });
  return await api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw,
    headers: {
      'content-type': 'application/json',
      'elevenlabs-signature': signElevenLabs(raw, WEBHOOK_SECRET, new Date()),
    },
  });
}

test('a webhook whose fields are missing, null, renamed, of another kind or new is taken, and ends its call', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${seed}`);
  const check = fc.asyncProperty(fc.array(drift, { minLength: 1, maxLength: 5 }), async (drifts) => {
    attempt += 1;
    const id = `conv_drift_${attempt}`;
    const callId = await insertCall(api.context.db, leadId, {
      attempt,
      conversation_id: id,
      status: 'ringing',
    });
    const data = conversation(id);
    for (const one of drifts) apply(data, one);
    expect((await send(data)).status).toBe(200);
    const drifted = (await api.call('GET', `/api/calls/${callId}`)).body;
    // Where nothing is left to show the reach, polling has to; otherwise the call is over.
    expect(drifted.status).toBe(drifted.reach === null ? 'in_progress' : 'ended');
    // The whole payload, later: nothing that was known is lost, and the call stays as far as it got.
    expect((await send(conversation(id))).status).toBe(200);
    const whole = (await api.call('GET', `/api/calls/${callId}`)).body;
    expect(whole).toMatchObject({ status: 'ended', reach: drifted.reach ?? 'answered' });
    for (const field of [
      'summary',
      'terminationReason',
      'talkSeconds',
      'costCents',
      'answeredAt',
      'endedAt',
    ]) {
      if (drifted[field] !== null) expect(whole[field]).not.toBeNull();
    }
  });
  await fc.assert(check, { seed, numRuns: RUNS });
}, 120_000);
