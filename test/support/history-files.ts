import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';

/** The SDK's own JSON functions need one copy of protobufjs in the whole installation, which npm does not guarantee. */
const { History } = temporal.api.history.v1;
const AS_JSON = { enums: String, longs: String, bytes: String };

const FOLDER = resolve(import.meta.dirname, '..', 'workflows', 'histories');

/** The name and address of everybody who is called here. */
export const CANARY = { name: 'Quillfeather Canaryson', email: 'quillfeather@canary.example' };

/** One for every course that a workflow may take. */
export const HISTORY_NAMES = [
  'call',
  'campaign',
  'campaign-continued',
  'campaign-stopped',
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

/** The path `date/name.json` of every kept history. */
export const keptHistories = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.json'))
  .sort();

export function readHistory(path: string): RecordedHistory {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as RecordedHistory;
}

/** Throws when today's workflows would have done something else. */
export async function replay(history: RecordedHistory): Promise<void> {
  const codePath = inject('workflowBundlePath');
  if (codePath === null) throw new Error('There is no workflow bundle: run the tests with "npm test".');
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, History.fromObject(history));
}

/** Every text in a history, those in its payloads included. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, Buffer.from(value, 'base64').toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(textsOf)];
}

/** The texts of a history that name a person. */
export function personalIn(history: RecordedHistory): string[] {
  return textsOf(history).filter(
    (text) =>
      [...CANARY.name.split(' '), CANARY.email].some((word) => text.includes(word)) ||
      /\+1\d{3}55501\d{2}/.test(text),
  );
}

/** A workflow's history in the form in which it is kept. */
export function asKept(history: Parameters<typeof History.fromObject>[0]): RecordedHistory {
  return withoutMachine(History.toObject(History.fromObject(history), AS_JSON) as RecordedHistory);
}

/** Without what identifies the machine: the worker's identity, the host's name, the code's paths. */
function withoutMachine(history: RecordedHistory): RecordedHistory {
  const text = JSON.stringify(history, (key, value: unknown) => {
    if (key === 'identity') return 'worker';
    return key === 'stackTrace' ? '' : value;
  });
  return JSON.parse(text.replaceAll(hostname(), 'host')) as RecordedHistory;
}

/** Writes them to a new folder, named by the date. */
export function keepHistories(histories: ReadonlyMap<string, RecordedHistory>): void {
  const folder = newFolder(new Date().toISOString().slice(0, 10));
  mkdirSync(folder);
  for (const [name, history] of histories) {
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(history)}\n`);
  }
}

/** A second folder of the same day gets a number. */
function newFolder(date: string): string {
  for (let nth = 1; ; nth += 1) {
    const folder = join(FOLDER, nth === 1 ? date : `${date}.${nth}`);
    if (!existsSync(folder)) return folder;
  }
}
