import { expect, test } from 'vitest';
import { NO_TALK, type TalkAction, talkReducer } from './state.ts';

function after(...actions: TalkAction[]) {
  return actions.reduce(talkReducer, NO_TALK);
}

const said = (role: 'user' | 'agent', text: string, eventId: number | null): TalkAction => ({
  type: 'line',
  role,
  text,
  eventId,
});

test('typed text is not shown twice when the provider echoes it', () => {
  const { lines } = after(said('user', 'hello', null), said('agent', 'hi', 2), said('user', 'hello', 3));
  expect(lines.map(({ text }) => text)).toEqual(['hello', 'hi']);
  // Repeated, it is a line of its own.
  const again = after(said('user', 'yes', 1), said('user', 'yes', 4));
  expect(again.lines).toHaveLength(2);
});

test('an interrupted sentence is corrected in place', () => {
  const { lines } = after(
    said('agent', 'one two three', 1),
    said('user', 'wait', 2),
    said('agent', 'four five', 3),
    { type: 'correction', eventId: 1, text: 'one…' },
  );
  expect(lines.map(({ text, interrupted }) => [text, interrupted])).toEqual([
    ['one…', true],
    ['wait', false],
    ['four five', false],
  ]);
});

test('a talk that ends while it is joined stays over', () => {
  const { phase, conversationId } = after(
    { type: 'start', mode: 'text', leadId: null, label: null },
    { type: 'ended', why: 'The agent ended it.' },
    { type: 'joined', conversationId: 'conv_1', at: '2026-03-01T12:00:00Z' },
  );
  expect([phase, conversationId]).toEqual(['over', 'conv_1']);
});
