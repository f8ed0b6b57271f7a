import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './processes.ts';
import type { ServiceName } from './stack.ts';

const LARGEST_FILE_BYTES = 20_000_000;
/** Pino's number for a warning. */
const WARNING = 40;

/**
 * Writes every line of a service to `<folder>/<service>.log` and shows warnings, errors and unstructured
 * lines; with `RINGLEADER_LOG=all` it shows everything.
 */
export function serviceOutput(folder: string, log: Log): (service: ServiceName, line: string) => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = new Map<ServiceName, WriteStream>();
  const showAll = process.env.RINGLEADER_LOG === 'all';
  return (service, line) => {
    const file = files.get(service) ?? openFile(join(folder, `${service}.log`));
    files.set(service, file);
    file.write(`${line}\n`);
    const shown = conciseLine(line, showAll);
    if (shown !== null) log(`[${service}] ${shown}`);
  };
}

/** The part of a line to show; null for nothing. */
export function conciseLine(line: string, showAll: boolean): string | null {
  const record = structured(line);
  if (record === null) return line.trim() === '' ? null : line;
  const level = Number(record.level);
  if (!showAll && !(level >= WARNING)) return null;
  const error = record.err;
  const cause =
    typeof error === 'object' && error !== null && 'message' in error ? `: ${String(error.message)}` : '';
  return `${String(record.msg ?? line)}${cause}`;
}

function structured(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : null;
  } catch {
    return null;
  }
}

function openFile(path: string): WriteStream {
  if (existsSync(path) && statSync(path).size > LARGEST_FILE_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}
