import type { z } from '@hono/zod-openapi';
import type { DayTotals } from '../db/queries/metrics.ts';
import type { Metrics } from './schemas/campaign.ts';

/** Dates are YYYY-MM-DD in the workspace's zone; both ends are included. */
export interface MetricsQuery {
  today: string;
  from?: string | undefined;
  to?: string | undefined;
}

type Span = { calls: number; answered: number; conversions: number };

/**
 * Sums up a campaign's days. `from` and `to` bound everything but today, this week (from Monday) and this month,
 * which are what they say.
 */
export function summarise(
  days: readonly DayTotals[],
  { today, from, to }: MetricsQuery,
): z.infer<typeof Metrics> {
  const within = days.filter(
    ({ day }) => (from === undefined || day >= from) && (to === undefined || day <= to),
  );
  const sum = (column: Exclude<keyof DayTotals, 'campaign_id' | 'day'>) =>
    within.reduce((total, row) => total + row[column], 0);
  const answered = sum('answered');
  const talks = sum('talks');
  const since = (first: string) => span(days.filter(({ day }) => day >= first && day <= today));
  return {
    calls: {
      total: sum('calls'),
      answered,
      voicemail: sum('voicemail'),
      noAnswer: sum('no_answer'),
      busy: sum('busy'),
      failed: sum('failed'),
      notPlaced: sum('not_placed'),
      unknown: sum('unknown'),
    },
    provider: { success: sum('success'), failure: sum('failure'), unknown: sum('verdict_unknown') },
    conversions: sum('conversions'),
    conversionRate: answered === 0 ? null : sum('conversions') / answered,
    averageTalkSeconds: talks === 0 ? null : Math.round((10 * sum('talk_seconds')) / talks) / 10,
    costCents: Math.round(10_000 * sum('cost_cents')) / 10_000,
    today: since(today),
    thisWeek: since(mondayOf(today)),
    thisMonth: since(`${today.slice(0, 7)}-01`),
    byDay: within.map((row) => ({ date: row.day, ...span([row]) })),
    byArm: [],
  };
}

function span(rows: readonly DayTotals[]): Span {
  return rows.reduce<Span>(
    (total, { calls, answered, conversions }) => ({
      calls: total.calls + calls,
      answered: total.answered + answered,
      conversions: total.conversions + conversions,
    }),
    { calls: 0, answered: 0, conversions: 0 },
  );
}

/** Weeks begin on Monday, as ISO 8601 has it. */
function mondayOf(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}
