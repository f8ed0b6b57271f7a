import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CampaignProgress, InFlight } from '#domain/campaign.ts';
import { SEARCH_ATTRIBUTES } from '#domain/ids.ts';
import type { LineFreed, LineKind } from '#domain/lines.ts';

/**
 * How everyone else speaks to the workflows and finds them: signals, updates, queries, and search attributes.
 * One object argument each.
 */

export const campaignKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.campaign, 'KEYWORD');
export const stateKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');

// The campaign's workflow.

export interface LineWanted {
  leadId: string;
  kind: LineKind;
}

/** The database has changed: its status, times, settings, or when its leads are due. */
export const changedSignal = defineSignal('changed');
/** From earlier versions, for leads that were added. */
export const leadsAddedSignal = defineSignal('leadsAdded');
export const lineFreedSignal = defineSignal<[LineFreed]>('lineFreed');
export const lineWantedSignal = defineSignal<[LineWanted]>('lineWanted');
export const progressQuery = defineQuery<CampaignProgress>('progress');
export const pauseUpdate = defineUpdate<InFlight>('pause');
export const resumeUpdate = defineUpdate<void>('resume');
export const stopUpdate = defineUpdate<InFlight>('stop');
export const changeSettingsUpdate = defineUpdate<void, [{ lines: number }]>('changeSettings');

/** The type of the failure that refuses an update in the wrong state. */
export const WRONG_STATE = 'WrongState';

// The lead's workflow.

export interface LeadState {
  phase: 'line' | 'placing' | 'call' | 'backing_off' | 'finished';
  attempt: number;
  /** ISO time until which it waits, when it waits for a time. */
  until: string | null;
  why: string | null;
}

export const lineGrantedSignal = defineSignal<[{ line: number }]>('lineGranted');
/** Also for the workflow of a one-off call. */
export const callEndedSignal = defineSignal<[{ callId: string }]>('callEnded');
/** The contact must not be called. A lead that waits asks the database, and is closed at once. */
export const optedOutSignal = defineSignal('optedOut');
/** The person called or wrote. A lead that waits asks the database, and is closed at once. */
export const contactRepliedSignal = defineSignal('contactReplied');
/** As `optedOut`, for a campaign that was stopped. */
export const campaignStoppedSignal = defineSignal('campaignStopped');
/** The pending attempt is made at this ISO time instead. */
export const callbackRequestedSignal = defineSignal<[{ at: string }]>('callbackRequested');
export const leadStateQuery = defineQuery<LeadState>('state');

// The workflow of work on all leads of a campaign.

/** There is work again: the campaign's row has changed. */
export const workAgainSignal = defineSignal('workAgain');

// The workflow of an outbound webhook.

/** The delivery's row has changed: it may be due now. */
export const deliverNowSignal = defineSignal('deliverNow');
