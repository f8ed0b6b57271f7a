import { defineSignal } from '@temporalio/workflow';

export interface FloorCampaign {
  /** A UUID, like the product's campaigns. */
  id: string;
  leads: number;
  lines: number;
}

export interface FloorLead {
  campaignId: string;
  leadId: string;
  line: number;
}

export const callOverSignal = defineSignal<[{ callId: string }]>('callOver');
export const lineBackSignal = defineSignal<[{ leadId: string; line: number }]>('lineBack');
