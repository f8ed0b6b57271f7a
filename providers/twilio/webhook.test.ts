import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { parseText, parseTextReport, twilioParamsOf, verify, verifyTwilioSignature } from './webhook.ts';

const authToken = 'token';
const url = 'https://calls.example.com/webhooks/twilio/sms?part=a%20b';
const params = {
  MessageSid: 'SM1',
  From: '+12125550123',
  To: '+12125550190',
  Body: 'Ja, gerne – 10 % günstiger? 🎉 a+b&c=d',
  NumMedia: '0',
};

describe('verifyTwilioSignature', () => {
  const signature = twilio.getExpectedTwilioSignature(authToken, url, params);

  it('believes what the account signed, read from the form as it came', () => {
    const form = twilioParamsOf(new URLSearchParams(params).toString());
    expect(form).toEqual(params);
    expect(verifyTwilioSignature({ authToken, signature, url, params: form })).toBe(true);
  });

  it.each([
    ['another token', { authToken: 'other' }],
    ['no signature', { signature: undefined }],
    ['an empty signature', { signature: '' }],
    ['half a signature', { signature: signature.slice(0, 10) }],
    ['another path', { url: 'https://calls.example.com/webhooks/twilio/status?part=a%20b' }],
    ['another host', { url: url.replace('calls', 'calls2') }],
    ['no URL', { url: 'nowhere' }],
    ['an altered text', { params: { ...params, Body: 'STOP' } }],
    ['one more parameter', { params: { ...params, OptOutType: 'STOP' } }],
    ['one less parameter', { params: { MessageSid: 'SM1' } }],
  ])('refuses %s', (_, change) => {
    expect(verifyTwilioSignature({ authToken, signature, url, params, ...change })).toBe(false);
  });

  it('refuses a signature in which any single byte is another', () => {
    const bytes = Buffer.from(signature, 'base64');
    for (let place = 0; place < bytes.length; place += 1) {
      const altered = Buffer.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      const forged = { authToken, signature: altered.toString('base64'), url, params };
      expect(verifyTwilioSignature(forged), `byte ${place}`).toBe(false);
    }
  });

  it('refuses a signature that is cut short, or goes on', () => {
    for (let length = 0; length < signature.length; length += 1) {
      const cut = { authToken, signature: signature.slice(0, length), url, params };
      expect(verifyTwilioSignature(cut), `${length} characters`).toBe(false);
    }
    expect(verifyTwilioSignature({ authToken, signature: `${signature}=`, url, params })).toBe(false);
  });

  it('refuses everything without a token, also what was signed with none', () => {
    const empty = twilio.getExpectedTwilioSignature('', url, params);
    expect(verifyTwilioSignature({ authToken: '', signature: empty, url, params })).toBe(false);
  });

  it('refuses a body in which a signed parameter was repeated', () => {
    const repeated = twilioParamsOf(`${new URLSearchParams(params)}&Body=STOP`);
    expect(verifyTwilioSignature({ authToken, signature, url, params: repeated })).toBe(false);
  });
});

describe('verify', () => {
  const signature = twilio.getExpectedTwilioSignature(authToken, url, params);
  const request = (headers: Record<string, string>, address: string | null = url) => ({
    url: address,
    header: (name: string) => headers[name],
    body: new TextEncoder().encode(new URLSearchParams(params).toString()),
  });

  it('hands out the form of a genuine request, and the key of its redeliveries', () => {
    const headers = { 'x-twilio-signature': signature, 'i-twilio-idempotency-token': 'token-1' };
    expect(verify(authToken, request(headers))).toEqual({
      ok: true,
      payload: params,
      redeliveryKey: 'token-1',
    });
    expect(verify(authToken, request({ 'x-twilio-signature': signature }))).toMatchObject({
      redeliveryKey: null,
    });
  });

  it('hands out nothing of a forged request, nor of any while no public address is configured', () => {
    for (const refused of [
      request({}),
      request({ 'x-twilio-signature': 'forged' }),
      request({ 'x-twilio-signature': signature }, null),
    ])
      expect(verify(authToken, refused)).toEqual({ ok: false, reason: 'mismatch' });
  });
});

describe('parseText', () => {
  it('reads a text', () => {
    expect(parseText({ ...params, NumSegments: '2', MessagingServiceSid: 'MG1' })).toEqual({
      messageSid: 'SM1',
      from: '+12125550123',
      to: '+12125550190',
      body: params.Body,
      media: [],
      segments: 2,
      messagingServiceSid: 'MG1',
      optOut: null,
    });
  });

  it('reads pictures without words, and leaves out what is no address', () => {
    const { Body: _, ...wordless } = params;
    const text = parseText({
      ...wordless,
      NumMedia: '3',
      MediaUrl0: 'https://api.twilio.com/media/ME0',
      MediaContentType0: 'image/jpeg',
      MediaUrl1: 'javascript:alert(1)',
      MediaUrl2: 'https://api.twilio.com/media/ME2',
      MediaUrl3: 'https://api.twilio.com/media/ME3',
    });
    expect(text).toMatchObject({
      body: '',
      media: [
        { url: 'https://api.twilio.com/media/ME0', contentType: 'image/jpeg' },
        { url: 'https://api.twilio.com/media/ME2', contentType: null },
      ],
    });
  });

  it.each([
    ['STOP', 'stop'],
    ['START', 'start'],
    ['HELP', 'help'],
    ['SOMETHING', null],
  ])('reads the opt-out type %s', (word, expected) => {
    expect(parseText({ ...params, OptOutType: word })?.optOut).toBe(expected);
  });

  it('bounds what it reads and takes out NULs', () => {
    const text = parseText({
      ...params,
      Body: `a\u0000b${'x'.repeat(20_000)}`,
      NumMedia: '999999999',
      NumSegments: '-1',
    });
    expect(text?.body).toHaveLength(10_000);
    expect(text?.body.startsWith('abx')).toBe(true);
    expect(text).toMatchObject({ media: [], segments: null });
  });

  it.each(['MessageSid', 'From', 'To'])('is nothing without %s', (name) => {
    expect(parseText({ ...params, [name]: ' ' })).toBeNull();
  });
});

describe('parseTextReport', () => {
  const report = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+12125550123', From: '+12125550190' };

  it('reads a delivery and a failure', () => {
    expect(parseTextReport(report)).toEqual({
      messageSid: 'SM1',
      status: 'delivered',
      errorCode: null,
      optedOut: false,
      to: '+12125550123',
      from: '+12125550190',
    });
    const failed = parseTextReport({ ...report, MessageStatus: 'undelivered', ErrorCode: '30005' });
    expect(failed).toMatchObject({ status: 'undelivered', errorCode: 30005, optedOut: false });
  });

  it('says that the person has sent STOP', () => {
    expect(parseTextReport({ ...report, MessageStatus: 'failed', ErrorCode: '21610' })).toMatchObject({
      errorCode: 21610,
      optedOut: true,
    });
  });

  it('reads the older names of the fields', () => {
    expect(parseTextReport({ SmsSid: 'SM1', SmsStatus: 'sent' })).toMatchObject({
      messageSid: 'SM1',
      status: 'sent',
      to: '',
    });
  });

  it('is nothing without a message, or with a status that is not documented', () => {
    expect(parseTextReport({ MessageStatus: 'sent' })).toBeNull();
    expect(parseTextReport({ ...report, MessageStatus: 'teleported' })).toBeNull();
  });
});
