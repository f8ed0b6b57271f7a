import { expect, test } from 'vitest';
import { toJson } from './json.ts';

test('only what PostgreSQL refuses is changed', () => {
  const plain = { text: 'Zoë said "hi" \\u0000 \\ud800', list: [1, null, { pair: '😀' }] };
  expect(JSON.parse(toJson(plain))).toEqual(plain);
  expect(toJson({ text: 'a\0b', lone: 'x\ud800', pair: '😀' })).toBe(
    '{"text":"ab","lone":"x\ufffd","pair":"😀"}',
  );
  expect(toJson({ 'na\0me': [{ '\ud800': 1 }] })).toBe('{"name":[{"\ufffd":1}]}');
  expect(toJson(undefined)).toBe('null');
});
