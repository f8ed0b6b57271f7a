import { sql } from 'kysely';
import type { Db } from '#db/client.ts';
import { INVARIANT_TITLES, INVARIANTS, type Invariant, type Verdict } from '#invariants/judge.ts';
import type { LedgerSnapshot } from '#simulator/ledger.ts';
import type { MetricsAnswer } from './api-client.ts';
import { REACH_WORDS, type ReachCounts } from './state.ts';
import { reachCounts } from './watch.ts';

/** The content of the `--json` file. */
export interface DemoResult {
  leads: number;
  calls: number;
  reach: ReachCounts;
  conversions: number;
  /** `received` counts every verified one, duplicates included; `lost` were never sent. */
  webhooks: { received: number; duplicates: number; lost: number };
  /** Calls whose end was found by polling. */
  polls: number;
  /** Dials whose answer left the outcome open. */
  ambiguousDials: number;
  invariants: Record<Invariant, boolean>;
  seed: number;
  seconds: number;
}

/** Figures that only the database has. */
export async function readReceipts(db: Db, campaignId: string) {
  const { received, duplicates } = await db
    .selectFrom('webhook_events')
    .innerJoin('calls', 'calls.id', 'webhook_events.call_id')
    .select([
      sql<number>`coalesce(sum(deliveries), 0)`.as('received'),
      sql<number>`coalesce(sum(deliveries - 1), 0)`.as('duplicates'),
    ])
    .where('calls.campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  const { polls } = await db
    .selectFrom('calls')
    .select((eb) => eb.fn.countAll<number>().as('polls'))
    .where('campaign_id', '=', campaignId)
    .where('source', '=', 'poll')
    .executeTakeFirstOrThrow();
  return { received, duplicates, polls };
}

/** Combines the figures of the API, the database and the phone network. */
export function buildResult(input: {
  leads: number;
  seed: number;
  seconds: number;
  metrics: MetricsAnswer;
  receipts: Awaited<ReturnType<typeof readReceipts>>;
  ledger: LedgerSnapshot;
  verdict: Verdict;
}): DemoResult {
  const { metrics, receipts, ledger, verdict } = input;
  const lost = ledger.dials.flatMap(({ webhooks }) => webhooks.filter(({ fault }) => fault === 'lost'));
  const holds = (invariant: Invariant) => verdict[invariant].holds;
  return {
    leads: input.leads,
    calls: metrics.calls.total,
    reach: reachCounts(metrics),
    conversions: metrics.conversions,
    webhooks: { received: receipts.received, duplicates: receipts.duplicates, lost: lost.length },
    polls: receipts.polls,
    ambiguousDials: ledger.dials.filter(isAmbiguous).length,
    invariants: {
      I1: holds('I1'),
      I2: holds('I2'),
      I3: holds('I3'),
      I4: holds('I4'),
      I5: holds('I5'),
      I6: holds('I6'),
      I7: holds('I7'),
    },
    seed: input.seed,
    seconds: Math.round(input.seconds * 10) / 10,
  };
}

function isAmbiguous({ answer }: LedgerSnapshot['dials'][number]): boolean {
  switch (answer) {
    case 'server_error':
    case 'malformed':
    case 'timeout':
    case 'reset':
      return true;
    case 'placed':
    case 'throttled':
    case 'refused':
      return false;
  }
}

export function renderResult(result: DemoResult, verdict: Verdict): string[] {
  const { reach, webhooks } = result;
  const row = (words: string, value: string | number) => `  ${words.padEnd(24)} ${String(value).padStart(6)}`;
  const rate = reach.answered === 0 ? '–' : `${((100 * result.conversions) / reach.answered).toFixed(1)} %`;
  return [
    `Result after ${result.seconds} s`,
    row('leads', result.leads),
    row('calls', result.calls),
    ...REACH_WORDS.map(([key, words]) => row(`  ${words}`, reach[key])),
    row('conversions', result.conversions),
    row('  of the answered', rate),
    row('webhooks received', webhooks.received),
    row('  twice or more', webhooks.duplicates),
    row('  lost on the way', webhooks.lost),
    row('ends found by polling', result.polls),
    row('ambiguous dials', result.ambiguousDials),
    '',
    'Invariants',
    ...INVARIANTS.flatMap((invariant) => [
      `  ${verdict[invariant].holds ? '✓' : '✗'} ${invariant} ${INVARIANT_TITLES[invariant]}`,
      ...verdict[invariant].violations.map((violation) => `       ${violation}`),
    ]),
  ];
}
