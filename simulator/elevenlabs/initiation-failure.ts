import type { SimulatedCall } from '../calls.ts';
import type { JsonObject } from '../talks.ts';
import { SIMULATED_ACCOUNT_SID, twilioStatus } from '../twilio/call.ts';

/**
 * The data of a `call_initiation_failure` webhook: like the provider's, without variables and user id, but
 * with the carrier's last status callback. Null for a call that did not fail to start.
 */
export function initiationFailurePayload(call: SimulatedCall): JsonObject | null {
  const outcome = outcomeOf(call);
  if (outcome === null) return null;
  return {
    agent_id: call.agentId,
    conversation_id: call.conversationId,
    failure_reason: outcome.reason,
    metadata: {
      type: 'twilio',
      body: {
        Called: call.to,
        To: call.to,
        Caller: call.from,
        From: call.from,
        Direction: 'outbound-api',
        CallSid: call.callSid,
        CallStatus: twilioStatus(call),
        Duration: '0',
        CallDuration: '0',
        SipResponseCode: outcome.sipCode,
        SequenceNumber: '0',
        CallbackSource: 'call-progress-events',
        Timestamp: new Date(call.endedAtMs ?? call.startedAtMs).toUTCString(),
        AccountSid: SIMULATED_ACCOUNT_SID,
        ApiVersion: '2010-04-01',
      },
    },
  };
}

function outcomeOf(
  call: SimulatedCall,
): { reason: 'busy' | 'no-answer' | 'unknown'; sipCode: string } | null {
  switch (call.plan.reach) {
    case 'busy':
      return { reason: 'busy', sipCode: '486' };
    case 'no_answer':
      return { reason: 'no-answer', sipCode: '487' };
    case 'failed':
      return { reason: 'unknown', sipCode: '503' };
    case 'answered':
    case 'voicemail':
      return null;
  }
}
