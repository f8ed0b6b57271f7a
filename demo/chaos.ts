import { seededRandom } from '#simulator/random.ts';

const SHORTEST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 6_000;

export interface ChaosTarget {
  /** Null while no process runs. */
  readonly pid: number | null;
  /** The process's ready message; a new object after every start. */
  readonly ready: object;
  kill(): void;
}

/**
 * Kills the target every three to six seconds, until stopped or `mostKills` is reached. A target that is down
 * or still starting is skipped, so that every kill interrupts work.
 */
export async function runChaos(options: {
  target: ChaosTarget;
  seed: number;
  mostKills: number;
  /** Resolves to false when it is time to stop. */
  pause: (pauseMs: number) => Promise<boolean>;
  onKill: (kills: number) => void;
}): Promise<number> {
  const random = seededRandom('chaos', options.seed);
  let killed: object | null = null;
  let kills = 0;
  while (kills < options.mostKills) {
    const pauseMs = SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    if (!(await options.pause(Math.round(pauseMs)))) break;
    if (options.target.pid === null || options.target.ready === killed) continue;
    killed = options.target.ready;
    options.target.kill();
    kills += 1;
    options.onKill(kills);
  }
  return kills;
}
