import { expect, it } from 'vitest';
import { wordErrorRate } from './quality.ts';

it.each<[string, string[], string[], number | null]>([
  ['the same', ['Yes, tomorrow at ten.'], ['yes tomorrow at ten'], 0],
  ['cut into other turns', ['Yes.', 'Tomorrow at ten.'], ['Yes tomorrow', 'at ten'], 0],
  ['one of four wrong', ['yes tomorrow at ten'], ['yes tomorrow at two'], 0.25],
  ['one missing', ['yes tomorrow at ten'], ['yes at ten'], 0.25],
  ['one added', ['yes tomorrow at ten'], ['oh yes tomorrow at ten'], 0.25],
  ['nothing heard', ['yes please'], [], 1],
  ['more heard than said', ['yes'], ['no no no'], 3],
  ['an apostrophe of the other kind', ["don't"], ['don’t'], 0],
  ['letters of another script', ['да, завтра'], ['да вчера'], 0.5],
  ['nothing said', ['...'], ['hello'], null],
])('%s', (_name, said, heard, rate) => {
  expect(wordErrorRate(said, heard)).toBe(rate);
});
