import { describe, expect, test } from 'vitest';
import { callbackTime, type DispositionFacts, judgeDisposition } from './disposition.ts';

const facts = (dataCollection: Record<string, unknown>, more: Partial<DispositionFacts> = {}) =>
  judgeDisposition({ converted: false, transcript: [], dataCollection, ...more });
const says = (role: 'user' | 'agent', text: string) => [{ role, text, atSeconds: 0 }];

describe('the time of a callback', () => {
  test.each([
    ['2026-11-21T15:30:00Z', '2026-11-21T15:30:00.000Z'],
    ['2026-11-21T15:30:00+05:30', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T15:30:00-0800', '2026-11-21T23:30:00.000Z'],
    ['2026-11-21T15:30+01:00', '2026-11-21T14:30:00.000Z'],
  ])('%s is the instant %s', (value, instant) => {
    expect(callbackTime({ callback_at: value })?.toISOString()).toBe(instant);
  });

  test.each([
    // On whose clock? Not on that of the server, which is what JavaScript would take.
    ['2026-11-21T15:30:00'],
    ['2026-11-21T15:30'],
    ['2026-11-21 15:30'],
    ['2026-11-21'],
    ['21 November 2026 15:30'],
    ['tomorrow at three+01:00'],
    ['2026-11-21T25:30:00Z'],
    ['2026-11-21T15:30:00Z or later'],
    [''],
    [1_795_000_000],
    [true],
    [null],
    [undefined],
  ])('%j names none', (value) => {
    expect(callbackTime({ callback_at: value })).toBeNull();
    expect(facts({ callback_at: value })).toBe('none');
  });
});

describe('an answered call', () => {
  test.each([
    [{ opt_out: true }, 'opted_out'],
    [{ opt_out: ' Yes ' }, 'opted_out'],
    [{ opt_out: 'no' }, 'none'],
    [{ wrong_person: 'TRUE' }, 'wrong_person'],
    [{ wrong_person: 'yes, I think' }, 'none'],
    [{ callback_at: '2026-11-21T15:30:00Z' }, 'callback_requested'],
    [{ interested: true }, 'qualified'],
    [{ interested: 'false' }, 'not_interested'],
    [{ interested: ' NO ' }, 'not_interested'],
    [{ interested: false }, 'not_interested'],
    [{ interested: 'not now' }, 'none'],
    [{}, 'none'],
  ] as const)('with %j is %s', (collected, disposition) => {
    expect(facts(collected)).toBe(disposition);
  });

  test('an opt-out outranks all else, then the wrong person, the conversion, and the callback', () => {
    const all = {
      opt_out: true,
      wrong_person: true,
      callback_at: '2026-11-21T15:30:00Z',
      interested: true,
    };
    expect(facts(all, { converted: true })).toBe('opted_out');
    expect(facts({ ...all, opt_out: false }, { converted: true })).toBe('wrong_person');
    expect(facts({ ...all, opt_out: false, wrong_person: false }, { converted: true })).toBe('converted');
    expect(facts({ ...all, opt_out: false, wrong_person: false })).toBe('callback_requested');
  });

  test.each([
    'Please stop calling.',
    'Do not call again!',
    "I said don't call me",
    'I said don’t call me',
    'REMOVE MY NUMBER',
    'so remove me from your list, please',
    'Take me off your list.',
    'unsubscribe',
  ])('in which the person says "%s" is an opt-out, and the agent may say it', (text) => {
    expect(facts({}, { transcript: says('user', text) })).toBe('opted_out');
    expect(facts({}, { transcript: says('agent', text) })).toBe('none');
    expect(facts({}, { transcript: [...says('user', 'Who is it?'), ...says('user', text)] })).toBe(
      'opted_out',
    );
  });

  test('in which somebody says something like it is none', () => {
    expect(facts({}, { transcript: says('user', 'Why did you stop? Calling is fine.') })).toBe('none');
  });
});
