import type { Db } from '../db/client.ts';
import type { CampaignStatus } from '../domain/campaign.ts';
import type { Carrier, VoiceProvider } from '../providers/ports.ts';

/** What activities say to workflows. A workflow that is gone counts as told; anything else throws. */
export interface WorkflowSignals {
  lineFreed(
    campaignId: string,
    freed: {
      leadId: string;
      line: number;
      next: 'finished' | 'backing_off' | 'requeue';
      paused?: boolean;
    },
  ): Promise<void>;
  callEnded(leadId: string, callId: string): Promise<void>;
  campaignStopped(leadId: string): Promise<void>;
  /** Brings a running workflow's pause in line with the database, after a message between them was lost. */
  matchStatus(campaignId: string, status: CampaignStatus): Promise<void>;
  isRunning(workflowId: string): Promise<boolean>;
  startCampaign(campaign: { campaignId: string; startAt: string | null; lines: number }): Promise<void>;
  /** Starts a lead's workflow anew where the last one was lost. It asks for a line first. */
  restartLead(lead: { leadId: string; campaignId: string; attempt: number }): Promise<void>;
}

/** How long to wait for what, in milliseconds. */
export interface Patience {
  dialTimeoutMs: number;
  pollAfterMs: number;
  pollEveryMs: number;
  reconcileForMs: number;
  /** Beyond ring and talk, until a call must be over. */
  callMarginMs: number;
}

/** Boundaries at which a test may break a dial off, as a crash would. */
export type Checkpoint = 'intent_committed' | 'dial_answered' | 'answer_recorded' | 'call_concluded';

export interface ActivityDeps {
  db: Db;
  voice: VoiceProvider;
  /** Null when no carrier account is configured. */
  carrier: Carrier | null;
  signals: WorkflowSignals;
  patience: Patience;
  centsPerCredit: number;
  /** The time by which the rules are judged. */
  now(): Promise<Date>;
  checkpoint?(at: Checkpoint): Promise<void>;
}
