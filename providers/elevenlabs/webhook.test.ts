import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingRequest } from '../ports.ts';
import { checkSignature, parseCallStart, parseEvent, verifyCallStart, verifyEvent } from './webhook.ts';

const secret = 'wsec_first';
const now = new Date('2026-03-10T12:00:00Z');
const rawBody = '{"type":"post_call_transcription","data":{"conversation_id":"conv_1","note":"čaj ☕"}}';

function secondsFromNow(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

/** The header of a body, as the provider would send it at an instant. */
function sign(body: string, key: string, at: Date): string {
  return signTime(String(at.getTime() / 1000), body, key);
}

function verify(
  header: string | undefined,
  overrides: { rawBody?: string | Uint8Array; secrets?: string[] } = {},
) {
  return checkSignature({ rawBody, header, secrets: [secret], now, ...overrides });
}

function reasonOf(header: string | undefined, overrides: { rawBody?: string; secrets?: string[] } = {}) {
  const check = verify(header, overrides);
  return check.ok ? 'ok' : check.reason;
}

/** Signs any text as the time, which the provider never would. */
function signTime(time: string, body = rawBody, key = secret): string {
  return `t=${time},v0=${createHmac('sha256', key).update(`${time}.${body}`).digest('hex')}`;
}

describe('checkSignature', () => {
  const genuine = sign(rawBody, secret, now);
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
    ['a signature by another secret', sign(rawBody, 'wsec_other', now), 'mismatch'],
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
    expect(reasonOf(sign(rawBody, secret, secondsFromNow(seconds)))).toBe(expected);
  });

  it('refuses a signature in which any single byte is another', () => {
    for (let place = 0; place < 32; place += 1) {
      const bytes = Buffer.from(v0.slice(3), 'hex');
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      expect(reasonOf(`${time},v0=${bytes.toString('hex')}`), `byte ${place}`).toBe('mismatch');
    }
  });

  it('refuses a body in which any single byte is another, is missing, or came in addition', () => {
    const bytes = Buffer.from(rawBody);
    for (let place = 0; place < bytes.length; place += 1) {
      const altered = Buffer.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
      for (const body of [
        altered,
        Buffer.concat([head, tail]),
        Buffer.concat([head, Buffer.from(' '), bytes.subarray(place)]),
      ]) {
        expect(verify(genuine, { rawBody: body }), `byte ${place}`).toEqual({
          ok: false,
          reason: 'mismatch',
        });
      }
    }
  });

  it('takes another tolerance for the age', () => {
    const header = sign(rawBody, secret, secondsFromNow(-61));
    const check = checkSignature({
      rawBody,
      header,
      secrets: [secret],
      now,
      toleranceSeconds: 60,
    });
    expect(check).toEqual({ ok: false, reason: 'stale' });
  });

  it('accepts either secret during a rotation, and no other', () => {
    const next = sign(rawBody, 'wsec_second', now);
    expect(reasonOf(next, { secrets: [secret, 'wsec_second'] })).toBe('ok');
    expect(reasonOf(genuine, { secrets: [secret, 'wsec_second'] })).toBe('ok');
    expect(reasonOf(genuine, { secrets: ['wsec_second'] })).toBe('mismatch');
  });

  it('never accepts an empty secret, nor anything without secrets', () => {
    expect(reasonOf(sign(rawBody, '', now), { secrets: ['', ' '] })).toBe('mismatch');
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

/** A request of the provider with these headers. */
function request(body: string | Uint8Array, headers: Record<string, string> = {}): IncomingRequest {
  return {
    url: null,
    header: (name) => headers[name],
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}

describe('verifyEvent', () => {
  const secrets = { webhookSecrets: [secret] };
  const signed = (body: string) => request(body, { 'elevenlabs-signature': sign(body, secret, now) });

  it('hands out the payload of a genuine request, read from its bytes', () => {
    expect(verifyEvent(secrets, signed(rawBody), now)).toEqual({
      ok: true,
      payload: JSON.parse(rawBody),
      redeliveryKey: null,
    });
  });

  it('hands out nothing of a forged one, nor of any while there is no secret', () => {
    const forged = request(rawBody, { 'elevenlabs-signature': sign(rawBody, 'wsec_other', now) });
    expect(verifyEvent(secrets, forged, now)).toEqual({ ok: false, reason: 'mismatch' });
    expect(verifyEvent(secrets, request(rawBody), now)).toEqual({ ok: false, reason: 'missing' });
    expect(verifyEvent({}, signed(rawBody), now)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it.each(['', '{', 'null', '[]', '"text"'])('cannot read %j though it is signed', (body) => {
    expect(verifyEvent(secrets, signed(body), now)).toEqual({ ok: false, reason: 'unreadable' });
  });
});

describe('verifyCallStart', () => {
  const secrets = { webhookSecrets: ['', secret] };
  const body = '{"caller_id":"+12125550123"}';
  const withSecret = (value: string) => request(body, { 'x-ringleader-secret': value });

  it('takes a shared secret in a header where there is no signature', () => {
    expect(verifyCallStart(secrets, withSecret(secret), now)).toMatchObject({
      payload: { caller_id: '+12125550123' },
    });
    for (const wrong of [withSecret('wsec_other'), withSecret(''), request(body)])
      expect(verifyCallStart(secrets, wrong, now)).toEqual({ ok: false, reason: 'wrong-secret' });
  });

  it('refuses every secret that is nearly the right one, and thousands of others', () => {
    const altered = [...secret].map((char, place) => {
      const other = String.fromCharCode(char.charCodeAt(0) + 1);
      return secret.slice(0, place) + other + secret.slice(place + 1);
    });
    const cut = Array.from(secret, (_, length) => secret.slice(0, length));
    // As many as a comparison of the first byte of what is compared would let some of through.
    const others = Array.from({ length: 3_000 }, (_, index) => `wsec_${index}`);
    for (const wrong of [...altered, ...cut, `${secret} `, `${secret}t`, ...others]) {
      expect(verifyCallStart(secrets, withSecret(wrong), now), wrong).toMatchObject({ ok: false });
    }
  });

  it('goes by the signature where there is one', () => {
    const genuine = request(body, { 'elevenlabs-signature': sign(body, secret, now) });
    expect(verifyCallStart(secrets, genuine, now)).toMatchObject({ ok: true });
    const headers = { 'elevenlabs-signature': sign(body, 'wsec_other', now), 'x-ringleader-secret': secret };
    expect(verifyCallStart(secrets, request(body, headers), now)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('names a caller, or nobody', () => {
    expect(parseCallStart({ caller_id: '+12125550123' })).toEqual({ caller: '+12125550123' });
    expect(parseCallStart({ caller_id: 7 })).toEqual({ caller: '' });
  });
});

describe('parseEvent', () => {
  it('reads a transcription as an ended conversation', () => {
    expect(parseEvent({}, JSON.parse(rawBody))).toMatchObject({
      type: 'post_call_transcription',
      kind: 'conversation',
      facts: { conversationId: 'conv_1', status: 'ended' },
      payload: JSON.parse(rawBody),
    });
  });

  it('reads a failure to initiate', () => {
    const payload = {
      type: 'call_initiation_failure',
      data: { conversation_id: 'conv_2', failure_reason: 'busy' },
    };
    expect(parseEvent({}, payload)).toMatchObject({
      type: 'call_initiation_failure',
      kind: 'conversation',
      facts: { conversationId: 'conv_2', reach: 'busy', status: 'ended' },
    });
  });

  it('reads audio, and keeps its bytes out of the payload', () => {
    const payload = { type: 'post_call_audio', data: { conversation_id: 'conv_3', full_audio: 'AAAA' } };
    const stored = { type: 'post_call_audio', data: { conversation_id: 'conv_3', full_audio_length: 4 } };
    expect(parseEvent({}, payload)).toEqual({
      type: 'post_call_audio',
      kind: 'recording',
      conversationId: 'conv_3',
      recording: { contentType: 'audio/mpeg', bytes: Buffer.from([0, 0, 0]) },
      payload: stored,
    });
    expect(parseEvent({}, stored)).toMatchObject({ kind: 'recording', recording: null, payload: stored });
  });

  it('reads an event whose fields are not wrapped in data', () => {
    const payload = { type: 'post_call_transcription', conversation_id: 'conv_4' };
    expect(parseEvent({}, payload)).toMatchObject({ facts: { conversationId: 'conv_4' } });
  });

  it('names events that it does not know', () => {
    const payload = { type: 'answering_machine_detection', data: { whatever: 1 } };
    expect(parseEvent({}, payload)).toEqual({
      type: 'answering_machine_detection',
      kind: 'other',
      conversationId: null,
      payload,
    });
    expect(parseEvent({}, {})).toEqual({ type: 'unknown', kind: 'other', conversationId: null, payload: {} });
  });

  it.each([{ type: 'post_call_transcription', data: {} }, { type: 'post_call_audio' }])(
    'says that a person must look at %j, which names no conversation',
    (payload) => {
      expect(parseEvent({}, payload)).toEqual({
        type: payload.type,
        kind: 'unreadable',
        conversationId: null,
        payload,
      });
    },
  );
});
