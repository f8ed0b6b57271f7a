import { expect, test } from 'vitest';
import { newKey, UnansweredRequests } from './idempotency.ts';

const TEXT = '/api/messages {"to":"+14155550117","body":"Hello"}';

test('an unanswered request keeps its first key until it is answered', () => {
  const unanswered = new UnansweredRequests();
  const first = unanswered.keyFor(TEXT);
  expect(unanswered.keyFor(TEXT)).not.toBe(first);
  unanswered.keep(TEXT, first);
  expect(unanswered.keyFor(TEXT)).toBe(first);
  expect(unanswered.keyFor(TEXT.replace('Hello', 'Hi'))).not.toBe(first);
  unanswered.forget(TEXT);
  expect(unanswered.keyFor(TEXT)).not.toBe(first);
});

test('after a while the same request gets a new key', () => {
  const unanswered = new UnansweredRequests();
  unanswered.keep(TEXT, 'first', 0);
  expect(unanswered.keyFor(TEXT, 4 * 60_000)).toBe('first');
  expect(unanswered.keyFor(TEXT, 5 * 60_000)).not.toBe('first');
});

test('the API accepts the form of a key', () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
});
