import { inTransaction } from '#db/client.ts';
import { forgetKeys } from '#db/queries/idempotency.ts';
import { clearPartFailures, countPartFailure } from '#db/queries/sweep-parts.ts';
import { raiseAttention, settleAttention } from '../attention.ts';
import { fetchCharges } from '../calls/charges.ts';
import { closeOverdueCalls } from '../calls/close-overdue.ts';
import { repeatHangUps } from '../calls/hang-up.ts';
import { restartOneOffCalls } from '../calls/one-off.ts';
import { notifyClosingLeads, restartLeadWork } from '../campaigns/lead-work.ts';
import { restartCampaigns } from '../campaigns/restart.ts';
import type { Context } from '../context.ts';
import { restartFollowUps } from '../follow-ups/perform.ts';
import { notifyPendingReplies } from '../leads/replies.ts';
import { restartLeads } from '../leads/restart.ts';
import { askForReports } from '../messages/reports.ts';
import { restartTexts } from '../messages/send.ts';
import { renotify } from '../provider-events/notify.ts';
import { restartDeliveries } from '../webhooks/deliveries.ts';
import { type PartFailure, PartRun } from './part-run.ts';

/** Finds and mends one kind of thing, and returns how many. It may run at any time, and twice. */
type Part = (context: Context, run: PartRun) => Promise<number>;

/** By the names of their counts in the report. Those that may take longest come last: others do not wait for them. */
const PARTS = {
  /** Stored webhooks of which everybody is notified now. */
  webhooksDelivered: renotify,
  campaignsRestarted: restartCampaigns,
  callsRestarted: restartOneOffCalls,
  textsRestarted: restartTexts,
  deliveriesRestarted: restartDeliveries,
  followUpsRestarted: restartFollowUps,
  /** Leads whose workflows were notified of a reply. */
  repliesNotified: notifyPendingReplies,
  /** Texts that were looked up at the carrier, and are settled now. */
  textsSettled: askForReports,
  /** Calls that ended without a charge, and are charged now. */
  callsCharged: fetchCharges,
  /** Calls that were to be hung up, and were tried again. */
  hangUpsRepeated: repeatHangUps,
  /** Calls that nobody else would have closed. */
  overdueCallsClosed: closeOverdueCalls,
  /** Campaigns with work on all their leads that was started again. */
  leadWorkRestarted: restartLeadWork,
  /** Finished leads whose workflows were notified of it. */
  closingNotified: notifyClosingLeads,
  leadsRestarted: restartLeads,
  keysForgotten: forgetOldKeys,
} satisfies Record<string, Part>;

type PartName = keyof typeof PARTS;

/** How much was mended, by what it was, and what could not be. */
export type SweepReport = Record<PartName, number> & { failures: PartFailure[] };

/** What is younger may still be under way. */
const SETTLE_MS = 10_000;
/** Parts that run at a time. */
const PARTS_AT_ONCE = 4;
/** A part that does not even end by itself is left behind; whatever it waits for has a timeout of its own. */
const LEFT_BEHIND_AFTER_MS = 75_000;
/** A part that fails for longer, and more than once or twice, needs a person. */
const FAILING_MS = 600_000;
const FAILURES = 3;
const IDEMPOTENCY_KEPT_MS = 7 * 86_400_000;
const KEYS_AT_ONCE = 5_000;

/**
 * Finds and mends what a crash between two steps left behind. Each part is tried by itself: one that fails is reported
 * by its name, and put before a person when it goes on failing.
 */
export async function sweep(context: Context): Promise<SweepReport> {
  const now = await context.now();
  const before = new Date(now.getTime() - SETTLE_MS);
  const waiting = Object.entries(PARTS).values();
  const counts: Partial<Record<string, number>> = {};
  const failures: PartFailure[] = [];
  const work = async () => {
    for (const [name, part] of waiting) {
      const run = new PartRun(context, { part: name, now, before });
      counts[name] = await attempt(context, part, run);
      if (run.failure !== null) failures.push(run.failure);
    }
  };
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
  const report = { ...(counts as Record<PartName, number>), failures };
  await noteFailures(context, failures, now);
  if (failures.length > 0) context.logger.error({ ...report }, 'swept, and could not mend everything');
  else if (Object.values(counts).some((count) => count !== 0)) context.logger.warn({ ...report }, 'swept');
  return report;
}

async function attempt(context: Context, part: Part, run: PartRun): Promise<number> {
  const timer = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const leave = () => reject(new Error('It did not end in time.'));
    const timeout = setTimeout(leave, LEFT_BEHIND_AFTER_MS);
    timer.signal.addEventListener('abort', () => clearTimeout(timeout));
  });
  try {
    return await Promise.race([part(context, run), late]);
  } catch (error) {
    context.logger.error({ failure: String(error) }, 'a part of the sweep failed');
    run.fail(error);
    return 0;
  } finally {
    timer.abort();
  }
}

/** A failure that lasts goes on the list of what needs a person, and off it when the part has succeeded. */
async function noteFailures(
  { db, logger }: Pick<Context, 'db' | 'logger'>,
  failures: readonly PartFailure[],
  now: Date,
): Promise<void> {
  try {
    await inTransaction(db, async (tx) => {
      const names = failures.map(({ part }) => part);
      for (const part of await clearPartFailures(tx, names)) {
        const settlement = 'The sweep mended everything again.';
        await settleAttention(tx, { kind: 'failing_sweep', subject: part, settlement });
      }
      for (const { part, failed, first, reason } of failures) {
        const failing = await countPartFailure(tx, { part, reason, now });
        const forMs = now.getTime() - failing.failing_since.getTime();
        if (forMs < FAILING_MS || failing.failures < FAILURES) continue;
        const what = first === null ? 'It fails' : `${failed} could not be mended, such as ${first}`;
        const detail = `The sweep's part ${part} has not succeeded for a while. ${what}: ${reason}`;
        await raiseAttention(tx, { kind: 'failing_sweep', subject: part, detail });
      }
    });
  } catch (error) {
    logger.error({ failure: String(error) }, "the sweep's failures were not recorded");
  }
}

/** Answers that are kept for repetitions of requests, page by page. */
async function forgetOldKeys({ db, heartbeat }: Context, run: PartRun): Promise<number> {
  const before = new Date(run.now.getTime() - IDEMPOTENCY_KEPT_MS);
  for (let forgotten = 0; ; ) {
    heartbeat();
    const page = await forgetKeys(db, before, KEYS_AT_ONCE);
    forgotten += page;
    if (page < KEYS_AT_ONCE || run.isOver) return forgotten;
  }
}
