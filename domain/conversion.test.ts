import { describe, expect, test } from 'vitest';
import { type ConversionFacts, type ConversionRule, findConversion } from './conversion.ts';

const facts: ConversionFacts = {
  verdict: 'success',
  dataCollection: { plan: 'gold' },
  evaluation: { polite: 'success', meeting_agreed: 'failure' },
  transcript: [
    { role: 'agent', text: 'Shall we say tomorrow?', atSeconds: 0 },
    { role: 'user', text: 'Yes, why not.', atSeconds: 3 },
    { role: 'agent', text: 'At ten?', atSeconds: 5 },
    { role: 'user', text: 'Tomorrow at ten is fine.', atSeconds: 8 },
  ],
};
const tomorrow: ConversionRule = { rule: 'keywords', keywords: ['tomorrow'] };
const gold: ConversionRule = { rule: 'data_collection', field: 'plan', equals: 'gold' };
const silver: ConversionRule = { rule: 'data_collection', field: 'plan', equals: 'silver' };

describe('evaluation', () => {
  test.each<[ConversionRule, string | null]>([
    [{ rule: 'evaluation', criterion: 'polite' }, 'polite was judged success'],
    [{ rule: 'evaluation', criterion: 'meeting_agreed' }, null],
    [
      { rule: 'evaluation', criterion: 'meeting_agreed', result: 'failure' },
      'meeting_agreed was judged failure',
    ],
    [{ rule: 'evaluation', criterion: 'unheard_of' }, null],
    [{ rule: 'evaluation', criterion: 'constructor' }, null],
  ])('%j', (rule, detail) => {
    expect(findConversion(rule, facts)?.detail ?? null).toBe(detail);
  });
});

describe('combined rules', () => {
  test('all: every part is named, and the first turn that met', () => {
    expect(findConversion({ rule: 'all', rules: [gold, tomorrow] }, facts)).toEqual({
      rule: 'all',
      detail: 'plan was collected and "tomorrow" was said',
      turn: 3,
      met: [
        { rule: 'data_collection', detail: 'plan was collected' },
        { rule: 'keywords', detail: '"tomorrow" was said', turn: 3 },
      ],
    });
  });

  test('all with one that does not meet: none', () => {
    expect(findConversion({ rule: 'all', rules: [gold, silver] }, facts)).toBeNull();
  });

  test('any: the first that meets', () => {
    expect(findConversion({ rule: 'any', rules: [silver, tomorrow, gold] }, facts)).toMatchObject({
      rule: 'any',
      turn: 3,
      met: [{ rule: 'keywords' }],
    });
    expect(findConversion({ rule: 'any', rules: [silver] }, facts)).toBeNull();
  });

  test.each(['all', 'any'] as const)('%s of nothing is never met', (rule) => {
    expect(findConversion({ rule, rules: [] }, facts)).toBeNull();
  });

  test('to a depth of three', () => {
    const three: ConversionRule = { rule: 'all', rules: [{ rule: 'any', rules: [silver, gold] }] };
    expect(findConversion(three, facts)).toMatchObject({ rule: 'all', met: [{ rule: 'data_collection' }] });
    expect(findConversion({ rule: 'all', rules: [three] }, facts)).toBeNull();
  });
});

test.each<[string, string, boolean]>([
  ['oui', 'Oui, volontiers.', true],
  ['ja', 'Jaguar fahre ich nicht.', false],
  ['はい', '今ははい、そうです。', true],
  ['да', 'Да!', true],
  ['да', 'Давно.', false],
  ['ναι', 'ΝΑΙ, αύριο', true],
])('the keyword %s in "%s": %s', (keyword, text, met) => {
  const transcript = [{ role: 'user' as const, text, atSeconds: 0 }];
  const reason = findConversion({ rule: 'keywords', keywords: [keyword] }, { ...facts, transcript });
  expect(reason !== null).toBe(met);
});
