import { describe, expect, test } from 'vitest';
import { readWish } from './opt-out.ts';

describe('asks to be left alone', () => {
  test.for([
    'STOP',
    ' stop. ',
    'Stop please!',
    'STOPALL',
    'unsubscribe',
    'END',
    'Quit',
    'revoke',
    'OptOut',
    'opt-out',
    'CANCEL',
    'please stop calling me',
    'Can you please stop texting my phone?',
    'don’t text me again',
    "Don't ever call me",
    'do not contact me at this number',
    'I said stop the calls',
    'please stop',
    'no more texts',
    'remove me from your list',
    'take my number off your list',
    "I don't want you to call me anymore",
    'leave me alone',
    'Bitte rufen Sie mich nicht mehr an',
    'Bitte nicht mehr anrufen',
    'Arrêtez de m’appeler',
    "ne m'appelez plus",
    'No me llamen más',
    'dejen de escribirme',
    'Parem de me ligar',
    'Non chiamatemi più',
    'Bel me niet meer',
  ])('%s', (body) => {
    expect(readWish(body)).toBe('stop');
  });
});

describe('does not', () => {
  test.for([
    "I'll stop by tomorrow",
    'please stop by at five',
    "don't stop calling, I like it",
    "don't call me before 10",
    "Don't call me now, tomorrow is better",
    'can I cancel my appointment?',
    'in the end I liked it',
    'the bus stop is near',
    'I quit smoking',
    'call me back',
    'How do I start?',
    'this could help me',
    'take me through the offer',
    '',
    '👍',
  ])('%s', (body) => {
    expect(readWish(body)).toBe('none');
  });
});

test('comes back, or asks for help', () => {
  expect(['START', 'unstop', 'HELP', 'info'].map((body) => readWish(body))).toEqual([
    'start',
    'start',
    'help',
    'help',
  ]);
});

test("the carrier's own reading outranks ours", () => {
  expect(readWish('whatever', 'stop')).toBe('stop');
  expect(readWish('stop', 'start')).toBe('start');
});
