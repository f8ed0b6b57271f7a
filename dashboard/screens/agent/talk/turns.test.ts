import { expect, test } from 'vitest';
import { NO_TALK, type TalkAction, talkReducer } from './state.ts';
import { createTurns } from './turns.ts';

test('what an earlier talk tells late changes nothing of the next', () => {
  let state = NO_TALK;
  const turns = createTurns<TalkAction>((action) => {
    state = talkReducer(state, action);
  });
  const begin = () => {
    const turn = turns.next();
    turn.tell({ type: 'start', mode: 'text', leadId: null, label: null });
    return turn;
  };
  const first = begin();
  first.tell({ type: 'joined', conversationId: 'first', at: '2026-11-21T10:00:00.000Z' });
  const second = begin();
  expect([first.isLatest(), second.isLatest()]).toEqual([false, true]);
  second.tell({ type: 'joined', conversationId: 'second', at: '2026-11-21T10:01:00.000Z' });
  first.tell({ type: 'line', role: 'agent', text: 'Goodbye.', eventId: 1 });
  first.tell({ type: 'ended', why: 'The agent ended it.' });
  first.tell({ type: 'failed', problem: new Error('Too late.') });
  expect(state).toMatchObject({ phase: 'live', conversationId: 'second', lines: [], problem: null });
  second.tell({ type: 'ended', why: 'You ended it.' });
  expect(state).toMatchObject({ phase: 'over', ended: 'You ended it.' });
});
