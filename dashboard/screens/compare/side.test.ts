import { expect, test } from 'vitest';
import { compareSearch } from './search.ts';
import { readPeriod, readSide, writeSide } from './side.ts';

test('a side is an agent, or an agent with a label that may contain colons', () => {
  expect(readSide('agent_1')).toEqual({ agentId: 'agent_1', label: null });
  expect(readSide('agent_1:v2: brief')).toEqual({ agentId: 'agent_1', label: 'v2: brief' });
  expect(writeSide({ agentId: 'agent_1', label: 'v2: brief' })).toBe('agent_1:v2: brief');
  for (const bad of [undefined, '', ':x', 'agent_1:']) expect(readSide(bad)).toBeNull();
});

test('a period includes its last day', () => {
  const { $from, to } = readPeriod({ from: '2026-03-01', to: '2026-03-01' });
  expect(new Date($from ?? '').getTime()).toBe(new Date('2026-03-01T00:00:00').getTime());
  expect(new Date(to ?? '').getTime()).toBe(new Date('2026-03-02T00:00:00').getTime());
  expect(readPeriod({})).toEqual({});
});

test('invalid or empty days are left out of the search', () => {
  expect(compareSearch({ left: 'a', right: '', from: 'yesterday', to: '2026-13-45' })).toEqual({ left: 'a' });
});
