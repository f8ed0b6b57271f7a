import { describe, expect, test } from 'vitest';
import { type EndedCall, evaluateCall } from './evaluate.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const said = (text: string) => [
  {
    role: 'agent' as const,
    text: 'Shall I call you on Monday? I can stop calling you any time.',
    atSeconds: 1,
  },
  { role: 'user' as const, text, atSeconds: 4 },
];
const answered: EndedCall = {
  reach: 'answered',
  verdict: 'success',
  talkSeconds: 60,
  transcript: said('Yes, gladly.'),
  dataCollection: {},
  evaluation: {},
  marked: null,
};
const { scoreWeights } = DEFAULT_SETTINGS;
const by = (conversion: Parameters<typeof evaluateCall>[1]['conversion']) => ({ conversion, scoreWeights });

describe('conversion', () => {
  test('by the provider’s success, only when a person answered', () => {
    const rule = by({ rule: 'call_successful' });
    expect(evaluateCall(answered, rule)).toMatchObject({ converted: true, disposition: 'converted' });
    expect(evaluateCall({ ...answered, verdict: 'failure' }, rule).converted).toBe(false);
    expect(evaluateCall({ ...answered, reach: 'voicemail' }, rule)).toMatchObject({
      converted: false,
      disposition: null,
    });
  });

  test.each([
    [true, undefined, true],
    ['yes', undefined, true],
    ['no', undefined, false],
    [null, undefined, false],
    ['2026-11-23', undefined, true],
    ['Gold', 'gold', true],
    ['Silver', 'gold', false],
    [3, 3, true],
  ])('by a collected value: %o against %o is %o', (value, equals, converted) => {
    const rule = by({ rule: 'data_collection', field: 'plan', ...(equals === undefined ? {} : { equals }) });
    expect(evaluateCall({ ...answered, dataCollection: { plan: value } }, rule).converted).toBe(converted);
  });

  test.each([
    ['Sign me up, please', 'sign me up', true],
    ['I resigned', 'sign', false],
    ['¡Claro que SÍ!', 'sí', true],
    ['ではお願いしますね', 'お願いします', true],
    ['Shall I call you on Monday?', 'tuesday', false],
    ['c++ (really)', 'c++', true],
  ])('by words the person said: "%s" has "%s": %o', (text, keyword, converted) => {
    expect(
      evaluateCall({ ...answered, transcript: said(text) }, by({ rule: 'keywords', keywords: [keyword] })),
    ).toMatchObject({
      converted,
      reason: converted ? { rule: 'keywords', turn: 1 } : null,
    });
  });

  test('words of the agent do not count', () => {
    expect(evaluateCall(answered, by({ rule: 'keywords', keywords: ['Monday'] })).converted).toBe(false);
  });

  test('a person’s mark stands above every rule', () => {
    const marked = { converted: false, disposition: 'wrong_person' as const };
    expect(evaluateCall({ ...answered, marked }, by({ rule: 'call_successful' }))).toMatchObject({
      converted: false,
      disposition: 'wrong_person',
    });
    expect(evaluateCall(answered, by({ rule: 'manual' })).converted).toBe(false);
  });
});

describe('disposition', () => {
  const judge = (dataCollection: Record<string, unknown>, text = 'Hm.') =>
    evaluateCall(
      { ...answered, verdict: 'unknown', dataCollection, transcript: said(text) },
      by({ rule: 'manual' }),
    ).disposition;

  test.each([
    [{ opt_out: true }, 'opted_out'],
    [{ wrong_person: 'yes' }, 'wrong_person'],
    [{ callback_at: '2026-11-23T10:00:00+01:00' }, 'callback_requested'],
    [{ callback_at: 'tomorrow' }, 'none'],
    [{ interested: 'yes' }, 'qualified'],
    [{ interested: false }, 'not_interested'],
    [{}, 'none'],
  ])('%o is %s', (collected, disposition) => {
    expect(judge(collected)).toBe(disposition);
  });

  test('asking not to be called is an opt-out, whatever the agent made of it', () => {
    expect(judge({ interested: true }, 'Please stop calling me!')).toBe('opted_out');
  });
});

describe('score', () => {
  test('adds its parts and stays within 0 and 100', () => {
    const { score } = evaluateCall(
      { ...answered, talkSeconds: 600, transcript: Array(12).fill(said('Yes')).flat() },
      by({ rule: 'call_successful' }),
    );
    expect(score).toEqual({
      total: 100,
      parts: { answered: 15, talkTime: 20, engagement: 15, success: 20, conversion: 30 },
    });
    expect(
      evaluateCall({ ...answered, reach: 'busy', verdict: null }, by({ rule: 'call_successful' })).score
        .total,
    ).toBe(0);
  });

  test('weights are relative, and none at all score nothing', () => {
    const only = (weight: number) => ({
      answered: weight,
      talkTime: 0,
      engagement: 0,
      success: 0,
      conversion: 0,
    });
    const conversion = { rule: 'manual' } as const;
    expect(evaluateCall(answered, { conversion, scoreWeights: only(3) }).score.total).toBe(100);
    expect(evaluateCall(answered, { conversion, scoreWeights: only(0) }).score.total).toBe(0);
  });
});
