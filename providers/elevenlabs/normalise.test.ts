import { describe, expect, it } from 'vitest';
import {
  normaliseConversation,
  normaliseInitiationFailure,
  normaliseListItem,
  UnreadablePayloadError,
} from './normalise.ts';
import { camelCased, changed, conversation } from './whole-conversation.ts';

describe('normaliseConversation', () => {
  it('reads a whole conversation', () => {
    const { raw, ...facts } = normaliseConversation(conversation(), { centsPerCredit: 0.5 });
    expect(raw).toEqual(conversation());
    expect(facts).toEqual({
      conversationId: 'conv_1',
      agentId: 'agent_1',
      attemptId: 'lead-1.1',
      callSid: 'CA1',
      direction: 'outbound',
      agentNumber: '+12025550100',
      externalNumber: '+12025550123',
      status: 'ended',
      reach: 'answered',
      startedAt: new Date(1_770_000_000_000),
      answeredAt: new Date(1_770_000_012_000),
      endedAt: new Date(1_770_000_073_000),
      talkSeconds: 61,
      costCents: 206,
      verdict: 'success',
      summary: 'Agreed to a demo.',
      terminationReason: 'end_call tool was called.',
      failure: null,
      transcript: [
        { role: 'agent', text: 'Hello, is this a good time?', atSeconds: 0 },
        { role: 'user', text: 'Yes, go on.', atSeconds: 4 },
      ],
      dataCollection: { meeting_time: '2026-02-03T10:00:00Z', interested: true },
      evaluation: { polite: 'failure' },
      sentiment: null,
      quality: {
        firstAudioMs: null,
        responseMs: null,
        userTurns: 1,
        agentTurns: 1,
        interruptions: 0,
        wordErrorRate: null,
      },
      hasAudio: true,
      kind: 'phone',
      variables: { attempt_id: 'lead-1.1', first_name: 'Ada' },
    });
  });

  it.each([
    [199_999_998, 99_999_999],
    [199_999_999.99, null],
    [-4_999_999_999, null],
    [1e300, null],
  ])('takes a charge of %d credits for %s cents: the database keeps no larger one', (cost, cents) => {
    const charged = changed(({ metadata }) => {
      metadata.cost = cost;
    });
    expect(normaliseConversation(charged, { centsPerCredit: 0.5 }).costCents).toBe(cents);
  });

  it('reads the same from the SDK in camelCase', () => {
    const { raw: _, ...snake } = normaliseConversation(conversation());
    const { raw: __, ...camel } = normaliseConversation(camelCased(conversation()));
    expect(camel).toEqual(snake);
  });

  it.each([
    ['initiated', 'ringing'],
    ['in-progress', 'in_progress'],
    ['processing', 'in_progress'],
    ['done', 'ended'],
    ['failed', 'ended'],
  ])('takes the status %s for %s', (status, expected) => {
    const payload = changed((it) => {
      it.status = status;
    });
    const facts = normaliseConversation(payload);
    expect(facts.status).toBe(expected);
    expect(facts.reach === null).toBe(expected !== 'ended');
    expect(facts.endedAt === null).toBe(expected !== 'ended');
  });

  it('takes the post-call webhook for the end, whatever its status', () => {
    const payload = changed((it) => {
      it.status = 'processing';
    });
    expect(normaliseConversation(payload, { final: true })).toMatchObject({
      status: 'ended',
      reach: 'answered',
    });
  });

  it('ends a call that the carrier could not connect, though the conversation was only initiated', () => {
    const payload = changed((it) => {
      it.status = 'initiated';
      it.transcript = [];
      it.metadata.phone_call.call_result = 'no_answer';
      it.metadata.call_duration_secs = 25;
    });
    expect(normaliseConversation(payload)).toMatchObject({
      status: 'ended',
      reach: 'no_answer',
      talkSeconds: 0,
    });
  });

  it('knows the end by the analysis when the status is gone', () => {
    const { status: _, ...payload } = conversation();
    expect(normaliseConversation(payload).status).toBe('ended');
    expect(normaliseConversation({ ...payload, analysis: null }).status).toBe('in_progress');
  });

  it('finds the attempt in the variables, else in the user id', () => {
    const onlyNested = changed((it) => {
      it.conversation_initiation_client_data.dynamic_variables.attempt_id = '';
      it.user_id = 'someone';
    });
    expect(normaliseConversation(onlyNested).attemptId).toBe('lead-1.1');
    expect(normaliseConversation({ conversation_id: 'c', user_id: 'u' }).attemptId).toBe('u');
    expect(normaliseConversation({ conversation_id: 'c' }).attemptId).toBeNull();
  });

  it.each([
    ['12025550123', '+12025550123'],
    ['0012025550123', '+12025550123'],
    ['+44 20 7946 0018', '+442079460018'],
    ['anonymous', null],
    ['sip:12025550123@example.test', null],
    ['+1', null],
    [12025550123, null],
  ])('reads the number %j as %j', (number, expected) => {
    const payload = { conversation_id: 'c', metadata: { phone_call: { external_number: number } } };
    expect(normaliseConversation(payload).externalNumber).toBe(expected);
  });

  it('reads the results given as lists, and keeps hostile names harmless', () => {
    const analysis = {
      data_collection_results: {},
      data_collection_results_list: [{ data_collection_id: '__proto__', value: 'x' }, { value: 'lost' }, 7],
      evaluation_criteria_results_list: [{ criteria_id: 'polite', result: 'brilliant' }],
    };
    const facts = normaliseConversation({ conversation_id: 'c', analysis });
    expect(Object.entries(facts.dataCollection)).toEqual([['__proto__', 'x']]);
    expect(facts.evaluation).toEqual({ polite: 'unknown' });
    expect(Object.getPrototypeOf(facts.dataCollection)).toBe(Object.prototype);
  });

  it('tells why a conversation failed', () => {
    const payload = changed((it) => {
      it.status = 'failed';
      it.metadata.error = { code: 1008, reason: 'Override for field is not allowed' } as never;
    });
    expect(normaliseConversation(payload)).toMatchObject({
      failure: 'Override for field is not allowed',
      reach: 'answered',
    });
  });

  it('drops what PostgreSQL cannot store', () => {
    const payload = changed((it) => {
      it.analysis.transcript_summary = 'a\u0000b\ud800c';
    });
    const facts = normaliseConversation(payload);
    expect(facts.summary).toBe('ab\ufffdc');
    expect(JSON.stringify(facts.raw)).not.toMatch(/\\u0000|\\ud800/);
  });

  it.each([null, undefined, 'text', 7, [], {}, { conversation_id: '' }, { conversation_id: 5 }])(
    'refuses %j with a typed error',
    (payload) => {
      expect(() => normaliseConversation(payload)).toThrow(UnreadablePayloadError);
    },
  );
});

describe('normaliseInitiationFailure', () => {
  const body = {
    CallSid: 'CA9',
    CallStatus: 'no-answer',
    SipResponseCode: '487',
    To: '+12025550123',
    From: '+12025550100',
    Direction: 'outbound-api',
    Timestamp: 'Tue, 10 Mar 2026 12:00:00 +0000',
  };

  function failure(reason: unknown, change: object = {}) {
    return normaliseInitiationFailure({
      agent_id: 'agent_1',
      conversation_id: 'conv_9',
      failure_reason: reason,
      metadata: { type: 'twilio', body: { ...body, ...change } },
    });
  }

  it('reads the carrier fields', () => {
    expect(failure('no-answer')).toMatchObject({
      conversationId: 'conv_9',
      agentId: 'agent_1',
      attemptId: null,
      callSid: 'CA9',
      direction: 'outbound',
      agentNumber: '+12025550100',
      externalNumber: '+12025550123',
      status: 'ended',
      reach: 'no_answer',
      endedAt: new Date('2026-03-10T12:00:00Z'),
      talkSeconds: 0,
      failure: 'no-answer (SIP 487)',
    });
  });

  it.each([
    ['busy', 'busy', 'busy'],
    ['unknown', 'busy', 'busy'],
    ['unknown', 'no-answer', 'no_answer'],
    ['unknown', 'failed', 'failed'],
    ['unknown', 'canceled', 'failed'],
    [null, null, 'failed'],
    [{ odd: true }, 7, 'failed'],
  ])('takes the reason %j with the carrier status %j for %s', (reason, status, reach) => {
    expect(failure(reason, { CallStatus: status }).reach).toBe(reach);
  });

  it('needs nothing but the conversation', () => {
    expect(normaliseInitiationFailure({ conversation_id: 'c' })).toMatchObject({
      reach: 'failed',
      failure: 'unknown',
    });
    expect(() => normaliseInitiationFailure({ failure_reason: 'busy' })).toThrow(UnreadablePayloadError);
  });
});

describe('normaliseListItem', () => {
  it('reads a row', () => {
    const row = {
      conversation_id: 'c',
      agent_id: 'a',
      start_time_unix_secs: 1_770_000_000,
      call_duration_secs: 9,
      status: 'processing',
      call_successful: 'unknown',
    };
    expect(normaliseListItem(row)).toEqual({
      conversationId: 'c',
      agentId: 'a',
      startedAt: new Date(1_770_000_000_000),
      durationSeconds: 9,
      status: 'in_progress',
      verdict: 'unknown',
    });
    expect(normaliseListItem({ agent_id: 'a' })).toBeNull();
  });
});
