import { expect, test } from 'vitest';
import { serversFor, vitestArguments } from './test-lanes.ts';

test('a lane starts only the servers it needs', () => {
  expect([...serversFor(['unit'])]).toEqual([]);
  expect([...serversFor(['unit', 'database'])]).toEqual(['postgres']);
  expect([...serversFor(['database', 'temporal'])]).toEqual(['postgres', 'temporal']);
});

test('the contract lane runs in CI, or on request', () => {
  const local = { ci: false };
  expect(vitestArguments([], local)).toEqual(['--project=!contract']);
  expect(vitestArguments(['-t', 'leads'], local)).toEqual(['-t', 'leads', '--project=!contract']);
  expect(vitestArguments([], { ci: true })).toEqual([]);
  expect(vitestArguments(['--project', 'contract'], local)).toEqual(['--project', 'contract']);
  expect(vitestArguments(['--project=unit'], local)).toEqual(['--project=unit']);
  expect(vitestArguments(['test/contract/api.test.ts'], local)).toEqual(['test/contract/api.test.ts']);
});
