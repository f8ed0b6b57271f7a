import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import {
  normaliseInboundText,
  normaliseTextStatus,
  twilioParamsOf,
  verifyTwilioSignature,
} from './webhook.ts';

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

  it('refuses everything without a token, also what was signed with none', () => {
    const empty = twilio.getExpectedTwilioSignature('', url, params);
    expect(verifyTwilioSignature({ authToken: '', signature: empty, url, params })).toBe(false);
  });

  it('refuses a body in which a signed parameter was repeated', () => {
    const repeated = twilioParamsOf(`${new URLSearchParams(params)}&Body=STOP`);
    expect(verifyTwilioSignature({ authToken, signature, url, params: repeated })).toBe(false);
  });
});

describe('normaliseInboundText', () => {
  it('reads a text', () => {
    expect(
      normaliseInboundText({ ...params, NumSegments: '2', MessagingServiceSid: 'MG1' }, 'token-1'),
    ).toEqual({
      messageSid: 'SM1',
      from: '+12125550123',
      to: '+12125550190',
      body: params.Body,
      media: [],
      segments: 2,
      messagingServiceSid: 'MG1',
      optOut: null,
      idempotencyToken: 'token-1',
    });
  });

  it('reads pictures without words, and leaves out what is no address', () => {
    const { Body: _, ...wordless } = params;
    const text = normaliseInboundText({
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
    expect(normaliseInboundText({ ...params, OptOutType: word })?.optOut).toBe(expected);
  });

  it('bounds what it reads and takes out NULs', () => {
    const text = normaliseInboundText({
      ...params,
      Body: `a\u0000b${'x'.repeat(20_000)}`,
      NumMedia: '999999999',
      NumSegments: '-1',
    });
    expect(text?.body).toHaveLength(10_000);
    expect(text?.body.startsWith('abx')).toBe(true);
    expect(text).toMatchObject({ media: [], segments: null, idempotencyToken: null });
  });

  it.each(['MessageSid', 'From', 'To'])('is nothing without %s', (name) => {
    expect(normaliseInboundText({ ...params, [name]: ' ' })).toBeNull();
  });
});

describe('normaliseTextStatus', () => {
  const report = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+12125550123', From: '+12125550190' };

  it('reads a delivery and a failure', () => {
    expect(normaliseTextStatus(report)).toEqual({
      messageSid: 'SM1',
      status: 'delivered',
      errorCode: null,
      to: '+12125550123',
      from: '+12125550190',
    });
    const failed = normaliseTextStatus({ ...report, MessageStatus: 'undelivered', ErrorCode: '30005' });
    expect(failed).toMatchObject({ status: 'undelivered', errorCode: 30005 });
  });

  it('reads the older names of the fields', () => {
    expect(normaliseTextStatus({ SmsSid: 'SM1', SmsStatus: 'sent' })).toMatchObject({
      messageSid: 'SM1',
      status: 'sent',
      to: '',
    });
  });

  it('is nothing without a message, or with a status that is not documented', () => {
    expect(normaliseTextStatus({ MessageStatus: 'sent' })).toBeNull();
    expect(normaliseTextStatus({ ...report, MessageStatus: 'teleported' })).toBeNull();
  });
});
