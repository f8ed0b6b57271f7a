import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';

/** The SDK's own JSON functions need the whole installation to have one copy of protobufjs, which npm does not grant. */
const { History } = temporal.api.history.v1;
const AS_JSON = { enums: String, longs: String, bytes: String };

const FOLDER = resolve(import.meta.dirname, '..', 'workflows', 'histories');

/** Of everybody who is called here. */
export const CANARY = { name: 'Quillfeather Canaryson', email: 'quillfeather@canary.example' };

/** One for every way that a workflow may go. */
export const HISTORY_NAMES = [
  'campaign',
  'campaign-continued',
  'delivery-retried',
  'follow-up-later',
  'lead-callback',
  'lead-closed',
  'lead-followed-up',
  'lead-one-attempt',
  'lead-polled',
  'lead-retried',
  'lead-throttled',
  'message-sent',
  'reply',
  'sync',
];

interface HistoryEvent {
  eventType: string;
  [attributes: string]: unknown;
}

export interface RecordedHistory {
  events: HistoryEvent[];
}

/** `date/name` of every history that was kept. */
export const keptHistories = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.json'))
  .sort();

export function readHistory(path: string): RecordedHistory {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as RecordedHistory;
}

/** Throws when the workflows of today would have done something else. */
export async function replay(history: RecordedHistory): Promise<void> {
  const codePath = inject('workflowBundlePath');
  if (codePath === null) throw new Error('There is no workflow bundle: run the tests with "npm test".');
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, History.fromObject(history));
}

/** Every text in a history, with what its payloads hold. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, Buffer.from(value, 'base64').toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(textsOf)];
}

/** What of a person can be read in a history. */
export function personalIn(history: RecordedHistory): string[] {
  return textsOf(history).filter(
    (text) =>
      [...CANARY.name.split(' '), CANARY.email].some((word) => text.includes(word)) ||
      /\+1\d{3}55501\d{2}/.test(text),
  );
}

/** A workflow's history, as it is kept. */
export function asKept(history: Parameters<typeof History.fromObject>[0]): RecordedHistory {
  return withoutMachine(History.toObject(History.fromObject(history), AS_JSON) as RecordedHistory);
}

/** Without what tells of the machine: who polled, and where the code lay. */
function withoutMachine(history: RecordedHistory): RecordedHistory {
  const text = JSON.stringify(history, (key, value: unknown) => {
    if (key === 'identity') return 'worker';
    return key === 'stackTrace' ? '' : value;
  });
  return JSON.parse(text.replaceAll(hostname(), 'host')) as RecordedHistory;
}

/** In a new folder, named by the date. */
export function keepHistories(histories: ReadonlyMap<string, RecordedHistory>): void {
  const folder = newFolder(new Date().toISOString().slice(0, 10));
  mkdirSync(folder);
  for (const [name, history] of histories) {
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(history)}\n`);
  }
}

/** What was kept on the same day before stays. */
function newFolder(date: string): string {
  for (let nth = 1; ; nth += 1) {
    const folder = join(FOLDER, nth === 1 ? date : `${date}.${nth}`);
    if (!existsSync(folder)) return folder;
  }
}
