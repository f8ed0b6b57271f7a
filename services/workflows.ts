import type { SyncCounts } from '#db/queries/sync-runs.ts';
import type { CampaignProgress, InFlight } from '#domain/campaign.ts';
import type { LineFreed } from '#domain/lines.ts';
import { unavailable } from './errors.ts';

/**
 * How a workflow took a message. `refused`: its validator said no. `absent`: no such workflow is running. `silent`:
 * Temporal or the workers did not answer before the deadline, and whether the message arrives is not known.
 */
export type Reply<T = void> =
  | { kind: 'done'; value: T }
  | { kind: 'refused'; reason: string }
  | { kind: 'absent' }
  | { kind: 'silent'; why: string };

export interface CampaignStart {
  campaignId: string;
  /** Shown in Temporal's Web UI. */
  name: string;
  lines: number;
  /** Null to begin at once. */
  startAt: Date | null;
  /** Replaces a run that still waits for another start time. */
  replace?: boolean;
}

export interface SyncStart {
  workflowId: string;
  since: Date | null;
  /** The run that the workflow goes on with, unless one is under way already. */
  runId: string;
  /** How long to wait for its end. */
  waitMs: number;
}

/**
 * The one way to speak to Temporal; `temporal/` implements it. Every method answers before its deadline, also when
 * the server is down, and none but `ping` throws. Starting a workflow that runs already is no error.
 */
export interface Workflows {
  startCampaign(campaign: CampaignStart): Promise<Reply>;
  pauseCampaign(campaignId: string): Promise<Reply<InFlight>>;
  resumeCampaign(campaignId: string): Promise<Reply>;
  stopCampaign(campaignId: string): Promise<Reply<InFlight>>;
  changeSettings(campaignId: string, settings: { lines: number }): Promise<Reply>;
  /** The campaign's workflow is to read the database: something has changed there. */
  campaignChanged(campaignId: string): Promise<Reply>;
  /** As `campaignChanged`, for a run of an earlier version, which hands over then. */
  leadsAdded(campaignId: string): Promise<Reply>;
  progress(campaignId: string): Promise<Reply<CampaignProgress>>;
  lineFreed(campaignId: string, freed: LineFreed): Promise<Reply>;
  /** Starts a lead's workflow where the last one was lost in the middle of this attempt. */
  startLead(lead: { leadId: string; campaignId: string; attempt: number }): Promise<Reply>;
  campaignStopped(leadId: string): Promise<Reply>;
  /** A lead of an earlier version that waits for a later time waits for this one instead. */
  callNow(leadId: string, at: Date): Promise<Reply>;
  /** A lead that waits closes itself when the database says that its contact opted out. */
  optedOut(leadId: string): Promise<Reply>;
  /** A lead that waits closes itself when the database says that its contact replied. */
  contactReplied(leadId: string): Promise<Reply>;
  /** Notifies whoever waits for the end of the call: the lead's workflow, or a one-off call's own. */
  callEnded(leadId: string | null, callId: string): Promise<Reply>;
  /** Starts work on all leads of a campaign, or has what is at it look again. */
  workOnLeads(campaignId: string): Promise<Reply>;
  /** Dials a one-off call, whose intent is written. */
  startOneOffCall(callId: string): Promise<Reply>;
  startFollowUp(followUpId: string): Promise<Reply>;
  startDelivery(deliveryId: string): Promise<Reply>;
  startMessage(messageId: string): Promise<Reply>;
  startReply(messageId: string): Promise<Reply>;
  /** Walks the provider's conversations, or joins the walk under way. Null when it goes on after `waitMs`. */
  sync(walk: SyncStart): Promise<Reply<SyncCounts | null>>;
  /**
   * Whether it runs. One that cannot go on, because its task fails again and again, is ended by this: like one that was
   * lost, it is started anew from the database.
   */
  isRunning(workflowId: string): Promise<Reply<boolean>>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The reply of a workflow that had to be reached. One that is gone needs no message.
 *
 * @throws ServiceError `unavailable` when it was silent, or refused: the caller is run again
 */
export async function reached<T>(replying: Promise<Reply<T>>): Promise<T | null> {
  const reply = await replying;
  switch (reply.kind) {
    case 'done':
      return reply.value;
    case 'absent':
      return null;
    case 'refused':
      throw unavailable(`A workflow refused a message: ${reply.reason}`);
    case 'silent':
      throw unavailable(`Temporal did not answer: ${reply.why}.`);
  }
}
