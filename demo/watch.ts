import { setTimeout as delay } from 'node:timers/promises';
import { maskPhone } from '#domain/phone.ts';
import { type ApiClient, ApiError, type CallAnswer, type MetricsAnswer } from './api-client.ts';
import type { Person } from './people.ts';
import type { DemoState, Outcome } from './state.ts';

const READ_EVERY_MS = 500;
/** The API may restart meanwhile; half a minute of failed reads ends the run. */
const MAX_FAILED_READS = 60;
const LATEST_CALLS = 50;

export type Ending = 'completed' | 'late' | 'interrupted';

/**
 * Shows a campaign until it completes, takes longer than `timeLimitMs`, or `signal` is aborted.
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
  let failedReads = 0;
  while (!signal.aborted) {
    const elapsedMs = Date.now() - startedAtMs;
    try {
      const state = await readState(api, campaign, firstNames);
      failedReads = 0;
      options.show({ ...state, elapsedMs, kills: options.kills() });
      if (state.status === 'completed' || state.status === 'stopped') return 'completed';
    } catch (error) {
      failedReads += 1;
      const refused = error instanceof ApiError && error.status < 500;
      if (refused || failedReads >= MAX_FAILED_READS) throw error;
    }
    if (elapsedMs > options.timeLimitMs) return 'late';
    await delay(READ_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return 'interrupted';
}

async function readState(
  api: ApiClient,
  { id, name }: { id: string; name: string },
  firstNames: ReadonlyMap<string, string>,
): Promise<Omit<DemoState, 'elapsedMs' | 'kills'>> {
  // The status is read last: once it is completed, the calls read before may be out of date.
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

/** Without the total. */
export function reachCounts({ calls: { total: _, ...reach } }: MetricsAnswer): DemoState['reach'] {
  return reach;
}

/** Ended calls, latest end first. */
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
