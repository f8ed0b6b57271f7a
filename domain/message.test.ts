import { expect, test } from 'vitest';
import { laterMessageStatus, MESSAGE_STATUSES, messageStatusOf } from './message.ts';

test('reports in any order, and twice, end at the same status', () => {
  const told = ['queued', 'sent', 'delivered', 'sent', 'delivered'].map((status) => messageStatusOf(status));
  for (const order of [told, told.toReversed()]) {
    expect(
      order.reduce((known, next) => laterMessageStatus(known ?? 'sending', next ?? 'sending'), 'sending'),
    ).toBe('delivered');
  }
});

test('what is final stays', () => {
  for (const told of MESSAGE_STATUSES) expect(laterMessageStatus('undelivered', told)).toBe('undelivered');
});

test('a report settles what was unknown', () => {
  expect(laterMessageStatus('unknown', 'sent')).toBe('sent');
  expect(laterMessageStatus('sent', 'unknown')).toBe('sent');
});

test('words of received texts and of later versions say nothing', () => {
  expect(['receiving', 'received', 'new-word', ''].map(messageStatusOf)).toEqual([null, null, null, null]);
});

test.each([
  ['accepted', 'sent'],
  ['scheduled', 'sent'],
  ['queued', 'sent'],
  ['sending', 'sent'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['partially_delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
] as const)("the carrier's %s is our %s", (word, status) => {
  expect(messageStatusOf(word)).toBe(status);
});
