import type { Db } from '#db/client.ts';
import { type Call, findCall } from '#db/queries/calls.ts';
import type { Delivery } from '#db/queries/deliveries.ts';
import { readEvent } from '#db/queries/events.ts';
import { findFollowUp } from '#db/queries/follow-ups.ts';
import { findLead, type Lead } from '#db/queries/leads.ts';
import { findMessage, type Message } from '#db/queries/messages.ts';

/** What an outbound webhook says: https://www.standardwebhooks.com asks for these three. */
export interface WebhookPayload {
  type: string;
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string;
  data: Record<string, unknown>;
}

/** The ids of what a delivery is about. */
interface Subject {
  at: Date;
  campaignId: string | null;
  leadId: string | null;
  callId: string | null;
  messageId: string | null;
  followUpId: string | null;
  details: Record<string, unknown>;
}

/** What is known now about the event's call, lead and message, in the API's own field names; no transcript. */
export async function composePayload(db: Db, delivery: Delivery): Promise<WebhookPayload> {
  const subject = await subjectOf(db, delivery);
  const { at, campaignId, leadId, callId, messageId, followUpId, details } = subject;
  const [call, lead, message] = await Promise.all([
    callId === null ? null : findCall(db, callId),
    leadId === null ? null : findLead(db, leadId),
    messageId === null ? null : findMessage(db, messageId),
  ]);
  return {
    type: delivery.event_type,
    timestamp: at.toISOString(),
    data: {
      eventId: delivery.event_id,
      campaignId,
      leadId,
      callId,
      messageId,
      followUpId,
      details,
      call: call === null ? null : callFacts(call),
      lead: lead === null ? null : leadFacts(lead),
      message: message === null ? null : messageFacts(message),
    },
  };
}

async function subjectOf(db: Db, delivery: Delivery): Promise<Subject> {
  if (delivery.event_id !== null) {
    const event = await readEvent(db, delivery.event_id);
    return {
      at: event.at,
      campaignId: event.campaign_id,
      leadId: event.lead_id,
      callId: event.call_id,
      messageId: event.message_id,
      followUpId: event.follow_up_id,
      details: event.data,
    };
  }
  const followUp = delivery.follow_up_id === null ? null : await findFollowUp(db, delivery.follow_up_id);
  return {
    at: delivery.created_at,
    campaignId: followUp?.campaign_id ?? null,
    leadId: delivery.lead_id,
    callId: followUp?.call_id ?? null,
    messageId: null,
    followUpId: delivery.follow_up_id,
    details: followUp === null ? {} : { ruleId: followUp.rule_id },
  };
}

function callFacts(call: Call) {
  const outbound = call.direction === 'outbound';
  return {
    id: call.id,
    direction: call.direction,
    kind: call.kind,
    attempt: call.attempt,
    status: call.status,
    reach: call.reach,
    disposition: call.disposition,
    converted: call.converted,
    conversionReason: call.conversion_reason,
    score: call.score,
    conversationId: call.conversation_id,
    callSid: call.call_sid,
    from: outbound ? call.from_number : call.phone,
    to: outbound ? call.phone : call.from_number,
    startedAt: call.started_at,
    answeredAt: call.answered_at,
    endedAt: call.ended_at,
    talkSeconds: call.talk_seconds,
    costCents: call.cost_cents,
    summary: call.summary,
    terminationReason: call.termination_reason,
    failure: call.failure,
  };
}

function leadFacts(lead: Lead) {
  return {
    id: lead.id,
    phone: lead.phone,
    name: lead.name,
    email: lead.email,
    variables: lead.variables,
    state: lead.state,
    outcome: lead.outcome,
    disposition: lead.disposition,
    converted: lead.converted,
    score: lead.score,
    attemptsUsed: lead.attempts_used,
    lastReach: lead.last_reach,
    finishedAt: lead.finished_at,
  };
}

function messageFacts(message: Message) {
  return {
    id: message.id,
    channel: message.channel,
    direction: message.direction,
    phone: message.phone,
    subject: message.subject,
    body: message.body,
    status: message.status,
    source: message.source,
    errorCode: message.error_code,
    sentAt: message.sent_at,
    deliveredAt: message.delivered_at,
    createdAt: message.created_at,
  };
}
