import type { SimulatedReach } from './people.ts';
import { pick, seededRandom } from './random.ts';

/** How a text ends once the network has taken it. */
export interface TextFate {
  status: 'delivered' | 'undelivered' | 'failed';
  /** Twilio's error number; null when delivered. */
  errorCode: number | null;
  /** Real-life seconds from acceptance to `sent`; `deliverySeconds` from there to the end. */
  sendSeconds: number;
  deliverySeconds: number;
}

/**
 * Numbers whose last two digits decide the fate of a text. A request to text a refused number fails at once.
 *
 * | digits | texts to it                         | digits | after the first call                      |
 * |--------|-------------------------------------|--------|-------------------------------------------|
 * | 15     | refused: no such number, 21211      | 97     | texts a question                          |
 * | 16     | undelivered: switched off, 30003    | 98     | texts that it is interested               |
 * | 17     | undelivered: unknown, 30005         | 99     | texts STOP                                |
 * | 18     | failed: 30008                       |        |                                           |
 * | 19     | refused: takes no texts, 21614      |        |                                           |
 *
 * 00 to 14 get every text; all others are decided by the seed.
 */
const REFUSED: Readonly<Record<string, number>> = { '15': 21211, '19': 21614 };
const FAILING: Readonly<Record<string, Pick<TextFate, 'status' | 'errorCode'>>> = {
  '16': { status: 'undelivered', errorCode: 30003 },
  '17': { status: 'undelivered', errorCode: 30005 },
  '18': { status: 'failed', errorCode: 30008 },
};
const TEXTING: Readonly<Record<string, string>> = {
  '97': 'Who is calling, and what is this about?',
  '98': 'Sorry, I could not talk. Yes, I am interested, tell me more.',
  '99': 'STOP',
};

/** Among people without a sentinel. */
const UNDELIVERED_SHARE = 0.03;
const FAILED_SHARE = 0.01;

const AFTER_NO_ANSWER = [
  'Sorry I missed your call. What is it about?',
  'Saw a missed call from this number. Who is this?',
  'Can you text me instead?',
] as const;
const AFTER_A_TALK = [
  'Thanks for the call. Could you send me the details?',
  'One more question: what does it cost?',
  'Nice talking to you. Looking forward to it.',
] as const;

/** Twilio's error number for a number that cannot be texted; null for all others. */
export function textRefusalOf(person: string): number | null {
  return REFUSED[person.slice(-2)] ?? null;
}

/** The fate of the nth text to a person, deterministic by seed. */
export function textFate(seed: number, person: string, nth: number): TextFate {
  const random = seededRandom('text', seed, person, nth);
  const seconds = { sendSeconds: 1 + random(), deliverySeconds: 1 + random() * 6 };
  const drawn = random();
  const digits = person.slice(-2);
  const delivered = { status: 'delivered', errorCode: null } as const;
  if (/^(0\d|1[0-4])$/.test(digits)) return { ...delivered, ...seconds };
  const failing = FAILING[digits];
  if (failing !== undefined) return { ...failing, ...seconds };
  if (drawn < FAILED_SHARE) return { status: 'failed', errorCode: 30008, ...seconds };
  if (drawn < FAILED_SHARE + UNDELIVERED_SHARE) {
    return { status: 'undelivered', errorCode: 30003, ...seconds };
  }
  return { ...delivered, ...seconds };
}

/** What a person texts after a call; null for most. `share` (0 to 1) applies to people without a sentinel. */
export function textAfterCall(
  seed: number,
  call: { person: string; callsBefore: number; reach: SimulatedReach },
  share: number,
): string | null {
  const digits = call.person.slice(-2);
  const wanted = TEXTING[digits];
  if (wanted !== undefined) return call.callsBefore === 0 ? wanted : null;
  if (/^(0\d|1[0-9])$/.test(digits)) return null;
  const random = seededRandom('textsBack', seed, call.person, call.callsBefore);
  if (random() >= share) return null;
  switch (call.reach) {
    case 'answered':
      return pick(random, AFTER_A_TALK);
    case 'voicemail':
    case 'no_answer':
      return pick(random, AFTER_NO_ANSWER);
    case 'busy':
    case 'failed':
      return null;
  }
}
