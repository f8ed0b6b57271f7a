import { describe, expect, test } from 'vitest';
import { OptOuts, optOutWord } from './opt-out.ts';

describe('optOutWord', () => {
  test.each([
    ['STOP', 'STOP'],
    [' stop\n', 'STOP'],
    ['Unsubscribe', 'STOP'],
    ['optout', 'STOP'],
    ['yes', 'START'],
    ['UNSTOP', 'START'],
    ['info', 'HELP'],
    ['Stop please', null],
    ['STOP.', null],
    ['', null],
  ])('%j is %s', (body, word) => {
    expect(optOutWord(body)).toBe(word);
  });
});

describe('OptOuts', () => {
  const pair = { own: '+12125550190', person: '+12125550123' };

  test('apply to the pair of numbers, and HELP changes nothing', () => {
    const optOuts = new OptOuts();
    optOuts.apply('HELP', pair);
    expect(optOuts.has(pair)).toBe(false);
    optOuts.apply('STOP', pair);
    optOuts.apply('HELP', pair);
    expect(optOuts.has(pair)).toBe(true);
    expect(optOuts.has({ ...pair, own: '+14155550191' })).toBe(false);
    expect(optOuts.has({ own: pair.person, person: pair.own })).toBe(false);
    optOuts.apply('START', pair);
    expect(optOuts.has(pair)).toBe(false);
  });
});
