import { expect, test } from 'vitest';
import { type PastMessage, summariseHistory } from './context.ts';

const now = new Date('2026-03-04T17:00:00.000Z');
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const text = (minutes: number, body: string): PastMessage => ({
  at: before(minutes),
  direction: 'inbound',
  channel: 'sms',
  body,
});

test('nothing before is an empty text', () => {
  expect(summariseHistory({ calls: [], messages: [], now }, { maxChars: 1_500 })).toBe('');
});

test('calls and texts in the order in which they were, unanswered calls left out', () => {
  const call = { direction: 'outbound', disposition: null, summary: null } as const;
  const history = summariseHistory(
    {
      calls: [
        { ...call, at: before(3_000), reach: 'no_answer' },
        {
          ...call,
          at: before(1_500),
          reach: 'answered',
          disposition: 'callback_requested',
          summary: 'Busy.',
        },
      ],
      messages: [
        text(0, 'yes,\n please'),
        { at: before(70), direction: 'outbound', channel: 'email', body: 'The offer' },
      ],
      now,
    },
    { maxChars: 1_500 },
  );
  expect(history.split('\n')).toEqual([
    '1 day ago: we called, callback requested. Busy.',
    '1 hour ago: we sent a mail: "The offer"',
    'just now: the person sent a text: "yes, please"',
  ]);
});

test('is bounded, and the newest is what stays', () => {
  const messages = Array.from({ length: 50 }, (_, index) => text(index, `${index} ${'👍'.repeat(800)}`));
  const history = summariseHistory({ calls: [], messages, now }, { maxChars: 1_500 });
  expect(history.length).toBeLessThanOrEqual(1_500);
  expect(history.isWellFormed()).toBe(true);
  expect(history.split('\n').at(-1)).toContain('"0 👍');
  expect(history.split('\n')).toHaveLength(4);
});

test('what is said to be later than now is not history', () => {
  expect(summariseHistory({ calls: [], messages: [text(-5, 'later')], now }, { maxChars: 1_500 })).toBe('');
});
