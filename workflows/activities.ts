import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';

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
  >
>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 ms', maximumInterval: '30 seconds' },
});

/**
 * Gate and dial. Safe to run again at any point, so it is tried until it succeeds; the dial inside is made by
 * one run only. Long, because looking for a lost dial takes minutes; the heartbeat tells of a lost worker soon.
 */
export function placing(attempt: number) {
  return proxyActivities<Pick<Activities, 'placeCall'>>({
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    summary: `attempt ${attempt}`,
  });
}

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
