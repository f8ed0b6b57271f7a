import { z } from '@hono/zod-openapi';
import type { FoundLead as FoundLeadRow, Lead as LeadRow } from '#db/queries/leads.ts';
import { LEAD_LIMITS, type NormalisedLead, normaliseLead, variableNameProblem } from '#domain/lead-row.ts';
import { format } from '#domain/text.ts';
import { IMPORT_FIELDS } from '#services/leads/import-columns.ts';
import { fieldErrors } from '../http/errors.ts';
import { entryNames, iso, isoOrNull, keepable, orNull, page, timestamp } from './common.ts';
import { Disposition, HoldRule, LeadOutcome, LeadState, Reach } from './words.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const optionalText: { type: ('string' | 'null')[] } = { type: ['string', 'null'] };

/** One lead as JSON gives it; what its fields mean is checked lead by lead. */
const LeadInput = z.strictObject({
  phone: z.string({ error: 'is required, as text' }),
  name: z.string().nullish(),
  email: z.string().nullish(),
  company: z.string().nullish(),
  timeZone: z.string().nullish(),
  region: z.string().nullish(),
  postalCode: z.string().nullish(),
  consent: z.string().nullish(),
  variables: z.record(z.string(), scalar).nullish(),
});

/** A lead of a request, checked; what is wrong with it in one sentence otherwise. */
export function readLeadInput(
  input: unknown,
): { ok: true; lead: NormalisedLead } | { ok: false; message: string } {
  const parsed = LeadInput.safeParse(input);
  const normalised = parsed.success ? normaliseLead(withoutNulls(parsed.data)) : null;
  if (normalised?.ok) return normalised;
  const errors = parsed.success
    ? (normalised?.errors ?? []).map(({ column, message }) => ({ path: column, message }))
    : fieldErrors(parsed.error.issues);
  const message = errors
    .map(({ path, message: what }) => (path === '' ? what : `${path} ${what}`))
    .join('; ');
  return { ok: false, message };
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], null> };

/** Null says the same as a missing field. */
function withoutNulls<T extends object>(input: T): Present<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Present<T>;
}

export const LeadsAdd = z
  .strictObject({
    // One bad lead never rejects the rest, so each is checked by itself later; the document shows what is meant.
    leads: z
      .array(
        z.unknown().openapi({
          type: 'object',
          required: ['phone'],
          properties: {
            phone: { type: 'string', description: 'E.164', example: '+14155550117' },
            name: optionalText,
            email: optionalText,
            company: optionalText,
            timeZone: { ...optionalText, description: 'IANA' },
            region: optionalText,
            postalCode: optionalText,
            consent: optionalText,
            variables: {
              type: ['object', 'null'],
              additionalProperties: { type: ['string', 'number', 'boolean'] },
            },
          },
        }),
      )
      .min(1)
      .max(10_000),
  })
  .openapi('LeadsAdd');

export const LeadsAdded = z
  .object({
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.array(z.object({ index: z.number().int(), message: z.string() })),
  })
  .openapi('LeadsAdded');

export const LeadsImported = z
  .object({
    rows: z.number().int(),
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.number().int(),
    errors: z
      .array(
        z.object({
          row: z.number().int(),
          line: z.number().int().openapi({ description: 'Of the file, the header being the first' }),
          column: z.string().nullable(),
          message: z.string(),
        }),
      )
      .openapi({ description: 'The first 100, duplicates included' }),
  })
  .openapi('LeadsImported');

const columnNames = z.array(z.string().max(500)).min(1).max(1_000);

export const ColumnsInput = z
  .strictObject({
    headers: columnNames,
    mapping: z.record(z.string().max(500), z.string().max(64)).default({}),
  })
  .openapi('ColumnsInput');

export const ColumnsRead = z
  .object({
    columns: z.array(
      z.object({
        header: z.string(),
        field: z
          .enum(IMPORT_FIELDS)
          .openapi({ description: 'variable: for the agent, under its own name; ignore: left out' }),
      }),
    ),
    problems: z.array(z.string()).openapi({ description: 'Why the header cannot be used; then no columns' }),
  })
  .openapi('ColumnsRead');

export const Lead = z
  .object({
    id: z.uuid(),
    campaignId: z.uuid(),
    phone: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    company: z.string().nullable(),
    country: z.string().nullable(),
    region: z.string().nullable(),
    postalCode: z.string().nullable(),
    timeZone: z.string().nullable().openapi({ description: 'The zone given with the lead' }),
    zones: z.array(z.string()).openapi({ description: 'Every zone the lead may be in' }),
    consent: z.string().nullable(),
    variables: z.record(z.string(), z.string()),
    state: LeadState,
    notBefore: timestamp,
    holdRule: orNull(HoldRule),
    holdDetail: z.string().nullable(),
    attemptsUsed: z.number().int(),
    lastReach: orNull(Reach),
    disposition: orNull(Disposition),
    converted: z.boolean(),
    score: z.number().int().nullable(),
    scoreParts: z.record(z.string(), z.number()).nullable(),
    outcome: orNull(LeadOutcome),
    outcomeDetail: z.string().nullable(),
    finishedAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi('Lead');

export const CallRequested = z
  .object({
    lead: Lead,
    beyondLimit: z.boolean().openapi({ description: 'It is one call more than the settings allow' }),
    reopened: z.boolean().openapi({ description: 'The lead was finished' }),
    campaignReopened: z.boolean().openapi({ description: 'The campaign had completed' }),
  })
  .openapi('CallRequested');

export const LeadPage = page(Lead, 'LeadPage');

const FoundLead = Lead.extend({ campaignName: z.string() }).openapi('FoundLead');
export const FoundLeadPage = page(FoundLead, 'FoundLeadPage');

const BLANK_OR_EMAIL = '^\\s*([^\\s@\\x00]+@[^\\s@.\\x00]+(\\.[^\\s@.\\x00]+)+)?\\s*$';
const VARIABLE_NAME =
  '^(?!__proto__$)[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$';

export const LeadUpdate = z
  .strictObject({
    name: z.string().nullable().openapi(keepable(LEAD_LIMITS.name)),
    email: z.string().nullable().openapi({ maxLength: LEAD_LIMITS.email, pattern: BLANK_OR_EMAIL }),
    timeZone: z
      .string()
      .nullable()
      .openapi({ ...format('time-zone'), description: 'IANA; null: by the number' }),
    variables: z
      .record(z.string(), scalar)
      .superRefine((variables, context) => {
        for (const name of Object.keys(variables)) {
          const problem = variableNameProblem(name);
          if (problem !== null) context.addIssue({ code: 'custom', path: [name], message: problem });
        }
      })
      .openapi({
        description: 'Replaces all variables',
        ...entryNames({ maxLength: LEAD_LIMITS.variableName, pattern: VARIABLE_NAME }),
        maxProperties: LEAD_LIMITS.variables,
      }),
  })
  .partial()
  .openapi('LeadUpdate');

export const Why = z
  .object({
    state: LeadState,
    nextAttemptAt: timestamp.nullable().openapi({ description: 'Null when no attempt is in sight' }),
    blockedBy: z.array(
      z.object({
        rule: HoldRule,
        detail: z.string(),
        until: timestamp.nullable(),
      }),
    ),
  })
  .openapi('LeadWhy');

export function toLead(row: LeadRow): z.infer<typeof Lead> {
  return {
    id: row.id,
    campaignId: row.campaign_id,
    phone: row.phone,
    name: row.name,
    email: row.email,
    company: row.variables.company ?? null,
    country: row.country,
    region: row.region,
    postalCode: row.postal_code,
    timeZone: row.time_zone,
    zones: row.zones,
    consent: row.consent,
    variables: row.variables,
    state: row.state,
    notBefore: iso(row.not_before),
    holdRule: row.hold_rule,
    holdDetail: row.hold_detail,
    attemptsUsed: row.attempts_used,
    lastReach: row.last_reach,
    disposition: row.disposition,
    converted: row.converted,
    score: row.score,
    scoreParts: row.score_parts,
    outcome: row.outcome,
    outcomeDetail: row.outcome_detail,
    finishedAt: isoOrNull(row.finished_at),
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  };
}

export function toFoundLead(row: FoundLeadRow): z.infer<typeof FoundLead> {
  return { ...toLead(row), campaignName: row.campaign_name };
}
