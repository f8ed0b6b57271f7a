import { availableParallelism } from 'node:os';
import { cpuMs, difference, machineBusyMs, threadCpuMs } from './cpu.ts';
import type { MeterReading } from './meter.ts';
import { median, percentile, significant, steadyRate } from './statistics.ts';

/** One side's figures of one round. */
export interface SideRound {
  leads: number;
  runMs: number;
  /** While all lines were busy. */
  leadsPerSecond: number;
  /** CPU milliseconds of each process that took part. */
  cpu: Record<string, number>;
  /** Share of the machine's cores used by other processes; a round with a large share proves little. */
  othersShare: number;
  /** The worker's CPU milliseconds by kind of thread. */
  workerThreads: Record<string, number>;
}

/**
 * Measures one run and the CPU of its processes. `run` returns its milliseconds; `overAtMs` then returns when
 * each lead was finished.
 */
export async function measureSide(options: {
  lines: number;
  pids: { worker: number } & Record<string, number>;
  run: () => Promise<number>;
  overAtMs: () => Promise<number[]>;
}): Promise<SideRound> {
  const { lines, pids, run, overAtMs } = options;
  const cpuNow = () => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMs(pid)]));
  const before = cpuNow();
  const busyBefore = machineBusyMs();
  const threadsBefore = threadCpuMs(pids.worker);
  const runMs = await run();
  const cpu = difference(before, cpuNow());
  const workerThreads = difference(threadsBefore, threadCpuMs(pids.worker));
  const ownMs = Object.values(cpu).reduce((sum, ms) => sum + ms, 0);
  const othersMs = machineBusyMs() - busyBefore - ownMs;
  const othersShare = Math.max(0, othersMs / (runMs * availableParallelism()));
  const times = await overAtMs();
  return {
    leads: times.length,
    runMs,
    leadsPerSecond: steadyRate(times, lines),
    cpu,
    othersShare,
    workerThreads,
  };
}

/** Milliseconds of CPU a lead over all rounds, largest first. */
export function cpuPerLead(
  rounds: readonly SideRound[],
  of: 'cpu' | 'workerThreads',
): Record<string, number> {
  const names = new Set(rounds.flatMap((round) => Object.keys(round[of])));
  const figures = [...names].map((name) => {
    const perRound = rounds.map((round) => (round[of][name] ?? 0) / round.leads);
    return [name, significant(median(perRound), 3)] as const;
  });
  return Object.fromEntries(figures.toSorted(([, a], [, b]) => b - a));
}

/** CPU milliseconds a lead of all processes together. */
export function totalCpuPerLead(rounds: readonly SideRound[]): number {
  const perRound = rounds.map(
    ({ cpu, leads }) => Object.values(cpu).reduce((sum, ms) => sum + ms, 0) / leads,
  );
  return significant(median(perRound), 3);
}

/** A service's database work a lead: counts, and milliseconds waited. */
export function databasePerLead(readings: readonly MeterReading[], leads: number) {
  const sum = (pick: (reading: MeterReading) => number) =>
    significant(readings.reduce((total, reading) => total + pick(reading), 0) / leads, 3);
  return {
    queries: sum(({ queries }) => queries),
    queryMs: sum(({ queryMs }) => queryMs),
    poolWaitMs: sum(({ poolWaitMs }) => poolWaitMs),
  };
}

/** Every kind of transaction, a lead and by quantiles, longest total time first. */
export function transactionsPerLead(readings: readonly MeterReading[], leads: number) {
  const byKind = new Map<string, number[]>();
  for (const { transactions } of readings) {
    for (const [kind, ms] of Object.entries(transactions)) {
      byKind.set(kind, [...(byKind.get(kind) ?? []), ...ms]);
    }
  }
  return [...byKind]
    .map(([kind, ms]) => ({
      kind,
      perLead: significant(ms.length / leads, 3),
      msPerLead: significant(ms.reduce((total, each) => total + each, 0) / leads, 3),
      medianMs: significant(median(ms), 3),
      p95Ms: significant(percentile(ms, 0.95), 3),
    }))
    .toSorted((a, b) => b.msPerLead - a.msPerLead);
}

/** The statements with the longest total time, by shape, a lead. */
export function statementsPerLead(readings: readonly MeterReading[], leads: number, most: number) {
  const byShape = new Map<string, { count: number; totalMs: number }>();
  for (const { statements } of readings) {
    for (const [shape, { count, totalMs }] of Object.entries(statements)) {
      const known = byShape.get(shape) ?? { count: 0, totalMs: 0 };
      byShape.set(shape, { count: known.count + count, totalMs: known.totalMs + totalMs });
    }
  }
  return [...byShape]
    .toSorted(([, a], [, b]) => b.totalMs - a.totalMs)
    .slice(0, most)
    .map(([shape, { count, totalMs }]) => ({
      shape,
      perLead: significant(count / leads, 3),
      msPerLead: significant(totalMs / leads, 3),
    }));
}
