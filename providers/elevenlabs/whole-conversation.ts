/** A whole conversation as the wire has it. */
export function conversation() {
  return {
    agent_id: 'agent_1',
    conversation_id: 'conv_1',
    status: 'done',
    user_id: 'lead-1.1',
    has_audio: true,
    transcript: [
      {
        role: 'agent',
        message: 'Hello, is this a good time?',
        time_in_call_secs: 0,
        tool_calls: [],
        tool_results: [],
      },
      { role: 'user', message: 'Yes, go on.', time_in_call_secs: 4 },
      {
        role: 'agent',
        message: null,
        time_in_call_secs: 60,
        tool_calls: [{ tool_name: 'end_call', request_id: 'r1' }],
      },
    ],
    metadata: {
      start_time_unix_secs: 1_770_000_000,
      accepted_time_unix_secs: 1_770_000_012,
      call_duration_secs: 61,
      cost: 412,
      termination_reason: 'end_call tool was called.',
      error: null,
      phone_call: {
        type: 'twilio',
        direction: 'outbound',
        phone_number_id: 'phnum_1',
        agent_number: '+12025550100',
        external_number: '+12025550123',
        call_result: 'answered' as string | null,
        stream_sid: 'MZ1',
        call_sid: 'CA1',
      },
    },
    analysis: {
      call_successful: 'success',
      transcript_summary: 'Agreed to a demo.',
      data_collection_results: {
        meeting_time: { data_collection_id: 'meeting_time', value: '2026-02-03T10:00:00Z', rationale: '' },
        interested: { data_collection_id: 'interested', value: true, rationale: '' },
      },
      evaluation_criteria_results: { polite: { criteria_id: 'polite', result: 'failure', rationale: '' } },
    },
    conversation_initiation_client_data: {
      user_id: 'lead-1.1',
      dynamic_variables: { attempt_id: 'lead-1.1', first_name: 'Ada' },
    },
  };
}

type Conversation = ReturnType<typeof conversation>;

/** The keys that the caller chose: the SDK leaves them as they are. */
const freeKeys = new Set(['dynamic_variables', 'data_collection_results', 'evaluation_criteria_results']);

/** The same payload as the SDK would hand it over. */
export function camelCased(value: unknown, keepKeys = false): unknown {
  if (Array.isArray(value)) return value.map((item) => camelCased(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      keepKeys ? key : key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(item, freeKeys.has(key)),
    ]),
  );
}

export function changed(change: (payload: Conversation) => void) {
  const payload = conversation();
  change(payload);
  return payload;
}
