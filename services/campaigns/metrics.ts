import {
  type Breakdown,
  type DayRange,
  type DayTotals,
  readBreakdowns,
  readDayTotals,
  readOneOffSums,
  VERDICT_TOTALS,
} from '#db/queries/metrics.ts';
import { readWorkspace } from '#db/queries/workspace.ts';
import type { BreakdownDimension } from '#db/schema/calls.ts';
import { type Direction, type Disposition, PROVIDER_VERDICTS, REACHES } from '#domain/call.ts';
import { daysBefore, localDate } from '#domain/day.ts';
import { answerRate } from '#domain/number-health.ts';
import { byCamelWord, byWord } from '#domain/words.ts';
import type { Context } from '../context.ts';

export type Figures = ReturnType<typeof summarise>;

/** The figures of a campaign, or of all with null. */
export async function readFigures(
  { db, now }: Pick<Context, 'db' | 'now'>,
  { campaignId, days: { from, to } }: { campaignId: string | null; days: DayRange },
): Promise<Figures> {
  const at = await now();
  const [days, breakdowns, { time_zone }] = await Promise.all([
    readDayTotals(db, campaignId),
    readBreakdowns(db, campaignId, { from, to }),
    readWorkspace(db),
  ]);
  return summarise(days, breakdowns, { today: localDate(at, time_zone), from, to });
}

/** The figures of one-off calls. They stand apart: trials would blur what campaigns convert. */
export async function readOneOffFigures({ db }: Pick<Context, 'db'>, days: DayRange) {
  const { talks, talkSeconds, ...sums } = await readOneOffSums(db, days);
  return { ...sums, averageTalkSeconds: average(talkSeconds, talks), costCents: cents(sums.costCents) };
}

interface MetricsQuery extends DayRange {
  /** YYYY-MM-DD in the workspace's zone, as the others. */
  today: string;
}

type Span = { calls: number; answered: number; conversions: number };

/**
 * Sums up days. `from` and `to` bound everything but today, this week (from Monday) and this month. The breakdowns
 * must be of the same days.
 */
export function summarise(
  days: readonly DayTotals[],
  breakdowns: readonly Breakdown[],
  { today, from, to }: MetricsQuery,
) {
  const within = days.filter(
    ({ day }) => (from === undefined || day >= from) && (to === undefined || day <= to),
  );
  const sum = (column: Exclude<keyof DayTotals, 'day'>) =>
    within.reduce((total, row) => total + row[column], 0);
  const answered = sum('answered');
  const conversions = sum('conversions');
  const of = (dimension: BreakdownDimension) => breakdowns.filter((one) => one.dimension === dimension);
  const leads = of('attempt').find(({ value }) => value === '1')?.calls ?? 0;
  const since = (first: string) => span(days.filter(({ day }) => day >= first && day <= today));
  return {
    calls: { total: sum('calls'), ...byCamelWord(REACHES, sum) },
    provider: byWord(PROVIDER_VERDICTS, (verdict) => sum(VERDICT_TOTALS[verdict])),
    conversions,
    conversionRate: rate(conversions, answered),
    conversionsPerLead: rate(conversions, leads),
    averageTalkSeconds: average(sum('talk_seconds'), sum('talks')),
    costCents: cents(sum('cost_cents')),
    costPerConversionCents: conversions === 0 ? null : cents(sum('cost_cents') / conversions),
    today: since(today),
    thisWeek: since(mondayOf(today)),
    thisMonth: since(`${today.slice(0, 7)}-01`),
    byDay: within.map((row) => ({ date: row.day, ...span([row]) })),
    byArm: of('agent').map((arm) => ({
      agentId: arm.value,
      ...figuresOf(arm),
    })),
    byNumber: of('number').map((number) => ({
      phoneNumberId: number.value,
      ...figuresOf(number),
      finished: number.finished,
      failed: number.failed,
      answerRate: answerRate(number),
    })),
    byDisposition: of('disposition').map((row) => ({
      // The column says so: nothing else is written there.
      disposition: row.value as Disposition,
      ...span([row]),
    })),
    byDirection: of('direction').map((row) => ({
      direction: row.value as Direction,
      ...span([row]),
    })),
  };
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function average(seconds: number, talks: number): number | null {
  return talks === 0 ? null : Math.round((10 * seconds) / talks) / 10;
}

/** Without the rounding errors of adding fractions. */
function cents(sum: number): number {
  return Math.round(10_000 * sum) / 10_000;
}

function span(rows: readonly Span[]): Span {
  return rows.reduce<Span>(
    (total, { calls, answered, conversions }) => ({
      calls: total.calls + calls,
      answered: total.answered + answered,
      conversions: total.conversions + conversions,
    }),
    { calls: 0, answered: 0, conversions: 0 },
  );
}

/** Of each agent, and of each number. */
function figuresOf(row: Breakdown) {
  return {
    ...span([row]),
    conversionRate: rate(row.conversions, row.answered),
    averageTalkSeconds: average(row.talk_seconds, row.talks),
    costCents: cents(row.cost_cents),
  };
}

/** Weeks begin on Monday (ISO 8601). */
function mondayOf(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return daysBefore(date, (weekday + 6) % 7);
}
