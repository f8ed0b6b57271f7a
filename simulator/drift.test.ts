import { expect, test } from 'vitest';
import { driftPayload } from './drift.ts';
import { seededRandom } from './random.ts';
import type { JsonObject } from './talks.ts';

function payload(): JsonObject {
  return {
    conversation_id: 'conv_1',
    status: 'done',
    user_id: 'lead.1',
    has_user_audio: true,
    has_response_audio: true,
    transcript: [{ role: 'user', message: 'Yes.', time_in_call_secs: 3, tool_results: [] }],
    metadata: {
      cost: 70,
      phone_call: { call_result: 'answered', stream_sid: 'MZ1', call_sid: 'CA1' },
    },
    analysis: {
      call_successful: 'success',
      transcript_summary: 'Said yes.',
      call_summary_title: 'Yes',
      data_collection_results: { interested: { value: true } },
      evaluation_criteria_results: {},
    },
  };
}

test('drift always changes something, varies by call, and keeps the outcome', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    const drifted = driftPayload(payload(), seededRandom('drift', seed));
    seen.add(JSON.stringify(drifted));
    expect(drifted, `seed ${seed}`).not.toEqual(payload());
    expect(drifted, `seed ${seed}`).toMatchObject({
      conversation_id: 'conv_1',
      status: 'done',
      user_id: 'lead.1',
      transcript: [{ role: 'user', message: 'Yes.' }],
      metadata: { phone_call: { call_result: 'answered', call_sid: 'CA1' } },
      analysis: { call_successful: 'success', data_collection_results: { interested: { value: true } } },
    });
  }
  expect(seen.size).toBeGreaterThan(20);
});

test('drift adds no part that the payload lacks', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    expect(
      driftPayload({ conversation_id: 'conv_1', analysis: null }, seededRandom(seed)).conversation_id,
    ).toBe('conv_1');
  }
});
