import { z } from '@hono/zod-openapi';
import { text } from '#domain/text.ts';
import { page, timestamp } from './common.ts';

export const agentParam = z.object({ id: text(200).openapi({ param: { name: 'id', in: 'path' } }) });

const allowed = z.boolean();

export const AgentDetail = z
  .object({
    agentId: z.string(),
    name: z.string(),
    firstMessage: z.string().nullable(),
    prompt: z.string().nullable(),
    language: z.string().nullable(),
    voiceId: z.string().nullable(),
    llm: z.string().nullable(),
    maxCallSeconds: z.number().nullable(),
    overrides: z
      .object({
        prompt: allowed,
        firstMessage: allowed,
        language: allowed,
        voice: allowed,
        stability: allowed,
        speed: allowed,
        similarityBoost: allowed,
        textOnly: allowed,
        maxCallSeconds: allowed,
      })
      .openapi({ description: 'What a call or a browser session may override' }),
    dataCollection: z.array(
      z.object({ id: z.string(), type: z.string(), description: z.string().nullable() }),
    ),
    criteria: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
    phoneNumberIds: z.array(z.string()),
    concurrencyLimit: z.number().nullable().openapi({ description: 'Calls at once; -1 for no limit' }),
    monitoringEnabled: z.boolean().nullable(),
  })
  .openapi('AgentDetail');

const Voice = z
  .object({
    voiceId: z.string(),
    name: z.string(),
    category: z.string().nullable(),
    description: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    previewUrl: z.string().nullable(),
  })
  .openapi('Voice');

export const VoicePage = page(Voice, 'VoicePage');

const spread = z.object({ mean: z.number().nullable(), median: z.number().nullable() });

/** One side of a comparison. A figure is null when no call has the data for it. */
const ComparedSide = z
  .object({
    agentId: z.string(),
    label: z.string().nullable(),
    calls: z.number().int().openapi({ description: 'Ended calls behind the figures, at most 1,000' }),
    answered: z.number().int(),
    timeToFirstAudioMs: spread,
    responseMs: spread,
    turns: z.number().nullable().openapi({ description: "Both sides' turns in a talk, on average" }),
    interruptions: z.number().nullable(),
    wordErrorRate: z.number().nullable(),
    checkedTalks: z.number().int().openapi({ description: 'Talks whose words a listener wrote down' }),
    rating: z.number().nullable().openapi({ description: "The listeners' mean, 1 to 5" }),
    ratings: z.number().int(),
    successRate: z
      .number()
      .nullable()
      .openapi({ description: 'Successes among calls that the provider judged' }),
    talkSeconds: z.number(),
    costCents: z.number(),
    costPerMinuteCents: z.number().nullable(),
    oldestAt: timestamp.nullable(),
    newestAt: timestamp.nullable(),
    talks: z
      .array(
        z.object({
          callId: z.string(),
          startedAt: timestamp,
          talkSeconds: z.number().nullable(),
          rating: z.number().int().nullable(),
        }),
      )
      .openapi({ description: 'The newest 20 that were answered' }),
  })
  .openapi('ComparedSide');

export const Comparison = z.object({ left: ComparedSide, right: ComparedSide }).openapi('Comparison');
