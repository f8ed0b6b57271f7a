import { z } from '@hono/zod-openapi';
import type { FollowUp as FollowUpRow } from '#db/queries/follow-ups.ts';
import { iso, isoOrNull, page, timestamp } from './common.ts';
import { FollowUpChannel, FollowUpStatus } from './words.ts';

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
