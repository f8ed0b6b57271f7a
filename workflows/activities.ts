import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '#activities/create-activities.ts';

/** Database work: short, idempotent, tried until it succeeds, because nothing can go on without it. */
export const records = proxyActivities<
  Pick<
    Activities,
    | 'feedLeads'
    | 'auditLines'
    | 'completeCampaign'
    | 'beginCampaign'
    | 'closeCampaign'
    | 'concludeCall'
    | 'closeLead'
    | 'concludeSingleCall'
    | 'readFollowUp'
    | 'abandonFollowUp'
    | 'abandonReply'
  >
>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 ms', maximumInterval: '30 seconds' },
});

const PLACING = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
} as const;

/**
 * Gate and dial. Safe to run again at any point, so it is tried until it succeeds; the dial inside is made by
 * one run only. Long, because looking for a lost dial takes minutes; the heartbeat tells of a lost worker soon.
 */
export function placing(attempt: number) {
  return proxyActivities<Pick<Activities, 'placeCall'>>({ ...PLACING, summary: `attempt ${attempt}` });
}

/** As `placing`, of a call outside of campaigns. */
export const placingSingle = proxyActivities<Pick<Activities, 'placeSingleCall'>>(PLACING);

/** Its retries are the polling: it fails with the delay until the next look. The call's deadline bounds it. */
export function polling(scheduleToCloseMs: number) {
  return proxyActivities<Pick<Activities, 'pollCall'>>({
    scheduleToCloseTimeout: scheduleToCloseMs,
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '5 seconds', backoffCoefficient: 1.5, maximumInterval: '1 minute' },
    summary: 'no webhook yet',
  });
}

/** Walks over many rows. */
export const { stopLeads, sweep } = proxyActivities<Pick<Activities, 'stopLeads' | 'sweep'>>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** What follows a call. Tried for three days, because a mail server may be away for as long. */
export const followingUp = proxyActivities<Pick<Activities, 'performFollowUp'>>({
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '1 second', maximumInterval: '1 hour' },
});

/** Gate and send. Safe to run again at any point; the heartbeat tells of a lost worker while a lost answer is looked for. */
export const texting = proxyActivities<Pick<Activities, 'sendText'>>({
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** May talk to an agent. An answer that comes much later than the text is none, so it is not tried for long. */
export const replying = proxyActivities<Pick<Activities, 'composeReply'>>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
});

/** One outbound webhook, whose sender gives up after ten seconds. Its repeats are the workflow's: these are for the database. */
export const { attemptDelivery } = proxyActivities<Pick<Activities, 'attemptDelivery'>>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Pages of the provider's list. A page that fails begins again; what it stored before stays and is not counted twice. */
export const syncing = proxyActivities<Pick<Activities, 'beginSync' | 'syncPage' | 'finishSync'>>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute' },
});
