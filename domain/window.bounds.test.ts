import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import type { CallingWindow, WindowQuestion } from './window.ts';
import { zonesForPhone } from './zones/zones-for-phone.ts';

// A search that never ends holds its whole process, with the timeout of its test. So it has a thread of its own here.

const WITHIN_MS = 20_000;

type Search = 'isOpen' | 'nextOpening' | 'closesAt';

let thread: Worker | null = null;

afterAll(() => thread?.terminate());

function startThread(): Worker {
  const module = new URL('./window.ts', import.meta.url).href;
  const code = `
    const { parentPort } = require('node:worker_threads');
    const loaded = import(${JSON.stringify(module)});
    parentPort.on('message', async ({ search, question }) => {
      try { parentPort.postMessage({ answer: (await loaded)[search](question) }); }
      catch (error) { parentPort.postMessage({ error: String(error) }); }
    });`;
  return new Worker(code, { eval: true });
}

/** What a search answers; fails when it has not within the time. */
async function answerOf(
  search: Search,
  question: WindowQuestion & { at: Date; from: Date },
): Promise<unknown> {
  const worker = thread ?? startThread();
  // Kept only when it has answered.
  thread = null;
  const { promise, resolve, reject } = Promise.withResolvers<{ answer?: unknown; error?: string }>();
  const late = setTimeout(() => {
    reject(new Error(`${search} does not end.`));
    void worker.terminate();
  }, WITHIN_MS);
  worker.once('message', resolve);
  worker.postMessage({ search, question });
  try {
    const { answer, error } = await promise;
    if (error !== undefined) throw new Error(error);
    thread = worker;
    return answer;
  } finally {
    clearTimeout(late);
  }
}

function everyDay(hours: [string, string][]): CallingWindow {
  return {
    timeZone: 'lead',
    days: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours },
  };
}

const time = (hour: number, minute = 0) =>
  [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
const wholeDay: [string, string][] = [['00:00', '24:00']];
const dayInPieces = Array.from({ length: 24 }, (_, at): [string, string] => [time(at), time(at + 1)]);
/** One minute of each hour, at another minute in every zone that is not whole hours away. */
const minutes = Array.from({ length: 24 }, (_, at): [string, string] => [time(at, 29), time(at, 30)]);
/** A number of the North American plan that says nothing of its place. */
const mostZones = zonesForPhone('+15551234567');
const farApart = [
  'Pacific/Kiritimati',
  'Pacific/Niue',
  'Asia/Kathmandu',
  'Australia/Eucla',
  'Pacific/Chatham',
];
const everyDate = new Set(
  Array.from({ length: 1_500 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)),
);
const noDates: ReadonlySet<string> = new Set();

test.each<[string, CallingWindow, readonly string[], ReadonlySet<string>]>([
  ['that never closes', everyDay(wholeDay), ['America/New_York'], noDates],
  ['that never closes, in as many zones as a number may lie in', everyDay(wholeDay), mostZones, noDates],
  ['that never closes, in pieces', everyDay(dayInPieces), mostZones, noDates],
  ['that never closes, in pieces, far apart', everyDay(dayInPieces), farApart, noDates],
  ['that never opens in all zones at once', everyDay(minutes), farApart, noDates],
  [
    'of one day a week, far apart',
    { ...everyDay([]), days: { ...everyDay([]).days, sun: wholeDay } },
    farApart,
    noDates,
  ],
  ['that holidays keep shut', everyDay(dayInPieces), mostZones, everyDate],
  ['without a zone', everyDay(wholeDay), [], noDates],
  ['without hours', everyDay([]), mostZones, noDates],
  ['of an empty hour', everyDay([['10:00', '10:00']]), mostZones, noDates],
])('every search in a window %s ends', { timeout: 4 * WITHIN_MS }, async (_name, window, zones, holidays) => {
  for (const instant of ['2026-03-08T06:59:59.999Z', '2026-10-25T00:30:00Z', '2028-02-29T12:00:00Z']) {
    const at = new Date(instant);
    const question = { window, zones, holidays, at, from: at };
    const open = await answerOf('isOpen', question);
    const opens = await answerOf('nextOpening', question);
    const closes = await answerOf('closesAt', question);
    expect(open).toBe(opens instanceof Date && opens.getTime() === at.getTime());
    if (!open) expect(closes).toBeNull();
  }
});

test('a window that never closes has no end, and a piece of a longer opening is none', async () => {
  const at = new Date('2026-11-21T17:30:00Z');
  const always = { window: everyDay(wholeDay), zones: mostZones, holidays: noDates, at, from: at };
  expect(await answerOf('closesAt', always)).toBeNull();
  const shut = { ...everyDay(dayInPieces), days: { ...everyDay(dayInPieces).days, sun: [] } };
  const question = { window: shut, zones: ['UTC'], holidays: noDates, at, from: at };
  expect(await answerOf('closesAt', question)).toEqual(new Date('2026-11-22T00:00:00Z'));
});
