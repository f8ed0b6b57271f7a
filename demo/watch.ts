import { setTimeout as delay } from 'node:timers/promises';
import { maskPhone } from '#domain/phone.ts';
import { type ApiClient, ApiError, type CallAnswer, type MetricsAnswer } from './api-client.ts';
import type { Person } from './people.ts';
import type { DemoState, Outcome } from './state.ts';

const LOOK_EVERY_MS = 500;
/** As many looks in a row may fail before the run does: the API has its own restarts to get over. */
const MOST_FAILED_LOOKS = 60;
const LATEST_CALLS = 50;

export type Ending = 'completed' | 'late' | 'interrupted';

/**
 * Shows a campaign until it is over, it takes longer than `timeLimitMs`, or `signal` is aborted.
 *
 * @throws ApiError or TypeError when the API cannot be read for half a minute.
 */
export async function watchCampaign(options: {
  api: ApiClient;
  campaign: { id: string; name: string };
  people: readonly Person[];
  timeLimitMs: number;
  signal: AbortSignal;
  kills: () => number | null;
  show: (state: DemoState) => void;
}): Promise<Ending> {
  const { api, campaign, signal } = options;
  const firstNames = new Map(options.people.map(({ phone, firstName }) => [phone, firstName]));
  const startedAtMs = Date.now();
  let failedLooks = 0;
  while (!signal.aborted) {
    const elapsedMs = Date.now() - startedAtMs;
    try {
      const state = await readState(api, campaign, firstNames);
      failedLooks = 0;
      options.show({ ...state, elapsedMs, kills: options.kills() });
      if (state.status === 'completed' || state.status === 'stopped') return 'completed';
    } catch (error) {
      failedLooks += 1;
      const refused = error instanceof ApiError && error.status < 500;
      if (refused || failedLooks >= MOST_FAILED_LOOKS) throw error;
    }
    if (elapsedMs > options.timeLimitMs) return 'late';
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return 'interrupted';
}

async function readState(
  api: ApiClient,
  { id, name }: { id: string; name: string },
  firstNames: ReadonlyMap<string, string>,
): Promise<Omit<DemoState, 'elapsedMs' | 'kills'>> {
  // The status last: when it says completed, everything that was read before it may still be older.
  const [calls, status] = await Promise.all([api.calls(id, LATEST_CALLS), api.status(id)]);
  const [progress, metrics] = await Promise.all([api.progress(id), api.metrics(id)]);
  return {
    campaignName: name,
    status,
    lines: progress.lines,
    leads: progress.leads,
    reach: reachCounts(metrics),
    conversions: metrics.conversions,
    outcomes: latestOutcomes(calls, firstNames),
  };
}

/** The counts by reach, without the total. */
export function reachCounts({ calls: { total: _, ...reach } }: MetricsAnswer): DemoState['reach'] {
  return reach;
}

/** The calls that have ended, latest end first. */
export function latestOutcomes(
  calls: readonly CallAnswer[],
  firstNames: ReadonlyMap<string, string>,
): Outcome[] {
  return calls
    .filter((call) => call.endedAt !== null)
    .toSorted((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? ''))
    .flatMap(({ to, reach, disposition, converted }) =>
      reach === null || to === null
        ? []
        : [{ firstName: firstNames.get(to) ?? '', phone: maskPhone(to), reach, disposition, converted }],
    );
}
