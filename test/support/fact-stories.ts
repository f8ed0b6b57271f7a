import type { CarrierCallStatus } from '#providers/ports.ts';

export const DIALLED_AT = new Date('2026-03-02T17:00:00Z');
export const STARTED_SECONDS = DIALLED_AT.getTime() / 1_000 + 2;
export const ENDED_AT = new Date((STARTED_SECONDS + 35) * 1_000);
export const AGENT_NUMBER = '+14155550100';

/** How one call went, as each source reports it. */
export interface Story {
  webhook(call: CallIds): { type: string; data: unknown };
  /** What the provider shows once the call is over. */
  read(call: CallIds): unknown;
  /** What it shows while the carrier knows of the end already. */
  readEarly(call: CallIds): unknown;
  carrier: CarrierCallStatus;
  /** Not all who tell of the end know the same: the log and the lead's next step keep what was known then. */
  learntLate?: true;
}

export interface CallIds {
  attempt: string;
  conversation: string;
  sid: string;
  phone: string;
}

function conversation(
  { attempt, conversation: id, sid, phone }: CallIds,
  { status = 'done', result = 'answered' }: { status?: string; result?: string | null } = {},
) {
  return {
    agent_id: 'agent_default',
    conversation_id: id,
    status,
    transcript: [
      { role: 'agent', message: 'Hello, this is an AI.', time_in_call_secs: 0 },
      { role: 'user', message: 'Yes please.', time_in_call_secs: 3 },
    ] as unknown[],
    metadata: {
      start_time_unix_secs: STARTED_SECONDS,
      accepted_time_unix_secs: STARTED_SECONDS + 5,
      call_duration_secs: 30,
      cost: 500,
      termination_reason: 'end_call tool was called',
      phone_call: {
        type: 'twilio',
        direction: 'outbound',
        ...(result === null ? {} : { call_result: result }),
        call_sid: sid,
        agent_number: AGENT_NUMBER,
        external_number: phone,
      },
    } as Record<string, unknown>,
    analysis: {
      call_successful: 'success',
      transcript_summary: 'They want a demo.',
      data_collection_results: { interested: { value: true } },
    } as Record<string, unknown> | null,
    conversation_initiation_client_data: { dynamic_variables: { attempt_id: attempt } },
  };
}

/** The same talk before its analysis: it costs less so far, and nothing is known of how it went. */
function processing(call: CallIds) {
  const early = conversation(call, { status: 'processing', result: null });
  return { ...early, metadata: { ...early.metadata, cost: 100 }, analysis: null };
}

function ringing(call: CallIds) {
  const early = conversation(call, { status: 'initiated', result: null });
  return { ...early, transcript: [], analysis: null, metadata: { phone_call: early.metadata.phone_call } };
}

/** Nobody was talked to; the provider's read names the end in other words than its webhook. */
function unanswered(call: CallIds, result: string) {
  const read = conversation(call, { status: 'failed', result });
  const metadata = { ...read.metadata, accepted_time_unix_secs: undefined, call_duration_secs: 35, cost: 0 };
  return {
    ...read,
    transcript: [],
    analysis: null,
    metadata: { ...metadata, termination_reason: 'The call was not picked up.' },
  };
}

function initiationFailure({ conversation: id, sid, phone }: CallIds, reason: string) {
  const body = { CallSid: sid, CallStatus: reason, To: phone, From: AGENT_NUMBER };
  return {
    type: 'call_initiation_failure',
    data: {
      agent_id: 'agent_default',
      conversation_id: id,
      failure_reason: reason,
      metadata: { type: 'twilio', body: { ...body, Timestamp: ENDED_AT.toUTCString() } },
    },
  };
}

export const STORIES: Record<string, Story> = {
  'a talk that converts': {
    webhook: (call) => ({ type: 'post_call_transcription', data: conversation(call) }),
    read: (call) => conversation(call),
    readEarly: processing,
    carrier: 'completed',
  },
  'a talk of which the read has lost its analysis': {
    webhook: (call) => ({ type: 'post_call_transcription', data: conversation(call) }),
    read: (call) => ({ ...conversation(call), analysis: { call_successful: 'unknown' } }),
    readEarly: processing,
    carrier: 'completed',
    learntLate: true,
  },
  'a machine that takes the call': {
    webhook: (call) => ({
      type: 'post_call_transcription',
      data: conversation(call, { result: 'voicemail' }),
    }),
    read: (call) => conversation(call, { result: 'voicemail' }),
    readEarly: processing,
    carrier: 'completed',
  },
  'nobody picks up': {
    webhook: (call) => initiationFailure(call, 'no-answer'),
    read: (call) => unanswered(call, 'no_answer'),
    readEarly: ringing,
    carrier: 'no-answer',
  },
};
