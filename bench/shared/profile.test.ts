import { expect, test } from 'vitest';
import { sharesByOwner } from './profile.ts';

test('busy time is divided by the owner of the code, without idle time', () => {
  const node = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url } });
  const shares = sharesByOwner({
    nodes: [
      node(1, '(idle)', ''),
      node(2, 'query', 'file:///a/node_modules/pg/lib/client.js'),
      node(3, 'dial', 'file:///a/activities/dialling.ts'),
      node(4, 'call', 'file:///a/node_modules/@grpc/grpc-js/build/call.js'),
      node(5, '(garbage collector)', ''),
      node(7, 'post', 'node:inspector'),
      node(6, 'tick', 'node:internal/process/task_queues'),
    ],
    samples: [1, 2, 3, 2, 4, 5, 6, 7],
    timeDeltas: [5_000, 300, 200, 100, 200, 100, 100, 900],
  });
  expect(shares).toEqual([
    ['pg', 0.4],
    ['activities/ (ours)', 0.2],
    ['@grpc/grpc-js', 0.2],
    ['(garbage collector)', 0.1],
    ['node:internal', 0.1],
  ]);
});
