import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CampaignRunStatus } from '#domain/campaign.ts';
import type { LineKind } from '#domain/lines.ts';

/** Signals, updates and queries of the workflows: what everyone else may say to them. One object argument each. */

export interface LineFreed {
  leadId: string;
  /** The number of the grant that is given back. */
  line: number;
  /** What the lead does next. `requeue` asks for a line again at once. */
  next: 'finished' | 'backing_off' | 'requeue';
  /** The gate found the campaign paused: the workflow has missed it. */
  paused?: boolean;
}

export interface LineWanted {
  leadId: string;
  kind: LineKind;
}

export interface CampaignProgress {
  status: CampaignRunStatus;
  lines: { limit: number; inUse: number };
  /** Leads whose workflow asked for a line and has none yet. */
  wantingLine: number;
  /** ISO time of the next feed, when nothing can be called now. */
  nextOpeningAt: string | null;
}

export interface InFlight {
  /** Calls under way, or about to be. */
  inFlight: number;
}

export const leadsAddedSignal = defineSignal('leadsAdded');
export const lineFreedSignal = defineSignal<[LineFreed]>('lineFreed');
export const lineWantedSignal = defineSignal<[LineWanted]>('lineWanted');
export const progressQuery = defineQuery<CampaignProgress>('progress');
export const pauseUpdate = defineUpdate<InFlight>('pause');
export const resumeUpdate = defineUpdate<void>('resume');
export const stopUpdate = defineUpdate<InFlight>('stop');
export const changeSettingsUpdate = defineUpdate<void, [{ lines: number }]>('changeSettings');

export interface LeadState {
  phase: 'line' | 'placing' | 'call' | 'backing_off' | 'finished';
  attempt: number;
  /** ISO time until which it waits, when it waits for a time. */
  until: string | null;
  why: string | null;
}

export const lineGrantedSignal = defineSignal<[{ line: number }]>('lineGranted');
export const callEndedSignal = defineSignal<[{ callId: string }]>('callEnded');
/** The contact must not be called: a lead that waits is closed at once, by what the database says. */
export const optedOutSignal = defineSignal('optedOut');
/** The pending attempt is made at this ISO time instead. */
export const callbackRequestedSignal = defineSignal<[{ at: string }]>('callbackRequested');
/** The person called or wrote: a lead that waits is closed, by what the database says. */
export const contactRepliedSignal = defineSignal('contactReplied');
export const campaignStoppedSignal = defineSignal('campaignStopped');
/** The delivery's row has changed: it may be due now. */
export const deliverNowSignal = defineSignal('deliverNow');
export const leadStateQuery = defineQuery<LeadState>('state');

/** The type of a failure with which an update is refused in the wrong state. */
export const WRONG_STATE = 'WrongState';
