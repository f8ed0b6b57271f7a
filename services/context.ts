import type { Db } from '#db/client.ts';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { Carrier, Mailer, VoiceProvider } from '#providers/ports.ts';
import type { WebhookSender } from '#providers/webhooks/sender.ts';
import type { WorkflowStarter } from '#temporal/starter.ts';

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
  /** Tells whoever waits for the end of the dial: the lead's workflow, or the call's own without one. */
  callEnded(leadId: string | null, callId: string): Promise<void>;
  campaignStopped(leadId: string): Promise<void>;
  optedOut(leadId: string): Promise<void>;
  contactReplied(leadId: string): Promise<void>;
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
  /** Before each attempt of an outbound webhook; three days' worth of them when left out. */
  deliveryDelaysMs?: readonly number[];
}

/** Boundaries at which a test may break a dial off, as a crash would. */
export type Checkpoint =
  | 'intent_committed'
  | 'dial_answered'
  | 'answer_recorded'
  | 'call_concluded'
  | 'text_intended'
  | 'text_answered'
  | 'follow_up_decided'
  | 'mail_sent';

export interface ActivityDeps {
  db: Db;
  voice: VoiceProvider;
  /** Null when no carrier account is configured. */
  carrier: Carrier | null;
  /** Null when no mail server is configured. */
  mailer: Mailer | null;
  /** Where texts are sent from, and where their delivery is reported to; null when none can be sent. */
  texting: { from: string; statusCallbackUrl: string | null } | null;
  /** Sends outbound webhooks. */
  webhookSender: WebhookSender;
  starter: WorkflowStarter;
  signals: WorkflowSignals;
  patience: Patience;
  centsPerCredit: number;
  /** Conversations that a walk over the provider's list reads in a second; 20 when left out. */
  syncFetchesPerSecond?: number;
  /** The time by which the rules are judged. */
  now(): Promise<Date>;
  checkpoint?(at: Checkpoint): Promise<void>;
}
