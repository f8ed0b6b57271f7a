import type { Reach } from '#domain/call.ts';
import { between, pickWeighted, type Random, seededRandom } from './random.ts';

/** What a person does when the phone rings. */
export const PROFILES = [
  'converts',
  'qualifies',
  'asks_callback',
  'not_interested',
  'opts_out',
  'wrong_person',
  'hangs_up',
  'long_call',
  'no_answer',
  'busy',
  'voicemail',
  'screening',
  'fails',
] as const;
export type Profile = (typeof PROFILES)[number];

/** How a simulated call ends. The network always knows, and only counts calls that were placed. */
export type SimulatedReach = Exclude<Reach, 'not_placed' | 'unknown'>;

/** One call, decided when it is placed. Durations are real-life seconds. */
export interface CallPlan {
  profile: Profile;
  reach: SimulatedReach;
  ringSeconds: number;
  /** 0 unless a person or a machine picked up. */
  talkSeconds: number;
  /** The call reached its maximum duration before the person had finished. */
  cut: boolean;
}

/**
 * Numbers whose last two digits decide what happens, call by call; the last entry applies to all later calls.
 * A dial to a `refused` number is answered with 400, and no phone rings.
 *
 * | digits | calls                          | digits | calls                              |
 * |--------|--------------------------------|--------|------------------------------------|
 * | 00     | converts                       | 08     | not interested                     |
 * | 01     | never answers                  | 09     | talks until the longest duration   |
 * | 02     | busy, then converts            | 10     | no answer, then converts           |
 * | 03     | voicemail                      | 11     | voicemail, then converts           |
 * | 04     | call screening                 | 12     | wrong person                       |
 * | 05     | fails                          | 13     | hangs up                           |
 * | 06     | asks for a callback, converts  | 14     | qualifies                          |
 * | 07     | opts out                       | 15     | refused                            |
 *
 * All other numbers are decided by the seed.
 */
const SENTINELS: Readonly<Record<string, readonly Profile[] | 'refused'>> = {
  '00': ['converts'],
  '01': ['no_answer'],
  '02': ['busy', 'converts'],
  '03': ['voicemail'],
  '04': ['screening'],
  '05': ['fails'],
  '06': ['asks_callback', 'converts'],
  '07': ['opts_out'],
  '08': ['not_interested'],
  '09': ['long_call'],
  '10': ['no_answer', 'converts'],
  '11': ['voicemail', 'converts'],
  '12': ['wrong_person'],
  '13': ['hangs_up'],
  '14': ['qualifies'],
  '15': 'refused',
};

/** Weights of people without a sentinel, per 100 calls; 56 are answered. */
const WEIGHTS: Readonly<Record<Profile, number>> = {
  converts: 17,
  qualifies: 9,
  asks_callback: 4,
  not_interested: 14,
  opts_out: 2,
  wrong_person: 3,
  hangs_up: 6,
  long_call: 1,
  no_answer: 20,
  busy: 6,
  voicemail: 12,
  screening: 3,
  fails: 3,
};

const TALK_SECONDS: Readonly<Record<Profile, readonly [number, number]>> = {
  converts: [90, 240],
  qualifies: [60, 200],
  asks_callback: [25, 70],
  not_interested: [20, 60],
  opts_out: [20, 45],
  wrong_person: [20, 40],
  hangs_up: [4, 12],
  long_call: [1500, 2400],
  no_answer: [0, 0],
  busy: [0, 0],
  voicemail: [20, 45],
  screening: [20, 50],
  fails: [0, 0],
};

export function isRefusedNumber(number: string): boolean {
  return SENTINELS[number.slice(-2)] === 'refused';
}

/**
 * The next call to a number, within the dial's limits: deterministic by seed, number and count of earlier
 * calls. `lineBusy`: the person is already in another call.
 */
export function planCall(call: {
  seed: number;
  number: string;
  callsBefore: number;
  ringTimeoutSeconds: number;
  maxDurationSeconds: number;
  lineBusy: boolean;
}): CallPlan {
  const random = seededRandom('person', call.seed, call.number, call.callsBefore);
  const drawn = pickWeighted(random, WEIGHTS);
  const profile = call.lineBusy ? 'busy' : (sentinelProfile(call.number, call.callsBefore) ?? drawn);
  const ringSeconds = ringFor(profile, random);
  const [low, high] = TALK_SECONDS[profile];
  const wantedSeconds = between(random, low, high);
  const reach = reachOf(profile);

  if (reach === 'no_answer' || (ringSeconds >= call.ringTimeoutSeconds && pickedUp(reach))) {
    return { profile, reach: 'no_answer', ringSeconds: call.ringTimeoutSeconds, talkSeconds: 0, cut: false };
  }
  const talkSeconds = Math.min(wantedSeconds, call.maxDurationSeconds);
  return { profile, reach, ringSeconds, talkSeconds, cut: talkSeconds < wantedSeconds };
}

/** A person's own call to us: the agent picks up at once, and the person always talks. */
export function planIncoming(call: {
  seed: number;
  number: string;
  callsBefore: number;
  maxDurationSeconds: number;
}): CallPlan {
  const random = seededRandom('incoming', call.seed, call.number, call.callsBefore);
  const drawn = sentinelProfile(call.number, call.callsBefore) ?? pickWeighted(random, WEIGHTS);
  const profile = reachOf(drawn) === 'answered' ? drawn : 'qualifies';
  const [low, high] = TALK_SECONDS[profile];
  const wantedSeconds = between(random, low, high);
  const talkSeconds = Math.min(wantedSeconds, call.maxDurationSeconds);
  return { profile, reach: 'answered', ringSeconds: 1, talkSeconds, cut: talkSeconds < wantedSeconds };
}

export function pickedUp(reach: SimulatedReach): boolean {
  return reach === 'answered' || reach === 'voicemail';
}

function sentinelProfile(number: string, callsBefore: number): Profile | null {
  const sentinel = SENTINELS[number.slice(-2)];
  if (sentinel === undefined || sentinel === 'refused') return null;
  return sentinel[Math.min(callsBefore, sentinel.length - 1)] ?? null;
}

function ringFor(profile: Profile, random: Random): number {
  switch (profile) {
    case 'busy':
    case 'fails':
      return between(random, 1, 4);
    case 'voicemail':
      return between(random, 18, 28);
    case 'screening':
      return between(random, 2, 6);
    default:
      return between(random, 5, 24);
  }
}

/** A screener that takes a message counts as voicemail, since no person was reached. */
function reachOf(profile: Profile): SimulatedReach {
  switch (profile) {
    case 'no_answer':
      return 'no_answer';
    case 'busy':
      return 'busy';
    case 'fails':
      return 'failed';
    case 'voicemail':
    case 'screening':
      return 'voicemail';
    case 'converts':
    case 'qualifies':
    case 'asks_callback':
    case 'not_interested':
    case 'opts_out':
    case 'wrong_person':
    case 'hangs_up':
    case 'long_call':
      return 'answered';
  }
}
