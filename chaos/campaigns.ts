import { ALWAYS_OPEN, type SettingsChange } from '#domain/settings.ts';
import type { CallingWindow } from '#domain/window.ts';
import { pick, seededRandom } from '#simulator/random.ts';

/** What the simulated people of these endings do, call by call: `simulator/people.ts` has the table. */
const ENDINGS = ['00', '01', '02', '03', '04', '05', '07', '08', '09', '10', '11', '12', '13', '14', '15'];
/** The ranges 555-01XX of these area codes are reserved for fiction. */
const AREA_CODES = [
  '201',
  '212',
  '213',
  '303',
  '305',
  '312',
  '404',
  '415',
  '503',
  '602',
  '617',
  '702',
  '713',
  '808',
];

const LEADS = 30;
const SHARED = 10;

/** The first campaign calls thirty people; the second ten of them and ten others. */
export function peopleOf(seed: number): { first: string[]; second: string[]; spare: string[] } {
  const random = seededRandom('chaos people', seed);
  const numbers = new Set<string>();
  while (numbers.size < LEADS + SHARED + 10)
    numbers.add(`+1${pick(random, AREA_CODES)}55501${pick(random, ENDINGS)}`);
  const all = [...numbers];
  const others = all.slice(LEADS, LEADS + SHARED);
  return {
    first: all.slice(0, LEADS),
    second: [...all.slice(0, SHARED), ...others],
    spare: all.slice(LEADS + SHARED),
  };
}

/** The real rules with short delays, so that a run takes seconds. */
export const SETTINGS: SettingsChange = {
  lines: 6,
  callsPerSecond: 20,
  maxAttempts: 3,
  maxCallSeconds: 40,
  ringSeconds: 10,
  window: ALWAYS_OPEN,
  retryAfterSeconds: { no_answer: 1, busy: 1, failed: 1, voicemail: 1 },
  voicemail: 'retry',
  caps: { perDay: 6, perWeek: 10, minGapSeconds: 1 },
};

/** Every day until this time of the day in UTC, a full minute. */
export function windowUntil(at: Date): CallingWindow {
  const clock = at.toISOString().slice(11, 16);
  const hours: [string, string][] = [['00:00', clock === '00:00' ? '24:00' : clock]];
  const days = { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours };
  return { timeZone: 'UTC', days };
}
