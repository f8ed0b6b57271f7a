import { z } from '@hono/zod-openapi';
import type { FollowUp as FollowUpRow } from '#db/queries/follow-ups.ts';
import { DISPOSITIONS, REACHES } from '#domain/call.ts';
import { checkTemplate } from '#domain/template.ts';
import { format, iso, isoOrNull, page, text, timestamp } from './common.ts';
import { Disposition, FollowUpChannel, FollowUpStatus, Reach } from './words.ts';

const MOST_RULES = 20;
const LONGEST_DELAY_SECONDS = 90 * 86_400;

/** Text with Liquid in it. Which variables there are depends on the lead and the call, and shows when it is sent. */
function template(maxLength: number) {
  return text(maxLength)
    .superRefine((source, context) => {
      const problem = checkTemplate(source);
      if (problem !== null) context.addIssue({ code: 'custom', message: `is not a template: ${problem}` });
    })
    .openapi({ ...format('liquid'), example: "Hello {{ first_name | default: 'there' }}" });
}

const common = {
  id: text(64),
  on: z
    .strictObject({
      dispositions: z.array(Disposition).max(DISPOSITIONS.length),
      reaches: z.array(Reach).max(REACHES.length),
      converted: z.boolean(),
      meeting: z.boolean().openapi({ description: 'Whether a meeting was agreed in the conversation' }),
    })
    .partial()
    .openapi({ description: 'All that is named must hold; nothing named: every call' }),
  afterSeconds: z.number().int().min(0).max(LONGEST_DELAY_SECONDS).default(0),
  unlessReplied: z.boolean().optional(),
};

const rule = z.discriminatedUnion(
  'channel',
  [
    z.strictObject({ ...common, channel: z.literal('sms'), body: template(1_600) }),
    z.strictObject({
      ...common,
      channel: z.literal('email'),
      subject: template(250),
      body: template(20_000),
      calendar: z.boolean().optional(),
    }),
    z.strictObject({ ...common, channel: z.literal('webhook'), endpointId: z.uuid() }),
  ],
  { error: 'the channel must be sms, email or webhook' },
);

/** A campaign's rules for what follows a call. */
export const followUpRules = z
  .array(rule)
  .max(MOST_RULES)
  .openapi({ description: 'Each with an id of its own' })
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of rules.entries()) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: 'is there twice' });
      seen.add(id);
    }
  });

const FollowUp = z
  .object({
    id: z.uuid(),
    campaignId: z.uuid(),
    leadId: z.uuid(),
    callId: z.string().nullable(),
    ruleId: z.string(),
    channel: FollowUpChannel,
    status: FollowUpStatus,
    reason: z.string().nullable().openapi({ description: 'Why it was skipped, or how it failed' }),
    dueAt: timestamp,
    messageId: z.uuid().nullable(),
    deliveryId: z.uuid().nullable(),
    createdAt: timestamp,
    finishedAt: timestamp.nullable(),
  })
  .openapi('FollowUp');

export const FollowUpPage = page(FollowUp, 'FollowUpPage');

export function toFollowUp(row: FollowUpRow): z.infer<typeof FollowUp> {
  return {
    id: row.id,
    campaignId: row.campaign_id,
    leadId: row.lead_id,
    callId: row.call_id,
    ruleId: row.rule_id,
    channel: row.channel,
    status: row.status,
    reason: row.reason,
    dueAt: iso(row.due_at),
    messageId: row.message_id,
    deliveryId: row.delivery_id,
    createdAt: iso(row.created_at),
    finishedAt: isoOrNull(row.finished_at),
  };
}
