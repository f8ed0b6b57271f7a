import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_STATUSES, REACHES } from '../../domain/call.ts';
import { normaliseConversation, normaliseInitiationFailure, normaliseListItem } from './normalise.ts';
import { UnreadablePayloadError } from './normalise-identity.ts';

/** A whole conversation as the wire has it. */
function conversation() {
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
function camelCased(value: unknown, keepKeys = false): unknown {
  if (Array.isArray(value)) return value.map((item) => camelCased(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      keepKeys ? key : key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(item, freeKeys.has(key)),
    ]),
  );
}

function changed(change: (payload: Conversation) => void) {
  const payload = conversation();
  change(payload);
  return payload;
}

describe('normaliseConversation', () => {
  it('reads a whole conversation', () => {
    const { raw, ...facts } = normaliseConversation(conversation());
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
      costCredits: 412,
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

describe('reach', () => {
  /** An ended conversation without a call result, a transcript or a reason. */
  function bare(change: Record<string, unknown>, metadata: Record<string, unknown> = {}) {
    return normaliseConversation({ conversation_id: 'c', status: 'done', metadata, ...change }).reach;
  }
  const userTurn = { role: 'user', message: 'Hello?' };
  const agentTurn = { role: 'agent', message: 'Good morning.' };
  const voicemailTurn = {
    role: 'agent',
    message: null,
    tool_calls: [{ tool_name: 'voicemail_detection', request_id: 'r', tool_has_been_called: true }],
  };

  it.each(['answered', 'voicemail', 'busy', 'no_answer', 'failed'])('takes the call result %s', (result) => {
    const metadata = { phone_call: { call_result: result } };
    expect(bare({}, metadata)).toBe(result);
    expect(bare({ status: 'failed' }, metadata)).toBe(result);
  });

  it.each([
    ['the termination reason', {}, { termination_reason: 'voicemail_detection tool was called.' }],
    ['the features used', {}, { features_usage: { voicemail_detection: { enabled: true, used: true } } }],
    ['the tool call', { transcript: [userTurn, voicemailTurn] }, {}],
  ])('knows voicemail by %s, though the line was answered', (_, change, metadata) => {
    expect(bare(change, { ...metadata, phone_call: { call_result: 'answered' } })).toBe('voicemail');
  });

  it('does not take a failed or merely enabled detection for voicemail', () => {
    const failed = { ...voicemailTurn, tool_results: [{ request_id: 'r', is_error: true }] };
    expect(bare({ transcript: [failed, userTurn] })).toBe('answered');
    expect(
      bare({ transcript: [userTurn] }, { features_usage: { voicemail_detection: { enabled: true } } }),
    ).toBe('answered');
  });

  it('decides by the transcript without a call result', () => {
    expect(bare({ transcript: [agentTurn, userTurn] })).toBe('answered');
    expect(bare({ status: 'failed', transcript: [agentTurn, userTurn] })).toBe('answered');
    expect(bare({ transcript: [agentTurn] })).toBe('answered');
    expect(bare({ status: 'failed', transcript: [agentTurn, { role: 'user', message: '...' }] })).toBe(
      'failed',
    );
    expect(bare({ status: 'failed', transcript: [] })).toBe('failed');
  });

  it('decides by the words of the end when nobody spoke', () => {
    expect(bare({ status: 'failed' }, { termination_reason: 'User busy' })).toBe('busy');
    expect(bare({ status: 'failed' }, { error: { code: 1, reason: 'no-answer' } })).toBe('no_answer');
    expect(bare({ status: 'failed' }, { error: { code: 1, reason: 'system_busy' } })).toBe('failed');
  });

  it('claims nothing that the payload does not settle', () => {
    expect(bare({})).toBeNull();
    expect(bare({ transcript: [] }, { call_duration_secs: 0 })).toBe('no_answer');
    expect(bare({ transcript: [] }, { call_duration_secs: 3 })).toBe('answered');
  });
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

describe('drift', () => {
  /** Paths of every value in the payload. */
  function pathsOf(value: unknown, path: string[] = []): string[][] {
    if (typeof value !== 'object' || value === null) return [path];
    return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
  }

  function withValueAt(value: unknown, path: string[], replacement: unknown): unknown {
    const [key, ...rest] = path;
    if (key === undefined) return replacement;
    const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
    copy[key] = withValueAt(copy[key], rest, replacement);
    return copy;
  }

  const paths = pathsOf(conversation()).filter((path) => path.length > 0 && path[0] !== 'conversation_id');

  function expectSound(facts: ReturnType<typeof normaliseConversation>) {
    expect(CALL_STATUSES).toContain(facts.status);
    expect([null, ...REACHES]).toContain(facts.reach);
    for (const instant of [facts.startedAt, facts.answeredAt, facts.endedAt]) {
      expect(instant === null || !Number.isNaN(instant.getTime())).toBe(true);
    }
    for (const number of [facts.agentNumber, facts.externalNumber]) {
      expect(number === null || /^\+[1-9]\d{4,14}$/.test(number)).toBe(true);
    }
    expect(
      facts.talkSeconds === null || (Number.isInteger(facts.talkSeconds) && facts.talkSeconds >= 0),
    ).toBe(true);
  }

  it('survives any value in any place, in either case', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), fc.jsonValue()), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (changes, camel, final) => {
          let payload: unknown = conversation();
          for (const [path, value] of changes) {
            try {
              payload = withValueAt(payload, path, value);
            } catch {
              // An earlier change left nothing to put this one into.
            }
          }
          const facts = normaliseConversation(camel ? camelCased(payload) : payload, { final });
          expect(facts.conversationId).toBe('conv_1');
          expectSound(facts);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives any object that names a conversation', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
        const payload = { ...extra, conversation_id: 'conv_1' };
        expectSound(normaliseConversation(payload));
        expectSound(normaliseInitiationFailure(payload));
        expect(normaliseListItem(payload)?.conversationId).toBe('conv_1');
      }),
    );
  });
});
