import { z } from '@hono/zod-openapi';
import type { Campaign as CampaignRow, CampaignSummary as SummaryRow } from '#db/queries/campaigns.ts';
import { PROVIDER_VERDICTS, REACHES } from '#domain/call.ts';
import { text } from '#domain/text.ts';
import { byCamelWord, byWord } from '#domain/words.ts';
import { instant, iso, isoOrNull, orNull, page, timestamp } from './common.ts';
import { Settings, SettingsInput, toSettings } from './settings.ts';
import { CampaignStage, CampaignStatus, Direction, Disposition, HoldRule, LeadOutcome } from './words.ts';

const name = text(200);
const agentId = text(200);
const phoneNumberIds = z.array(text(200)).max(100);

export const CampaignCreate = z
  .strictObject({
    name,
    agentId: agentId.optional().openapi({ description: 'Default: the configured agent' }),
    phoneNumberIds: phoneNumberIds.default([]).openapi({
      description: 'The pool to call from. Empty: chosen at the start from all that can dial out',
    }),
    settings: SettingsInput.optional(),
  })
  .openapi('CampaignCreate');

const endAt = orNull(instant).openapi({
  description:
    'From then on nobody is dialled, and leads that are left are finished as ended; null for no end',
});

export const CampaignUpdate = z
  .strictObject({ name, agentId, phoneNumberIds, settings: SettingsInput, endAt })
  .partial()
  .openapi('CampaignUpdate');

export const CampaignStart = z
  .strictObject({
    at: instant.optional().openapi({ description: 'Default, and for a time past: now' }),
    endAt: endAt.optional(),
  })
  .openapi('CampaignStart');

const fields = {
  id: z.uuid(),
  name: z.string(),
  status: CampaignStatus,
  agentId: z.string(),
  phoneNumberIds: z.array(z.string()),
  settings: Settings,
  settingsVersion: z.number().int(),
  startAt: timestamp.nullable().openapi({ description: 'When it starts, while scheduled' }),
  startedAt: timestamp.nullable(),
  endAt: timestamp
    .nullable()
    .openapi({ description: 'When it ends by itself; null for when every lead is finished' }),
  pausedAt: timestamp.nullable(),
  pauseReason: z
    .string()
    .nullable()
    .openapi({ description: 'Why it paused by itself; null when a person did it' }),
  finishedAt: timestamp.nullable(),
  archivedAt: timestamp.nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
};

export const Campaign = z.object(fields).openapi('Campaign');
export const CampaignInFlight = z
  .object({
    ...fields,
    inFlight: z.number().int().openapi({ description: 'Calls in flight, or about to be' }),
  })
  .openapi('CampaignInFlight');

const whole = z.number().int();

const CampaignSummary = z
  .object({
    leads: z.object({ total: whole, finished: whole }),
    nextOpeningAt: timestamp
      .nullable()
      .openapi({ description: 'Null when a lead may be called now, or none waits for its first call' }),
    calls: whole,
    answered: whole,
    conversions: whole,
    conversionRate: z.number().nullable().openapi({ description: 'Of answered calls; null without any' }),
    costCents: z.number(),
  })
  .openapi('CampaignSummary');

const CampaignListed = z
  .object({
    ...fields,
    summary: orNull(CampaignSummary).openapi({ description: 'Null unless it was asked for' }),
  })
  .openapi('CampaignListed');

export const CampaignPage = page(CampaignListed, 'CampaignPage');

/** @param summary null when it was not asked for */
export function toCampaignListed(
  row: CampaignRow,
  summary: SummaryRow | null,
  now: Date,
): z.infer<typeof CampaignListed> {
  return { ...toCampaign(row), summary: summary === null ? null : toSummary(summary, now) };
}

function toSummary(row: SummaryRow, now: Date): z.infer<typeof CampaignSummary> {
  const { nextOpeningAt, ...counts } = row;
  return {
    ...counts,
    nextOpeningAt: nextOpeningAt === null || nextOpeningAt <= now ? null : iso(nextOpeningAt),
    conversionRate: row.answered === 0 ? null : row.conversions / row.answered,
  };
}

export function toCampaign(row: CampaignRow): z.infer<typeof Campaign> {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    agentId: row.agent_id,
    phoneNumberIds: row.phone_number_ids,
    settings: toSettings(row.settings),
    settingsVersion: row.settings_version,
    startAt: isoOrNull(row.start_at),
    startedAt: isoOrNull(row.started_at),
    endAt: isoOrNull(row.end_at),
    pausedAt: isoOrNull(row.paused_at),
    pauseReason: row.pause_reason,
    finishedAt: isoOrNull(row.finished_at),
    archivedAt: isoOrNull(row.archived_at),
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  };
}

const Spend = z
  .object({
    settledCents: z.number().openapi({ description: 'What the providers have charged' }),
    reservedCents: z
      .number()
      .openapi({ description: 'What calls that are not charged yet are expected to cost' }),
    expectedCallCents: z.number().openapi({ description: 'What the next call is expected to cost' }),
    limitCents: z.number().int().nullable().openapi({ description: 'Null for none' }),
  })
  .openapi('CampaignSpend');

export const Progress = z
  .object({
    status: CampaignStage.openapi({ description: 'stopping: stopped, with calls in flight' }),
    lines: z.object({ limit: z.number().int(), inUse: z.number().int() }),
    leads: z.object({
      total: z.number().int(),
      waiting: z.number().int().openapi({ description: 'For their first call, or for a line' }),
      queued: z.number().int().openapi({ description: 'Of those that wait: for a line' }),
      calling: z.number().int(),
      backingOff: z.number().int(),
      finished: z.number().int(),
    }),
    outcomes: z
      .array(z.object({ outcome: LeadOutcome, leads: z.number().int() }))
      .openapi({ description: 'What became of the finished leads' }),
    nextOpeningAt: timestamp
      .nullable()
      .openapi({ description: 'Null when a lead may be called now, or none is left' }),
    holds: z.array(z.object({ reason: HoldRule, leads: z.number().int() })),
    spend: Spend,
    live: z
      .boolean()
      .openapi({ description: 'False when the workflow did not answer, and the database alone did' }),
  })
  .openapi('CampaignProgress');

const count = z.number().int();
const span = z.object({ calls: count, answered: count, conversions: count });
/** Of each agent, and of each number. */
const figures = {
  ...span.shape,
  conversionRate: z.number().nullable(),
  averageTalkSeconds: z.number().nullable(),
  costCents: z.number(),
};

const Figures = z.object({
  calls: z.object({ total: count, ...byCamelWord(REACHES, () => count) }),
  provider: z.object(byWord(PROVIDER_VERDICTS, () => count)),
  conversions: count,
  conversionRate: z
    .number()
    .nullable()
    .openapi({ description: 'Of answered calls; null while there are none' }),
  averageTalkSeconds: z.number().nullable(),
  costCents: z.number(),
  today: span,
  thisWeek: span,
  thisMonth: span,
  byDay: z.array(z.object({ date: z.iso.date(), ...span.shape })),
  conversionsPerLead: z
    .number()
    .nullable()
    .openapi({ description: 'Of leads that were dialled for the first time; null while there are none' }),
  costPerConversionCents: z.number().nullable(),
  byArm: z.array(
    z.object({
      agentId: z.string(),
      ...figures,
    }),
  ),
  byNumber: z
    .array(
      z.object({
        phoneNumberId: z.string(),
        ...figures,
        finished: count.openapi({ description: 'Placed and over' }),
        failed: count,
        answerRate: z
          .number()
          .nullable()
          .openapi({ description: 'Of finished calls; null while there are none' }),
      }),
    )
    .openapi({ description: 'By our number that dialled' }),
  byDisposition: z.array(z.object({ disposition: Disposition, ...span.shape })),
  byDirection: z
    .array(z.object({ direction: Direction, ...span.shape }))
    .openapi({ description: 'The only part that includes inbound calls' }),
});

export const Metrics = z
  .object({
    ...Figures.shape,
    spend: Spend.openapi({ description: 'Of all days, whatever the figures are bounded by' }),
  })
  .openapi('Metrics');

const OutsideCampaigns = z
  .object({ ...span.shape, averageTalkSeconds: z.number().nullable(), costCents: z.number() })
  .openapi('OutsideCampaigns', {
    description: 'One-off calls, which no other figure includes',
  });

export const WorkspaceMetrics = z
  .object({ ...Figures.shape, outsideCampaigns: OutsideCampaigns })
  .openapi('WorkspaceMetrics');
