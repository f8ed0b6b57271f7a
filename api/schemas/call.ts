import { z } from '@hono/zod-openapi';
import type { Selectable } from 'kysely';
import type { CallDetails as DetailsRow, Call as Row, readCallTimeline } from '#db/queries/calls.ts';
import type { DecisionsTable } from '#db/schema/gate.ts';
import { PROVIDERS } from '#domain/conversation.ts';
import { text, wording } from '#domain/text.ts';
import { ANY_FIELD, iso, isoOrNull, orNull, page, pageQuery, searchText, timestamp } from './common.ts';
import { phone } from './opt-out.ts';
import {
  Attribution,
  AttributionState,
  CallKind,
  CallSource,
  CallStatus,
  ConversionJudge,
  Direction,
  Disposition,
  EventType,
  GateRule,
  GateVerdict,
  HangUpReason,
  Reach,
  Sentiment,
  Speaker,
} from './words.ts';

export const callParam = z.object({ id: text(200).openapi({ param: { name: 'id', in: 'path' } }) });

const fields = {
  id: z.string(),
  campaignId: z.uuid().nullable(),
  leadId: z.uuid().nullable(),
  name: z.string().nullable().openapi({ description: "The lead's" }),
  agentId: z.string(),
  direction: Direction,
  kind: CallKind,
  attempt: z.number().int().nullable().openapi({ description: 'Null for a call that was not dialled here' }),
  status: CallStatus,
  reach: orNull(Reach),
  disposition: orNull(Disposition),
  converted: z.boolean(),
  attributedBy: orNull(Attribution).openapi({ description: 'How its lead was found' }),
  hasAudio: z.boolean().nullable().openapi({ description: 'Null when it is not known' }),
  sentiment: orNull(Sentiment),
  score: z.number().int().nullable(),
  conversationId: z.string().nullable(),
  callSid: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  startedAt: timestamp,
  answeredAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  talkSeconds: z.number().int().nullable(),
  costCents: z.number().nullable(),
  summary: z.string().nullable(),
  terminationReason: z.string().nullable(),
  source: orNull(CallSource).openapi({
    description: 'What reported its end; null before it, and where the dial itself was refused or not made',
  }),
  failure: z.string().nullable(),
  needsAttention: z.boolean(),
  overdueSince: timestamp.nullable().openapi({
    description: 'The time by which it was to be over, where it goes on, or went on, past that',
  }),
  hangUp: z
    .object({ reason: HangUpReason, requestedAt: timestamp, tries: z.number().int() })
    .nullable()
    .openapi({ description: 'Why and when it was to be hung up; null where nobody wanted that' }),
};

export const Call = z.object(fields).openapi('Call');
export const CallPage = page(Call, 'CallPage');

export const Decision = z
  .object({
    verdict: GateVerdict,
    rule: orNull(GateRule),
    detail: z.string().nullable(),
    rulesVersion: z.string(),
    settingsVersion: z.number().int().nullable(),
    facts: z.record(z.string(), z.unknown()),
    decidedAt: timestamp,
  })
  .openapi('Decision');

const figure = z.number().nullable();

const Quality = z
  .object({
    firstAudioMs: figure,
    responseMs: figure,
    userTurns: z.number().int(),
    agentTurns: z.number().int(),
    interruptions: z.number().int(),
    wordErrorRate: figure,
  })
  .openapi('CallQuality', {
    description: 'Figures of the conversation; null where the provider gives none',
  });

export const CallAttribution = z
  .strictObject({
    leadId: z.uuid(),
    remember: z
      .boolean()
      .default(true)
      .openapi({ description: 'Later calls and texts of the number are theirs too' }),
  })
  .openapi('CallAttribution');

/** Why a call counts as a conversion. */
const conversionReason = z.object({
  rule: z.string(),
  detail: z.string(),
  turn: z.number().int().optional().openapi({ description: 'Index in the transcript' }),
  met: z
    .array(z.object({ rule: z.string(), detail: z.string(), turn: z.number().int().optional() }))
    .optional()
    .openapi({ description: 'Of a combined rule: the simple ones that met' }),
});

export const CallDetail = z
  .object({
    ...fields,
    notes: z.string().nullable(),
    convertedBy: orNull(ConversionJudge),
    conversionReason: conversionReason.nullable(),
    scoreParts: z.record(z.string(), z.number()).nullable(),
    transcript: z
      .array(
        z.object({
          role: Speaker,
          text: z.string(),
          atSeconds: z.number().nullable(),
          interrupted: z.boolean().optional(),
        }),
      )
      .nullable(),
    analysis: z.record(z.string(), z.unknown()).nullable(),
    quality: orNull(Quality),
    decision: orNull(Decision),
  })
  .openapi('CallDetail');

export const CallUpdate = z
  .strictObject({
    converted: z.boolean().optional(),
    disposition: Disposition.optional(),
    notes: text(10_000).nullable().optional(),
  })
  .refine((update) => Object.keys(update).length > 0, 'names nothing to change')
  .openapi('CallUpdate', ANY_FIELD);

const bound = (description: string) =>
  z.iso
    .datetime({ offset: true, error: 'must be an ISO time with Z or an offset' })
    .optional()
    .openapi({ description });

export const callQuery = {
  status: CallStatus.optional(),
  reach: Reach.optional(),
  disposition: Disposition.optional(),
  direction: Direction.optional(),
  kind: CallKind.optional(),
  from: bound('Started at or after'),
  to: bound('Started before'),
  q: searchText.openapi({
    description:
      "Part of the person's number or name (its beginning, with fewer than three letters or digits), or a whole conversation or carrier id",
  }),
  ...pageQuery,
};

/** How many calls may be asked for by their ids at once. */
const MOST_IDS = 100;
/** An attempt's id is its lead's UUID with its number; others are UUIDs. */
const LONGEST_ID = 40;
const LONGEST_ID_LIST = MOST_IDS * (LONGEST_ID + 1);
const ID_LIST = new RegExp(`^[^,\\x00]*(,+[^,\\x00]+){0,${MOST_IDS - 1}},*$`);

export const CallQuery = z.object({
  attribution: AttributionState.optional(),
  campaign: z.uuid().optional(),
  lead: z.uuid().optional(),
  agent: wording(200).optional(),
  single: z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => (value === undefined ? undefined : value === 'true'))
    .openapi({
      type: 'string',
      enum: ['true', 'false'],
      description: 'true: one-off calls; false: all others',
    }),
  ids: z
    .string()
    .max(LONGEST_ID_LIST)
    .regex(ID_LIST, `must be at most ${MOST_IDS} ids with commas between`)
    .optional()
    .transform((list) => list?.split(',').filter((id) => id !== ''))
    .openapi({
      type: 'string',
      pattern: ID_LIST.source,
      maxLength: LONGEST_ID_LIST,
      description: `These calls only: at most ${MOST_IDS} ids, with commas between`,
    }),
  ...callQuery,
});

export function toCall(row: Row): z.infer<typeof Call> {
  const outbound = row.direction === 'outbound';
  return {
    id: row.id,
    campaignId: row.campaign_id,
    leadId: row.lead_id,
    name: row.name,
    agentId: row.agent_id,
    direction: row.direction,
    kind: row.kind,
    attempt: row.attempt,
    status: row.status,
    reach: row.reach,
    disposition: row.disposition,
    converted: row.converted,
    attributedBy: row.attributed_by,
    hasAudio: row.has_audio,
    sentiment: row.sentiment,
    score: row.score,
    conversationId: row.conversation_id,
    callSid: row.call_sid,
    from: outbound ? row.from_number : row.phone,
    to: outbound ? row.phone : row.from_number,
    startedAt: iso(row.started_at),
    answeredAt: isoOrNull(row.answered_at),
    endedAt: isoOrNull(row.ended_at),
    talkSeconds: row.talk_seconds,
    costCents: row.cost_cents,
    summary: row.summary,
    terminationReason: row.termination_reason,
    source: row.source,
    failure: row.failure,
    needsAttention: row.needs_attention,
    overdueSince: isoOrNull(row.overdue_since),
    hangUp:
      row.hang_up_requested_at === null || row.hang_up_reason === null
        ? null
        : {
            reason: row.hang_up_reason,
            requestedAt: iso(row.hang_up_requested_at),
            tries: row.hang_up_tries,
          },
  };
}

export function toCallDetail(
  row: Row,
  details: DetailsRow,
  decision: Selectable<DecisionsTable> | null,
): z.infer<typeof CallDetail> {
  return {
    ...toCall(row),
    notes: row.notes,
    convertedBy: row.converted_by,
    conversionReason: row.conversion_reason,
    scoreParts: row.score_parts,
    transcript: details.transcript,
    analysis: details.analysis,
    quality: details.quality,
    decision: decision && toDecision(decision),
  };
}

/** The gate's answer. */
export function toDecision(row: Selectable<DecisionsTable>): z.infer<typeof Decision> {
  return {
    verdict: row.verdict,
    rule: row.rule,
    detail: row.detail,
    rulesVersion: row.rules_version,
    settingsVersion: row.settings_version,
    facts: row.facts,
    decidedAt: iso(row.decided_at),
  };
}

const CallWebhook = z
  .object({
    id: z.number().int(),
    provider: z.enum(PROVIDERS),
    type: z.string(),
    receivedAt: timestamp,
    mergedAt: timestamp.nullable().openapi({ description: 'When it was merged into the call' }),
    deliveries: z.number().int().openapi({ description: 'How often it came, the first time included' }),
  })
  .openapi('HeardWebhook');

export const CallTimeline = z
  .object({
    events: z.array(
      z.object({
        id: z.number().int().openapi({ description: "The event's number, as in the stream" }),
        at: timestamp,
        type: EventType,
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    webhooks: z.array(CallWebhook),
  })
  .openapi('CallTimeline');

export function toCallTimeline({
  events,
  webhooks,
}: Awaited<ReturnType<typeof readCallTimeline>>): z.infer<typeof CallTimeline> {
  return {
    events: events.map(({ id, at, type, data }) => ({ id, at: iso(at), type, data })),
    webhooks: webhooks.map(({ id, provider, type, deliveries, received_at, merged_at }) => ({
      id,
      provider,
      type,
      receivedAt: iso(received_at),
      mergedAt: isoOrNull(merged_at),
      deliveries,
    })),
  };
}

export const ContextSend = z.strictObject({ text: text(2_000) }).openapi('ContextSend');
export const TransferStart = z.strictObject({ to: phone }).openapi('TransferStart');

/** Accepted; the call itself shows what comes of it. */
export const LiveDone = z
  .object({
    callId: z.string(),
    via: z
      .enum(['monitor', 'carrier'])
      .openapi({ description: "The voice provider's monitor socket, or the telephone company" }),
  })
  .openapi('LiveDone');
