import { type CallRef, closeLead, concludeLeadCall, concludeOneOffCall } from '#services/calls/conclude.ts';
import { placeOneOffCall } from '#services/calls/one-off.ts';
import { placeLeadCall, type Turns } from '#services/calls/place-lead.ts';
import { pollCall } from '#services/calls/poll.ts';
import type { LeadAttempt } from '#services/calls/subject.ts';
import type { Context } from '#services/context.ts';

const HEARTBEAT_MS = 2_000;

export function createCallActivities(context: Context) {
  const turns: Turns = new Map();
  return {
    placeCall: (attempt: Omit<LeadAttempt, 'kind'>) =>
      beating(context, () => placeLeadCall(context, { ...attempt, turns })),
    placeSingleCall: (call: { callId: string }) => beating(context, () => placeOneOffCall(context, call)),
    pollCall: (call: { callId: string }) => pollCall(context, call),
    concludeCall: (ref: CallRef) => concludeLeadCall(context, ref),
    concludeSingleCall: (call: { callId: string }) => concludeOneOffCall(context, call),
    closeLead: (lead: { campaignId: string; leadId: string }) => closeLead(context, lead),
  };
}

/** Heartbeats while the work goes on: it may look for a lost dial for minutes, and a lost worker must show soon. */
async function beating<T>(context: Context, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
