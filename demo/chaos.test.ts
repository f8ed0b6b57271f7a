import { describe, expect, test } from 'vitest';
import { runChaos } from './chaos.ts';

/** The process is down where `pids` has null, and ready again `slow` pauses after a kill. */
function record({
  pids,
  pauses = 100,
  slow = 1,
}: {
  pids: (number | null)[];
  pauses?: number;
  slow?: number;
}) {
  const pausesMs: number[] = [];
  let killed = 0;
  let killedAt = 0;
  let ready = {};
  const target = {
    get ready() {
      if (killedAt > 0 && pausesMs.length >= killedAt + slow) {
        ready = {};
        killedAt = 0;
      }
      return ready;
    },
    get pid() {
      return pids[(pausesMs.length - 1) % pids.length] ?? null;
    },
    kill: () => {
      killed += 1;
      killedAt = pausesMs.length;
    },
  };
  const pause = async (pauseMs: number) => {
    pausesMs.push(pauseMs);
    return pausesMs.length <= pauses;
  };
  return { target, pause, pausesMs, killed: () => killed };
}

describe('the chaos', () => {
  test('kills up to the limit, three to six seconds apart, the same for the same seed', async () => {
    const first = record({ pids: [1] });
    const second = record({ pids: [1] });
    for (const { target, pause } of [first, second]) {
      await runChaos({ target, pause, seed: 7, mostKills: 15, onKill: () => undefined });
    }
    expect(first.killed()).toBe(15);
    expect(first.pausesMs.every((ms) => ms >= 3_000 && ms <= 6_000)).toBe(true);
    expect(second.pausesMs).toEqual(first.pausesMs);
  });

  test('skips a target that is down', async () => {
    const { target, pause, killed } = record({ pids: [1, null], pauses: 10 });
    const kills = await runChaos({ target, pause, seed: 7, mostKills: 15, onKill: () => undefined });
    expect([kills, killed()]).toEqual([5, 5]);
  });

  test('waits until a target is ready before it kills it again', async () => {
    const { target, pause, killed } = record({ pids: [1], pauses: 10, slow: 3 });
    await runChaos({ target, pause, seed: 7, mostKills: 15, onKill: () => undefined });
    expect(killed()).toBe(4);
  });

  test('stops on request, and counts its kills', async () => {
    const { target, pause } = record({ pids: [1], pauses: 3 });
    const seen: number[] = [];
    await runChaos({ target, pause, seed: 1, mostKills: 15, onKill: (kills) => seen.push(kills) });
    expect(seen).toEqual([1, 2, 3]);
  });
});
