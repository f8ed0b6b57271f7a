// Every IANA zone, and every change of its clock in ten years: hours, retries, callbacks and caps across gap and fold,
// and the leap days. What is expected is reckoned from the offsets that Intl shows, and from nothing of the product.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { localDate } from './day.ts';
import { type GateFacts, holdsOf } from './gate.ts';
import { type AttemptResult, nextStep } from './retry.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { type CallingWindow, closesAt, isOpen, nextOpening, type WindowQuestion } from './window.ts';

// About ten seconds on an idle machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FROM_MS = Date.UTC(2026, 0, 1);
const UNTIL_MS = Date.UTC(2036, 0, 1);
/** No two changes of a clock are closer than this, not even around Ramadan. */
const STEP_MS = 10 * DAY_MS;
/** Each change meets a few of the hours that touch it, another few in every zone; with `EVERY_HOUR=1` all. */
const HOURS_A_CHANGE = process.env.EVERY_HOUR === '1' ? Number.POSITIVE_INFINITY : 3;

const zones = Intl.supportedValuesOf('timeZone');

/** One change of a zone's clock. */
interface Change {
  zone: string;
  atMs: number;
  /** Before and after. */
  offsetsMs: [number, number];
}

const changes: Change[] = [];

/** What Intl shows as the zone's distance from UTC. */
function offsetBy(format: Intl.DateTimeFormat, atMs: number): number {
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = format
    .format(atMs)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

function* changesOf(zone: string): Generator<Change> {
  const format = formatOf(zone);
  let before = offsetBy(format, FROM_MS);
  for (let fromMs = FROM_MS; fromMs < UNTIL_MS; fromMs += STEP_MS) {
    const after = offsetBy(format, fromMs + STEP_MS);
    if (after === before) continue;
    let [low, high] = [fromMs, fromMs + STEP_MS];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetBy(format, middle) === before) low = middle;
      else high = middle;
    }
    yield { zone, atMs: high, offsetsMs: [before, after] };
    before = after;
  }
}

beforeAll(() => {
  for (const zone of zones) changes.push(...changesOf(zone));
});

const name = ({ zone, atMs }: Change) => `${zone} at ${new Date(atMs).toISOString()}`;

/** The zone's clock near a change, as milliseconds since 1970 on that clock. */
function wallMs({ atMs, offsetsMs }: Change, ms: number): number {
  return ms + offsetsMs[ms < atMs ? 0 : 1];
}

/** The instants near a change at which the clock shows this; none for a time that is skipped. */
function instantsOf({ atMs, offsetsMs: [before, after] }: Change, wall: number): number[] {
  return [wall - before].filter((ms) => ms < atMs).concat([wall - after].filter((ms) => ms >= atMs));
}

/** Minutes since midnight, from and to. */
type Hours = [number, number];

/**
 * Whether hours that hold every day are open: from the last time that the clock shows their start until the first time
 * that it shows their end, or the jump where it shows neither.
 */
function isOpenBy(change: Change, [start, end]: Hours, ms: number): boolean {
  const day = Math.floor(wallMs(change, ms) / DAY_MS) * DAY_MS;
  const startMs = instantsOf(change, day + start * MINUTE_MS).at(-1) ?? change.atMs;
  const endMs = instantsOf(change, day + end * MINUTE_MS)[0] ?? change.atMs;
  return ms >= startMs && ms < endMs;
}

/** Whether the clock shows a time within the hours, which is the least that is asked of a call. */
function isShown(change: Change, [start, end]: Hours, ms: number): boolean {
  const minute = (wallMs(change, ms) % DAY_MS) / MINUTE_MS;
  return minute >= start && minute < end;
}

function windowOf([start, end]: Hours): CallingWindow {
  const text = (minutes: number) =>
    [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const hours: [string, string][] = [[text(start), text(end)]];
  return {
    timeZone: 'lead',
    days: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours },
  };
}

/** Hours that begin or end before, in and after what the clock skips or repeats, and the usual ones. */
function hoursAt(change: Change, nth: number): Hours[] {
  const { atMs, offsetsMs } = change;
  const day = Math.floor(wallMs(change, atMs - 1) / DAY_MS) * DAY_MS;
  const [low = 0, high = 0] = offsetsMs
    .map((offsetMs) => (atMs + offsetMs - day) / MINUTE_MS)
    .sort((a, b) => a - b);
  const edges = [low - 90, low - 1, low, low + 1, (low + high) / 2, high - 1, high, high + 1, high + 90];
  const limits = [...new Set([0, ...edges, 1_440].map(Math.round))]
    .filter((minutes) => minutes >= 0 && minutes <= 1_440)
    .sort((a, b) => a - b);
  const pairs = limits.flatMap((start, at) => limits.slice(at + 1).map((end): Hours => [start, end]));
  const some = Array.from({ length: Math.min(HOURS_A_CHANGE, pairs.length) }, (_, of) => {
    const pair = pairs[(nth * 7 + of * 13) % pairs.length];
    return pair ?? ([0, 1_440] satisfies Hours);
  });
  return [...(HOURS_A_CHANGE === Number.POSITIVE_INFINITY ? pairs : some), [600, 1_140]];
}

/** Instants to look at: to the millisecond at the change, and about every limit of what it skips or repeats. */
function instantsAt({ atMs, offsetsMs: [before, after] }: Change): number[] {
  const shiftMs = Math.abs(after - before);
  const about = [0, shiftMs, -shiftMs, shiftMs / 2, -shiftMs / 2].flatMap((ms) =>
    [-MINUTE_MS, -1, 0, 1, MINUTE_MS].map((more) => atMs + ms + more),
  );
  const hourly = [-11, -7, -3, -2, 2, 3, 7, 11].map((hours) => atMs + hours * HOUR_MS);
  return [...new Set([...about, ...hourly])].sort((a, b) => a - b);
}

/** Every change with the hours it meets; what holds for one must hold for all. */
function forEveryChange(check: (change: Change, hours: Hours, question: WindowQuestion) => void): void {
  for (const [nth, change] of changes.entries()) {
    for (const hours of hoursAt(change, nth)) {
      check(change, hours, { window: windowOf(hours), zones: [change.zone], holidays: new Set<string>() });
    }
  }
}

/** Fails with the place: a message made for every comparison would cost more than the comparison. */
function ensure(holds: boolean, what: () => string): void {
  if (!holds) expect.fail(what());
}

test('the clocks change thousands of times in ten years, forward and back', () => {
  const forward = changes.filter(({ offsetsMs: [before, after] }) => after > before);
  expect(zones.length).toBeGreaterThan(400);
  expect(forward.length).toBeGreaterThan(1_000);
  expect(changes.length - forward.length).toBeGreaterThan(1_000);
  expect(new Set(changes.map(({ zone }) => zone)).size).toBeGreaterThan(100);
});

describe('at every change of every clock', () => {
  test('hours are open exactly from the last time of their start to the first of their end', () => {
    forEveryChange((change, hours, question) => {
      for (const ms of instantsAt(change)) {
        const open = isOpen({ ...question, at: new Date(ms) });
        const where = () => `${name(change)}, ${hours}: ${new Date(ms).toISOString()}`;
        ensure(open === isOpenBy(change, hours, ms), () => `${where()} is ${open ? 'open' : 'shut'}`);
        ensure(!open || isShown(change, hours, ms), () => `${where()} is open outside its hours`);
      }
    });
  });

  test('the next opening is the first, and its end the end', () => {
    forEveryChange((change, hours, question) => {
      const looked = instantsAt(change);
      for (const ms of [looked[0] ?? 0, change.atMs - 1, change.atMs]) {
        const from = new Date(ms);
        const opens = nextOpening({ ...question, from });
        const where = () => `${name(change)}, ${hours}: from ${from.toISOString()}`;
        if (opens === null) {
          // Only hours that this day alone has, and skips.
          expect.fail(`${where()} there is no opening`);
        }
        const opensMs = opens.getTime();
        ensure(opensMs >= ms, () => `${where()} it opens before`);
        const between = looked.filter((at) => at >= ms && at < opensMs);
        ensure(!between.some((at) => isOpenBy(change, hours, at)), () => `${where()} an opening is left out`);
        // Beyond the next change the reckoning of this one does not hold.
        if (opensMs > change.atMs + 5 * DAY_MS) continue;
        ensure(isOpenBy(change, hours, opensMs), () => `${where()} ${opens.toISOString()} is shut`);
        ensure(opensMs === ms || !isOpenBy(change, hours, opensMs - 1), () => `${where()} it opened earlier`);
        const closes = closesAt({ ...question, at: opens });
        const closesMs = closes?.getTime() ?? Number.POSITIVE_INFINITY;
        const during = looked.filter((at) => at >= opensMs && at < closesMs);
        ensure(
          during.every((at) => isOpenBy(change, hours, at)),
          () => `${where()} it shuts before its end`,
        );
        if (closesMs > change.atMs + 5 * DAY_MS) continue;
        ensure(!isOpenBy(change, hours, closesMs), () => `${where()} it is open at its end`);
        ensure(isOpenBy(change, hours, closesMs - 1), () => `${where()} it was shut before its end`);
      }
    });
  });

  const ended = (atMs: number, more: Partial<AttemptResult> = {}): AttemptResult => ({
    reach: 'no_answer',
    disposition: null,
    converted: false,
    attemptsUsed: 1,
    attemptsAllowed: null,
    endedAt: new Date(atMs),
    callbackAt: null,
    ...more,
  });

  test('a retry comes after its delay in real time, and then inside the hours', () => {
    forEveryChange((change, hours, question) => {
      for (const delaySeconds of [900, 7_200, 86_400]) {
        const settings = {
          ...DEFAULT_SETTINGS,
          retryAfterSeconds: { ...DEFAULT_SETTINGS.retryAfterSeconds, no_answer: delaySeconds },
        };
        const step = nextStep(ended(change.atMs - HOUR_MS), settings);
        if (step.next !== 'retry') expect.fail(`${name(change)}: no retry`);
        const dueMs = change.atMs - HOUR_MS + delaySeconds * 1_000;
        ensure(step.at.getTime() === dueMs, () => `${name(change)}: due ${step.at.toISOString()}`);
        const opens = nextOpening({ ...question, from: step.at });
        const opensMs = opens?.getTime() ?? 0;
        ensure(opensMs >= dueMs, () => `${name(change)}: called before its retry`);
        if (opensMs > change.atMs + 5 * DAY_MS) continue;
        ensure(
          isShown(change, hours, opensMs),
          () => `${name(change)}, ${hours}: outside at ${opens?.toISOString()}`,
        );
        ensure(
          opensMs === dueMs || !isOpenBy(change, hours, dueMs),
          () => `${name(change)}, ${hours}: put off although it was open`,
        );
      }
    });
  });

  test('a callback is made at the instant that was named, or when the hours open after it', () => {
    forEveryChange((change, hours, question) => {
      for (const aheadMs of [-1, 0, 1, HOUR_MS / 2, 20 * HOUR_MS]) {
        const asked = new Date(change.atMs + aheadMs);
        const talk = { reach: 'answered', disposition: 'callback_requested', callbackAt: asked } as const;
        const step = nextStep(ended(change.atMs - 2 * HOUR_MS, talk), DEFAULT_SETTINGS);
        if (step.next !== 'retry') expect.fail(`${name(change)}: no callback`);
        ensure(
          step.kind === 'callback' && step.at.getTime() === asked.getTime(),
          () => `${name(change)}: moved`,
        );
        const opens = nextOpening({ ...question, from: step.at });
        const opensMs = opens?.getTime() ?? 0;
        const isIn = isOpenBy(change, hours, asked.getTime());
        ensure(
          isIn === (opensMs === asked.getTime()),
          () => `${name(change)}, ${hours}: ${asked.toISOString()}`,
        );
      }
    });
  });

  test('gap, day and week of a contact are lengths of time, whatever the clock shows', () => {
    const caps = { perDay: 2, perWeek: 3, minGapSeconds: 7_200 };
    for (const { zone, atMs } of changes) {
      const at = (ms: number) => new Date(atMs + ms);
      const holdAt = (nowMs: number, recentCalls: Date[], of: Partial<typeof caps>) => {
        const facts: GateFacts = {
          now: at(nowMs),
          optedOut: false,
          window: { open: true, nextOpeningAt: at(nowMs), zones: [zone] },
          contact: { liveUntil: null, liveSince: null, recentCalls },
          workspaceLines: { inUse: 0, limit: 1 },
          lead: null,
        };
        const none = { perDay: null, perWeek: null, minGapSeconds: 0 };
        const [hold] = holdsOf(facts, { ...DEFAULT_SETTINGS, caps: { ...none, ...of } });
        return hold?.verdict === 'wait' ? hold.until.getTime() - atMs : null;
      };
      const hour = (hours: number) => hours * HOUR_MS;
      // An hour before the change, and an hour after: two hours later, although the clock shows one, or three.
      ensure(
        holdAt(hour(1) - 1, [at(-hour(1))], { minGapSeconds: 7_200 }) === hour(1),
        () => `gap in ${zone}`,
      );
      ensure(holdAt(hour(1), [at(-hour(1))], { minGapSeconds: 7_200 }) === null, () => `gap in ${zone}`);
      const ofDay = [at(-hour(2)), at(-hour(20))];
      ensure(holdAt(hour(4) - 1, ofDay, { perDay: 2 }) === hour(4), () => `day in ${zone}`);
      ensure(holdAt(hour(4), ofDay, { perDay: 2 }) === null, () => `day in ${zone}`);
      const ofWeek = [at(-hour(2)), at(-hour(50)), at(-hour(160))];
      ensure(holdAt(hour(8) - 1, ofWeek, { perWeek: 3 }) === hour(8), () => `week in ${zone}`);
      ensure(holdAt(hour(8), ofWeek, { perWeek: 3 }) === null, () => `week in ${zone}`);
    }
  });

  test('the day of a call is the date that the clock shows', () => {
    for (const change of changes) {
      for (const ms of [-HOUR_MS, -1, 0, HOUR_MS].map((more) => change.atMs + more)) {
        const date = new Date(wallMs(change, ms)).toISOString().slice(0, 10);
        ensure(
          localDate(new Date(ms), change.zone) === date,
          () => `${name(change)}: ${new Date(ms).toISOString()}`,
        );
      }
    }
  });
});

describe('in every zone', () => {
  test.each([2028, 2032])('the 29th of February %d is a day as any other', (year) => {
    const hours: Hours = [600, 1_140];
    for (const zone of zones) {
      const format = formatOf(zone);
      const noonMs = Date.UTC(year, 1, 29, 12);
      const offsetMs = offsetBy(format, noonMs);
      // No clock changes in these days; were one to, this would say so.
      expect(offsetBy(format, noonMs - 2 * DAY_MS), zone).toBe(offsetMs);
      expect(offsetBy(format, noonMs + 2 * DAY_MS), zone).toBe(offsetMs);
      const opensMs = Date.UTC(year, 1, 29, 10) - offsetMs;
      const question = { window: windowOf(hours), zones: [zone], holidays: new Set<string>() };
      const opening = (fromMs: number, holidays: string[] = []) =>
        nextOpening({ ...question, holidays: new Set(holidays), from: new Date(fromMs) })?.getTime();
      expect(opening(opensMs - 2 * HOUR_MS), zone).toBe(opensMs);
      expect(isOpen({ ...question, at: new Date(opensMs) }), zone).toBe(true);
      expect(closesAt({ ...question, at: new Date(opensMs) })?.getTime(), zone).toBe(opensMs + 9 * HOUR_MS);
      expect(localDate(new Date(opensMs), zone)).toBe(`${year}-02-29`);
      expect(localDate(new Date(opensMs + DAY_MS), zone)).toBe(`${year}-03-01`);
      // A holiday of that date, and of no other.
      expect(opening(opensMs, [`${year}-02-29`]), zone).toBe(opensMs + DAY_MS);
      expect(opening(opensMs, [`${year}-02-28`, `${year}-03-01`]), zone).toBe(opensMs);
      // A retry after a day, from the evening before.
      const step = nextStep(
        {
          reach: 'no_answer',
          disposition: null,
          converted: false,
          attemptsUsed: 1,
          attemptsAllowed: null,
          endedAt: new Date(opensMs - 15 * HOUR_MS),
          callbackAt: null,
        },
        {
          ...DEFAULT_SETTINGS,
          retryAfterSeconds: { ...DEFAULT_SETTINGS.retryAfterSeconds, no_answer: 86_400 },
        },
      );
      expect(step, zone).toEqual({ next: 'retry', kind: 'retry', at: new Date(opensMs + 9 * HOUR_MS) });
      expect(opening(opensMs + 9 * HOUR_MS), zone).toBe(opensMs + DAY_MS);
    }
  });
});
