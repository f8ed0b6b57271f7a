import { describe, expect, it } from 'vitest';
import { retryAfterMsOf } from '../connection.ts';
import { dialAnswerOf } from './dial.ts';

const to = '+12025550123';

function dialled(status: number, body: unknown, retryAfterMs: number | null = null) {
  return dialAnswerOf({ kind: 'answer', status, body, retryAfterMs }, to);
}

/** Kind and cause in one word. */
function verdict(status: number, body: unknown): string {
  const answer = dialled(status, body);
  return answer.kind === 'placed' || answer.kind === 'kept_back'
    ? answer.kind
    : `${answer.kind}/${answer.cause}`;
}

describe('a 2xx answer', () => {
  it('places the call', () => {
    expect(dialled(200, { success: true, message: 'ok', conversation_id: 'conv_1', callSid: 'CA1' })).toEqual(
      {
        kind: 'placed',
        conversationId: 'conv_1',
        callSid: 'CA1',
      },
    );
  });

  it.each([
    ['without a message', { success: true, conversation_id: 'conv_1' }],
    ['without success', { message: 'ok', conversation_id: 'conv_1' }],
    [
      'with an odd message and extra fields',
      { success: true, message: 7, conversation_id: 'conv_1', callSid: null, x: 1 },
    ],
    ['in camelCase', { success: true, message: 'ok', conversationId: 'conv_1' }],
  ])('places the call though drifted: %s', (_, body) => {
    expect(dialled(200, body)).toEqual({ kind: 'placed', conversationId: 'conv_1', callSid: null });
  });

  it.each([
    ['no conversation id', { success: true, message: 'ok' }, 'ambiguous/malformed'],
    [
      'an empty conversation id',
      { success: true, message: 'ok', conversation_id: '' },
      'ambiguous/malformed',
    ],
    ['only a call id', { success: true, message: 'ok', callSid: 'CA1' }, 'ambiguous/malformed'],
    ['nothing', undefined, 'ambiguous/malformed'],
    ['a list', [], 'ambiguous/malformed'],
    ['a refusal', { success: false, message: 'Outbound calls are switched off' }, 'refused/other'],
    [
      'a refusal with a conversation',
      { success: false, message: 'x', conversation_id: 'c' },
      'ambiguous/malformed',
    ],
    ['a refusal with a call', { success: false, message: 'x', callSid: 'CA1' }, 'ambiguous/malformed'],
    ['a refusal by time-out', { success: false, message: 'Request timed out' }, 'ambiguous/server_error'],
    [
      'the carrier refusing the credentials',
      {
        success: false,
        message: 'HTTP 401 error: Unable to create record: Authenticate',
        conversation_id: null,
      },
      'refused/configuration',
    ],
    [
      'the carrier refusing the number',
      { success: false, message: "HTTP 400 error: Unable to create record: The 'To' number +1 is not valid" },
      'refused/number',
    ],
    [
      'the carrier throttling',
      { success: false, message: 'HTTP 429 error: Unable to create record: Too Many Requests' },
      'deferred/throttled',
    ],
    [
      'the carrier breaking',
      { success: false, message: 'HTTP 503 error: Unable to create record: Service Unavailable' },
      'ambiguous/server_error',
    ],
  ])('with %s', (_, body, expected) => {
    expect(verdict(200, body)).toBe(expected);
  });
});

describe('another status', () => {
  const detail = (status: string, message: string) => ({ detail: { status, message } });
  const complaint = (...loc: string[]) => ({
    detail: [{ loc: ['body', ...loc], msg: 'bad', type: 'value_error' }],
  });

  it.each([
    [401, detail('invalid_api_key', 'Invalid API key'), 'refused/configuration'],
    [401, detail('quota_exceeded', 'This request exceeds your quota'), 'refused/configuration'],
    [402, {}, 'refused/configuration'],
    [403, detail('missing_permissions', 'x'), 'refused/configuration'],
    [404, detail('document_not_found', 'Agent not found'), 'refused/configuration'],
    [404, undefined, 'refused/configuration'],
    [400, detail('invalid_phone_number', 'The phone number is not valid'), 'refused/number'],
    [400, { detail: `Invalid phone number: ${to}` }, 'refused/number'],
    [400, { detail: 'Error 21211' }, 'refused/number'],
    [400, detail('x', 'Account not authorized to call +7; enable some permissions'), 'refused/number'],
    [
      400,
      detail('x', 'The number is unverified. Trial accounts may only call verified numbers'),
      'refused/configuration',
    ],
    [400, detail('x', "The 'From' phone number is not valid"), 'refused/configuration'],
    [400, detail('x', 'Agent does not exist'), 'refused/configuration'],
    [
      400,
      { detail: { type: 'validation_error', code: 'invalid', message: 'bad', param: 'to_number' } },
      'refused/number',
    ],
    [400, undefined, 'refused/other'],
    [422, complaint('to_number'), 'refused/number'],
    [422, complaint('agent_phone_number_id'), 'refused/configuration'],
    [
      422,
      complaint('conversation_initiation_client_data', 'conversation_config_override', 'agent'),
      'refused/configuration',
    ],
    [422, complaint('conversation_initiation_client_data', 'dynamic_variables', 'note'), 'refused/other'],
    [422, 'text', 'refused/other'],
    [413, undefined, 'refused/other'],
    [307, undefined, 'refused/configuration'],
    [302, undefined, 'ambiguous/malformed'],
    [408, undefined, 'ambiguous/timeout'],
    [409, undefined, 'ambiguous/server_error'],
    [499, undefined, 'ambiguous/server_error'],
    [429, detail('too_many_concurrent_requests', 'x'), 'deferred/throttled'],
    [425, undefined, 'deferred/throttled'],
    [500, detail('x', 'Agent not found'), 'ambiguous/server_error'],
    [502, 'text', 'ambiguous/server_error'],
    [503, undefined, 'ambiguous/server_error'],
  ])('%i with %j is %s', (status, body, expected) => {
    expect(verdict(status, body)).toBe(expected);
  });

  it('passes the delay on, bounded by an hour', () => {
    expect(dialled(429, {}, 7000)).toMatchObject({ retryAfterMs: 7000 });
    expect(dialled(429, {}, 1e9)).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(dialled(429, {})).toMatchObject({ retryAfterMs: null });
  });

  it('keeps the dialled number out of the message, and the message short', () => {
    const answer = dialled(400, { detail: `Numbers 12025550123 and ${to} are wrong ${'x'.repeat(1000)}` });
    expect(answer).toMatchObject({
      message: expect.stringMatching(/^Numbers \(the number\) and \(the number\) are/),
    });
    expect('message' in answer && answer.message.length).toBeLessThan(310);
  });
});

describe('no answer', () => {
  it.each([
    ['unsent', 'refused', 'configuration'],
    ['unreachable', 'deferred', 'unreachable'],
    ['broken', 'ambiguous', 'connection'],
    ['late', 'ambiguous', 'timeout'],
  ] as const)('%s is %s/%s', (kind, expected, cause) => {
    expect(dialAnswerOf({ kind, message: 'm' }, to)).toMatchObject({ kind: expected, cause });
  });
});

describe('retryAfterMsOf', () => {
  const nowMs = Date.parse('2026-03-10T12:00:00Z');

  it.each([
    ['3', 3000],
    ['0.5', 500],
    ['Tue, 10 Mar 2026 12:00:09 GMT', 9000],
    ['Tue, 10 Mar 2026 11:00:00 GMT', 0],
    ['soon', null],
    [null, null],
  ])('reads %j as %j ms', (header, expected) => {
    expect(retryAfterMsOf(header, nowMs)).toBe(expected);
  });
});
