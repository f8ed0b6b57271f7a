import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadablePayloadError } from './normalise-identity.ts';
import { parseElevenLabsEvent, signElevenLabs, verifyElevenLabsSignature } from './webhook.ts';

const secret = 'wsec_first';
const now = new Date('2026-03-10T12:00:00Z');
const rawBody = '{"type":"post_call_transcription","data":{"conversation_id":"conv_1","note":"čaj ☕"}}';

function secondsFromNow(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

function verify(
  header: string | undefined,
  overrides: { rawBody?: string | Uint8Array; secrets?: string[] } = {},
) {
  return verifyElevenLabsSignature({ rawBody, header, secrets: [secret], now, ...overrides });
}

function reasonOf(header: string | undefined, overrides: { rawBody?: string; secrets?: string[] } = {}) {
  const check = verify(header, overrides);
  return check.ok ? 'ok' : check.reason;
}

/** Signs any text as the time, which the provider never would. */
function signTime(time: string): string {
  return `t=${time},v0=${createHmac('sha256', secret).update(`${time}.${rawBody}`).digest('hex')}`;
}

describe('verifyElevenLabsSignature', () => {
  const genuine = signElevenLabs(rawBody, secret, now);
  const [time, v0] = genuine.split(',') as [string, string];
  const zeros = `v0=${'0'.repeat(64)}`;

  it('accepts a genuine delivery, as text or bytes, and tells its time', () => {
    expect(verify(genuine)).toEqual({ ok: true, timestamp: now });
    expect(verify(genuine, { rawBody: new TextEncoder().encode(rawBody) })).toEqual({
      ok: true,
      timestamp: now,
    });
  });

  it.each([
    ['spaces around everything', ` ${time} , ${v0.replace('=', ' = ')} `],
    ['the signature first', `${v0},${time}`],
    ['a wrong signature before the right one', `${time},${zeros},${v0}`],
    ['a broken signature before the right one', `${time},v0=xyz,${v0}`],
    ['an unknown scheme', `${time},v1=abc,${v0}`],
    ['capital hex digits', `${time},v0=${v0.slice(3).toUpperCase()}`],
  ])('accepts %s', (_, header) => {
    expect(reasonOf(header)).toBe('ok');
  });

  it.each([
    ['no header', undefined, 'missing'],
    ['a blank header', '  ', 'missing'],
    ['no time', v0, 'malformed'],
    ['no signature', time, 'malformed'],
    ['two times', `${time},${time},${v0}`, 'malformed'],
    ['text without a name', `${time},${v0},what`, 'malformed'],
    ['a signature that is too short', `${time},v0=00`, 'malformed'],
    ['a forged signature', `${time},${zeros}`, 'mismatch'],
    ['another time than the signed one', `t=${Number(time.slice(2)) + 1},${v0}`, 'mismatch'],
    ['a signature by another secret', signElevenLabs(rawBody, 'wsec_other', now), 'mismatch'],
  ])('refuses %s', (_, header, reason) => {
    expect(reasonOf(header)).toBe(reason);
  });

  it.each(['abc', '12a', '1e9', '0x10', '-5', '1.5', '', 'NaN', '999999999999'])(
    'refuses the time %j though it is signed',
    (text) => {
      expect(reasonOf(signTime(text))).toBe('malformed');
    },
  );

  it.each([
    [-1800, 'ok'],
    [-1801, 'stale'],
    [300, 'ok'],
    [301, 'future'],
  ])('bounds the time: %i seconds from now is %s', (seconds, expected) => {
    expect(reasonOf(signElevenLabs(rawBody, secret, secondsFromNow(seconds)))).toBe(expected);
  });

  it('takes another tolerance for the age', () => {
    const header = signElevenLabs(rawBody, secret, secondsFromNow(-61));
    const check = verifyElevenLabsSignature({
      rawBody,
      header,
      secrets: [secret],
      now,
      toleranceSeconds: 60,
    });
    expect(check).toEqual({ ok: false, reason: 'stale' });
  });

  it('accepts either secret during a rotation, and no other', () => {
    const next = signElevenLabs(rawBody, 'wsec_second', now);
    expect(reasonOf(next, { secrets: [secret, 'wsec_second'] })).toBe('ok');
    expect(reasonOf(genuine, { secrets: [secret, 'wsec_second'] })).toBe('ok');
    expect(reasonOf(genuine, { secrets: ['wsec_second'] })).toBe('mismatch');
  });

  it('never accepts an empty secret, nor anything without secrets', () => {
    expect(reasonOf(signElevenLabs(rawBody, '', now), { secrets: ['', ' '] })).toBe('mismatch');
    expect(reasonOf(genuine, { secrets: [] })).toBe('mismatch');
  });

  it('refuses every altered body', () => {
    fc.assert(
      fc.property(fc.nat(rawBody.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, inserted) => {
        const altered = rawBody.slice(0, at) + inserted + rawBody.slice(at);
        expect(reasonOf(genuine, { rawBody: altered })).toBe('mismatch');
      }),
    );
  });

  it('never throws on a header', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect(verify(header).ok).toBe(false);
      }),
    );
  });
});

describe('parseElevenLabsEvent', () => {
  it('reads a transcription as an ended conversation', () => {
    const event = parseElevenLabsEvent(rawBody);
    expect(event).toMatchObject({
      kind: 'post_call_transcription',
      facts: { conversationId: 'conv_1', status: 'ended' },
    });
  });

  it('reads a failure to initiate, also from bytes', () => {
    const body = {
      type: 'call_initiation_failure',
      data: { conversation_id: 'conv_2', failure_reason: 'busy' },
    };
    expect(parseElevenLabsEvent(new TextEncoder().encode(JSON.stringify(body)))).toMatchObject({
      kind: 'call_initiation_failure',
      facts: { conversationId: 'conv_2', reach: 'busy', status: 'ended' },
    });
  });

  it('reads audio without its bytes', () => {
    const body = { type: 'post_call_audio', data: { conversation_id: 'conv_3', full_audio: 'AAAA' } };
    expect(parseElevenLabsEvent(JSON.stringify(body))).toEqual({
      kind: 'post_call_audio',
      conversationId: 'conv_3',
    });
  });

  it('reads an event whose fields are not wrapped in data', () => {
    const body = { type: 'post_call_transcription', conversation_id: 'conv_4' };
    expect(parseElevenLabsEvent(JSON.stringify(body))).toMatchObject({ facts: { conversationId: 'conv_4' } });
  });

  it('names events that it does not know', () => {
    const body = { type: 'answering_machine_detection', data: { whatever: 1 } };
    expect(parseElevenLabsEvent(JSON.stringify(body))).toEqual({
      kind: 'unknown',
      type: 'answering_machine_detection',
    });
    expect(parseElevenLabsEvent('{}')).toEqual({ kind: 'unknown', type: '' });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '{"type":"post_call_transcription","data":{}}',
    '{"type":"post_call_audio"}',
  ])('refuses %j with a typed error', (body) => {
    expect(() => parseElevenLabsEvent(body)).toThrow(UnreadablePayloadError);
  });
});
