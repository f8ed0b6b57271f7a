import { expect, test } from 'vitest';
import { serversFor, vitestArguments } from './test-lanes.ts';

test('a lane has only the servers started that it needs', () => {
  expect([...serversFor(['unit'])]).toEqual([]);
  expect([...serversFor(['unit', 'database'])]).toEqual(['postgres']);
  expect([...serversFor(['database', 'temporal'])]).toEqual(['postgres', 'temporal']);
});

test('the contract runs in continuous integration, or when it is asked for', () => {
  const here = { ci: false };
  expect(vitestArguments([], here)).toEqual(['--project=!contract']);
  expect(vitestArguments(['-t', 'leads'], here)).toEqual(['-t', 'leads', '--project=!contract']);
  expect(vitestArguments([], { ci: true })).toEqual([]);
  expect(vitestArguments(['--project', 'contract'], here)).toEqual(['--project', 'contract']);
  expect(vitestArguments(['--project=unit'], here)).toEqual(['--project=unit']);
  expect(vitestArguments(['test/contract/api.test.ts'], here)).toEqual(['test/contract/api.test.ts']);
});
