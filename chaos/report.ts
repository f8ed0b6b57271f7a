import type { SeedResult } from './run-seed.ts';

/** Seed, sizes, faults by kind, and whether all invariants hold. */
export function resultLine({ seed, leads, dials, faults, seconds, findings }: SeedResult): string {
  const kinds = [...faults].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `${name} ${count}`);
  const verdict = findings.length === 0 ? 'I1-I7 hold' : `${findings.length} FOUND`;
  return `seed ${seed}: ${leads} leads, ${dials} dials, ${seconds.toFixed(1)} s, ${verdict}; ${kinds.join(', ')}`;
}

export function resultTable(results: readonly SeedResult[]): string[] {
  const totals = new Map<string, { times: number; seeds: number }>();
  for (const { faults } of results) {
    for (const [name, count] of faults) {
      const total = totals.get(name) ?? { times: 0, seeds: 0 };
      totals.set(name, { times: total.times + count, seeds: total.seeds + 1 });
    }
  }
  const sum = (of: (result: SeedResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const failed = results.filter(({ findings }) => findings.length > 0);
  const row = (name: string, times: string | number, seeds: string | number = '') =>
    `  ${name.padEnd(40)} ${String(times).padStart(8)} ${String(seeds).padStart(8)}`.trimEnd();
  return [
    row('fault', 'times', 'seeds'),
    ...[...totals]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, { times, seeds }]) => row(name, times, seeds)),
    '',
    row('seeds', results.length),
    row(
      'leads',
      sum(({ leads }) => leads),
    ),
    row(
      'dials',
      sum(({ dials }) => dials),
    ),
    row('seconds', Math.round(sum(({ seconds }) => seconds))),
    row(
      'violations and other findings',
      sum(({ findings }) => findings.length),
    ),
    row(
      'seeds that found something',
      failed.length === 0 ? 'none' : failed.map(({ seed }) => seed).join(', '),
    ),
  ];
}
