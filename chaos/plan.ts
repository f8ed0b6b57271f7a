import type { Checkpoint } from '#services/context.ts';
import type { FaultOptions } from '#simulator/faults.ts';
import { between, pick, type Random, seededRandom } from '#simulator/random.ts';
import type { CheckpointOrder } from './orders.ts';
import { LINKS, type LinkName } from './product.ts';

export const WORKERS = 2;
/** How long faults strike; times of a plan are milliseconds since the campaigns were started. */
export const FAULT_PHASE_MS = 12_000;

export const TARGETS = ['worker-1', 'worker-2', 'api', 'temporal', 'postgres', 'network'] as const;
export type Target = (typeof TARGETS)[number];

/** What an operator or a person does meanwhile. */
export const ACTIONS = [
  'opt_out',
  'pause',
  'settings',
  'stop',
  'leads_added',
  'one_off_call',
  'settle',
  'call_now',
] as const;
export type Action = (typeof ACTIONS)[number];

const STORMS = {
  '429 storm': { dialThrottle: 1 },
  'webhooks lost': { webhookLoss: 1 },
  'webhooks late': { webhookDelayMs: [1_000, 4_000] },
  'webhooks out of order': { webhookReorder: 1 },
  'webhooks doubled 100 times': { webhookDuplicate: 0.3, webhookCopies: 100 },
  'webhooks forged': { forge: 1 },
  'answers of dials lost': {
    dialTimeoutAfterAccept: 0.3,
    dialResetAfterAccept: 0.4,
    dialServerErrorAfterAccept: 0.3,
  },
  'dials refused with 500': { dialServerErrorBeforeAccept: 0.6 },
  'reads refused with 503': { readErrors: 0.7 },
} satisfies Record<string, Partial<FaultOptions>>;
export type Storm = keyof typeof STORMS;

export function faultsOf(storm: Storm): Partial<FaultOptions> {
  return STORMS[storm];
}

export type Strike = { atMs: number } & (
  | { kind: 'killed'; target: Target; forMs: number }
  /** SIGSTOP, or silence where a whole machine stops. */
  | { kind: 'stopped'; target: Target; forMs: number }
  | { kind: 'slowed'; link: LinkName; delayMs: number; forMs: number }
  | { kind: 'cut'; link: LinkName; forMs: number }
  | { kind: 'silenced'; link: LinkName; forMs: number }
  | { kind: 'storm'; storm: Storm; forMs: number }
  | { kind: 'action'; action: Action; nth: number }
  /** The hours of the second campaign end at the next full minute, which is then. */
  | { kind: 'hours_end' }
);

export interface Plan {
  seed: number;
  strikes: readonly Strike[];
  /** By worker and process: what each does to itself, and how wrong its clock is. */
  orders: readonly (readonly { order: CheckpointOrder | null; clockMs: number }[])[];
  /** What goes wrong on the phone network all the time. */
  faults: Partial<FaultOptions>;
  hoursEnd: boolean;
}

const BOUNDARIES = [
  'intent_committed',
  'dial_answered',
  'answer_recorded',
  'call_concluded',
] as const satisfies readonly Checkpoint[];
const PROCESSES_PER_WORKER = 4;

/** What befalls the run of a seed, and when: the same in every run of it. */
export function planOf(seed: number): Plan {
  const random = seededRandom('chaos plan', seed);
  const hoursEnd = random() < 0.25;
  const strikes: Strike[] = [];
  for (let left = between(random, 9, 15); left > 0; left -= 1) {
    const atMs = between(random, 0, FAULT_PHASE_MS);
    const strike = strikeAt(random, atMs);
    strikes.push(strike);
    // Now and then a fault meets another one that has not passed.
    if ('forMs' in strike && random() < 0.35)
      strikes.push(strikeAt(random, atMs + between(random, 1, strike.forMs)));
  }
  if (hoursEnd) strikes.push({ kind: 'hours_end', atMs: between(random, 3_000, 9_000) });
  return {
    seed,
    strikes: strikes.toSorted((a, b) => a.atMs - b.atMs),
    orders: Array.from({ length: WORKERS }, () =>
      Array.from({ length: PROCESSES_PER_WORKER }, () => ({
        order: random() < 0.6 ? orderOf(random) : null,
        clockMs: random() < 0.3 ? between(random, -900, 900) : 0,
      })),
    ),
    faults: {
      webhookLoss: pick(random, [0, 0.05, 0.2]),
      webhookDuplicate: pick(random, [0, 0.1]),
      webhookDelayMs: [0, pick(random, [0, 500, 1_500])],
      webhookReorder: pick(random, [0, 0.1]),
      webhookBeforeAnswer: pick(random, [0, 0.1]),
      forge: pick(random, [0, 0.1]),
      dialThrottle: pick(random, [0, 0.05]),
      dialServerErrorAfterAccept: pick(random, [0, 0.05]),
      dialMalformedAfterAccept: pick(random, [0, 0.05]),
      dialTimeoutAfterAccept: pick(random, [0, 0.05]),
      dialResetAfterAccept: pick(random, [0, 0.05]),
      listingLagMs: pick(random, [0, 300, 800]),
      driftPayload: pick(random, [0, 0.1]),
    },
    hoursEnd,
  };
}

function orderOf(random: Random): CheckpointOrder {
  const signal = random() < 0.7 ? 'SIGKILL' : 'SIGSTOP';
  return { at: pick(random, BOUNDARIES), nth: between(random, 1, 6), signal };
}

function strikeAt(random: Random, atMs: number): Strike {
  const draw = random();
  const forMs = between(random, 300, 4_000);
  if (draw < 0.24) return { kind: 'killed', target: pick(random, TARGETS), atMs, forMs };
  if (draw < 0.38) return { kind: 'stopped', target: pick(random, TARGETS), atMs, forMs };
  if (draw < 0.46) {
    const link = pick(random, LINKS);
    // A dial on a slow network still has to arrive in its time.
    const delayMs = between(random, 20, link === 'worker-network' ? 150 : 400);
    return { kind: 'slowed', link, delayMs, atMs, forMs };
  }
  if (draw < 0.52) return { kind: 'cut', link: pick(random, LINKS), atMs, forMs };
  if (draw < 0.58)
    return {
      kind: 'silenced',
      link: pick(
        random,
        LINKS.filter((link) => link !== 'worker-network'),
      ),
      atMs,
      forMs,
    };
  if (draw < 0.76) return { kind: 'storm', storm: pick(random, Object.keys(STORMS) as Storm[]), atMs, forMs };
  return { kind: 'action', action: pick(random, ACTIONS), nth: between(random, 0, 999), atMs };
}

/** One word or two for each kind, for the counts. */
export function nameOf(strike: Strike): string {
  switch (strike.kind) {
    case 'killed':
    case 'stopped':
      return `${strike.target.replace(/-\d$/, '')} ${strike.kind}`;
    case 'slowed':
    case 'cut':
    case 'silenced':
      return `${strike.link} ${strike.kind}`;
    case 'storm':
      return strike.storm;
    case 'action':
      return strike.action.replaceAll('_', ' ');
    case 'hours_end':
      return 'hours end';
  }
}

/** A line a strike, in the order of time. */
export function describePlan({ strikes, orders, faults }: Plan): string[] {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  return [
    ...strikes.map((strike) => {
      const until = 'forMs' in strike ? ` for ${seconds(strike.forMs)}` : '';
      const which = 'target' in strike && strike.target.startsWith('worker') ? ` (${strike.target})` : '';
      return `${seconds(strike.atMs).padStart(8)}  ${nameOf(strike)}${which}${until}`;
    }),
    ...orders.flatMap((processes, worker) =>
      processes.map(({ order, clockMs }, nth) => {
        const what = order === null ? 'no order' : `${order.signal} at ${order.at}, time ${order.nth}`;
        return `worker ${worker + 1}, process ${nth + 1}: ${what}${clockMs === 0 ? '' : `, clock off by ${clockMs} ms`}`;
      }),
    ),
    `all the time: ${JSON.stringify(faults)}`,
  ];
}
