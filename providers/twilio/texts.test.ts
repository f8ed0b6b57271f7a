import { describe, expect, it } from 'vitest';
import { DeadlineError } from '../connection.ts';
import { ThrottledError } from './client.ts';
import { carrierTextStatusOf, textFailureOf } from './texts.ts';

function answered(status: number, code?: number): Error {
  return Object.assign(new Error('no'), { status, code });
}

describe('textFailureOf', () => {
  it.each([400, 401, 403, 404, 422])('%i is a refusal, with the number of the error', (status) => {
    const refusal = { kind: 'refused', code: 21211, status, message: 'no', optedOut: false };
    expect(textFailureOf(answered(status, 21211))).toEqual(refusal);
    expect(textFailureOf(answered(status))).toEqual({ ...refusal, code: null });
  });

  it('21610 says that the person has opted out', () => {
    expect(textFailureOf(answered(400, 21610))).toMatchObject({ kind: 'refused', optedOut: true });
  });

  it.each([301, 307, 308])('%i is a refusal: it was sent to nobody', (status) => {
    expect(textFailureOf(answered(status))).toMatchObject({ kind: 'refused', status });
  });

  it.each([408, 409, 499, 500, 502, 503, 302])('%i says nothing either way', (status) => {
    expect(textFailureOf(answered(status))).toMatchObject({ kind: 'ambiguous' });
  });

  it('waits as long as it is told to, for an hour at most', () => {
    expect(textFailureOf(new ThrottledError(7000))).toMatchObject({ kind: 'deferred', retryAfterMs: 7000 });
    expect(textFailureOf(new ThrottledError(null))).toMatchObject({ kind: 'deferred', retryAfterMs: null });
    expect(textFailureOf(new ThrottledError(1e12))).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it.each([
    ['a refused connection', 'deferred', { code: 'ECONNREFUSED', syscall: 'connect' }],
    ['an unknown host', 'deferred', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
    ['a reset', 'ambiguous', { code: 'ECONNRESET', syscall: 'read' }],
    ['a broken pipe', 'ambiguous', { code: 'EPIPE', syscall: 'write' }],
    ["the client's own time-out", 'ambiguous', { code: 'ECONNABORTED' }],
  ])('%s is %s', (_, kind, fields) => {
    const cause = Object.assign(new Error('inner'), fields);
    expect(textFailureOf(Object.assign(new Error('outer', { cause }), { code: fields.code }))).toMatchObject({
      kind,
    });
  });

  it('our own deadline and an answer that cannot be read are ambiguous', () => {
    expect(textFailureOf(new DeadlineError(10)).kind).toBe('ambiguous');
    expect(textFailureOf(new SyntaxError('not JSON')).kind).toBe('ambiguous');
  });
});

describe('carrierTextStatusOf', () => {
  it('knows the documented words only', () => {
    expect(carrierTextStatusOf('undelivered')).toBe('undelivered');
    expect(carrierTextStatusOf('Delivered')).toBeNull();
  });
});
