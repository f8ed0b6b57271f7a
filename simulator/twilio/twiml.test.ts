import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { messagesOfTwiml } from './twiml.ts';

describe('messagesOfTwiml', () => {
  test('reads what the SDK writes', () => {
    const words = `Fish & chips <today> at "Joe's" – 🎉`;
    const response = new twilio.twiml.MessagingResponse();
    response.message(words);
    response.message({ to: '+12125550123' }, 'second');
    expect(messagesOfTwiml(response.toString())).toEqual([words, 'second']);
    expect(messagesOfTwiml(new twilio.twiml.MessagingResponse().toString())).toEqual([]);
  });

  test.each([
    [
      '<Response><Message><Body>one</Body><Media>https://x.example/a.jpg</Media></Message></Response>',
      ['one'],
    ],
    ['<?xml version="1.0"?>\n<Response>\n<Message>\n two \n</Message>\n</Response>', ['two']],
    ['<Response><Message>&#72;i &#x1F389; &nope; &#0;</Message></Response>', ['Hi 🎉 &nope; &#0;']],
    ['<Response><Message><![CDATA[<b>&amp;</b>]]></Message></Response>', ['<b>&amp;</b>']],
    ['<Response><Message/><Message></Message></Response>', []],
    ['<Message>no response around it</Message>', []],
    ['{"message":"JSON"}', []],
    ['', []],
  ])('%s', (xml, expected) => {
    expect(messagesOfTwiml(xml)).toEqual(expected);
  });
});
