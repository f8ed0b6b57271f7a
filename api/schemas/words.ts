import { z } from '@hono/zod-openapi';
import { API_ROLES } from '#domain/access.ts';
import { ATTENTION_KINDS } from '#domain/attention.ts';
import {
  ATTRIBUTION_STATES,
  ATTRIBUTIONS,
  CALL_KINDS,
  CALL_SOURCES,
  CALL_STATUSES,
  CONVERSION_JUDGES,
  DIRECTIONS,
  DISPOSITIONS,
  HANG_UP_REASONS,
  REACHES,
  SENTIMENTS,
} from '#domain/call.ts';
import { CAMPAIGN_STAGES, CAMPAIGN_STATUSES } from '#domain/campaign.ts';
import { SPEAKERS } from '#domain/conversation.ts';
import { DELIVERY_STATUSES } from '#domain/delivery.ts';
import { EVENT_TYPES, EVERY_TYPE, OUTBOUND_EVENT_TYPES } from '#domain/events.ts';
import { FOLLOW_UP_CHANNELS, FOLLOW_UP_STATUSES } from '#domain/follow-up.ts';
import { GATE_RULES, GATE_VERDICTS, HOLD_RULES } from '#domain/gate.ts';
import { LEAD_OUTCOMES, LEAD_STATES } from '#domain/lead.ts';
import { MESSAGE_CHANNELS, MESSAGE_SOURCES, MESSAGE_STATUSES } from '#domain/message.ts';
import { NUMBER_STATES } from '#domain/number-health.ts';
import { OPT_OUT_SOURCES } from '#domain/opt-out.ts';
import { SETTLEMENTS } from '#domain/settlement.ts';
import { TEXT_ENCODINGS } from '#domain/text-length.ts';

/**
 * The product's words as named components of the OpenAPI document. The client gets a list of each, so that the
 * dashboard does not compile while it lacks one.
 */
const word = <const Words extends readonly string[]>(name: string, words: Words) =>
  z.enum(words).openapi(name);

export const Reach = word('Reach', REACHES);
export const Disposition = word('Disposition', DISPOSITIONS);
export const CallStatus = word('CallStatus', CALL_STATUSES);
export const CallKind = word('CallKind', CALL_KINDS);
export const CallSource = word('CallSource', CALL_SOURCES);
export const Direction = word('Direction', DIRECTIONS);
export const Attribution = word('Attribution', ATTRIBUTIONS);
export const AttributionState = word('AttributionState', ATTRIBUTION_STATES);
export const HangUpReason = word('HangUpReason', HANG_UP_REASONS);
export const SettlementWord = word('SettlementWord', SETTLEMENTS);
export const ConversionJudge = word('ConversionJudge', CONVERSION_JUDGES);
export const Sentiment = word('Sentiment', SENTIMENTS);
export const Speaker = word('Speaker', SPEAKERS);

export const CampaignStatus = word('CampaignStatus', CAMPAIGN_STATUSES);
export const CampaignStage = word('CampaignStage', CAMPAIGN_STAGES);
export const LeadState = word('LeadState', LEAD_STATES);
export const LeadOutcome = word('LeadOutcome', LEAD_OUTCOMES);

export const GateRule = word('GateRule', GATE_RULES);
export const GateVerdict = word('GateVerdict', GATE_VERDICTS);
export const HoldRule = word('HoldRule', HOLD_RULES);

export const MessageChannel = word('MessageChannel', MESSAGE_CHANNELS);
export const MessageSource = word('MessageSource', MESSAGE_SOURCES);
export const MessageStatus = word('MessageStatus', MESSAGE_STATUSES);
export const TextEncoding = word('TextEncoding', TEXT_ENCODINGS);
export const FollowUpChannel = word('FollowUpChannel', FOLLOW_UP_CHANNELS);
export const FollowUpStatus = word('FollowUpStatus', FOLLOW_UP_STATUSES);
export const DeliveryStatus = word('DeliveryStatus', DELIVERY_STATUSES);

export const EventType = word('EventType', EVENT_TYPES).openapi({ example: 'call.ended' });
export const SubscribedEventType = word('SubscribedEventType', [EVERY_TYPE, ...OUTBOUND_EVENT_TYPES]);
export const AttentionKind = word('AttentionKind', ATTENTION_KINDS);
export const OptOutSource = word('OptOutSource', OPT_OUT_SOURCES);
export const ApiRole = word('ApiRole', API_ROLES);
export const NumberState = word('NumberState', NUMBER_STATES);
