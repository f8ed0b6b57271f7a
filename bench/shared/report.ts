import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { significant } from './statistics.ts';

/** A benchmark's result, as written to its file. */
export interface BenchResult {
  name: string;
  /** The figure to compare between versions: a ratio or a count. */
  value: number;
  unit: string;
  /** The value in each round. */
  samples: number[];
  /** Absolute figures of both sides, sizes, versions, the machine. */
  context: Record<string, unknown>;
}

/** The sizes of a run with defaults, each set by `--name N`. */
export function readOptions<Sizes extends Record<string, number>>(
  defaults: Sizes,
): { sizes: Sizes; jsonFile: string | null; profileFolder: string | null } {
  const names = Object.keys(defaults);
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: Object.fromEntries(
      [...names, 'json', 'profile'].map((name) => [name, { type: 'string' as const }]),
    ),
  });
  const sizes: Record<string, number> = { ...defaults };
  for (const name of names) {
    const text = values[name];
    if (text === undefined) continue;
    const size = Number(text);
    if (!Number.isFinite(size) || size <= 0) throw new Error(`--${name} must be a number above 0.`);
    sizes[name] = size;
  }
  return {
    sizes: sizes as Sizes,
    jsonFile: typeof values.json === 'string' ? values.json : null,
    profileFolder: typeof values.profile === 'string' ? values.profile : null,
  };
}

/** The machine and its load: figures of different machines, or of a busy one, are not comparable. */
export function describeMachine(): Record<string, unknown> {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    loadAverage: loadavg().map((load) => significant(load, 3)),
  };
}

/** Progress goes to standard error; standard output is for the result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The first row is the header; the first column is text, the rest right-aligned. */
export function printTable(title: string, rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? String(significant(cell)) : cell)),
  );
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd(),
  );
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(({ length }) => length))));
  console.log(`\n${title}\n${lines.join('\n')}`);
}

/** Prints the result, and writes the file if one was named. */
export function conclude(result: BenchResult, jsonFile: string | null): void {
  const samples = result.samples.map((sample) => significant(sample));
  console.log(
    `\n${result.name}: ${significant(result.value)} ${result.unit} (rounds: ${samples.join(', ')})`,
  );
  if (jsonFile === null) return;
  writeFileSync(jsonFile, `${JSON.stringify({ ...result, samples }, null, 2)}\n`);
  say(`written to ${jsonFile}`);
}
