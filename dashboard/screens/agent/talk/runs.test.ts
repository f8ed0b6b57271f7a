import { expect, test } from 'vitest';
import { createRuns } from './runs.ts';
import { NO_TALK, type TalkAction, talkReducer } from './state.ts';

test('late actions of an earlier talk do not affect the next', () => {
  let state = NO_TALK;
  const runs = createRuns<TalkAction>((action) => {
    state = talkReducer(state, action);
  });
  const begin = () => {
    const run = runs.next();
    run.send({ type: 'start', mode: 'text', leadId: null, label: null });
    return run;
  };
  const first = begin();
  first.send({ type: 'joined', conversationId: 'first', at: '2026-11-21T10:00:00.000Z' });
  const second = begin();
  expect([first.isLatest(), second.isLatest()]).toEqual([false, true]);
  second.send({ type: 'joined', conversationId: 'second', at: '2026-11-21T10:01:00.000Z' });
  first.send({ type: 'line', role: 'agent', text: 'Goodbye.', eventId: 1 });
  first.send({ type: 'ended', why: 'The agent ended it.' });
  first.send({ type: 'failed', problem: new Error('Too late.') });
  expect(state).toMatchObject({ phase: 'live', conversationId: 'second', lines: [], problem: null });
  second.send({ type: 'ended', why: 'You ended it.' });
  expect(state).toMatchObject({ phase: 'over', ended: 'You ended it.' });
});
