/** Why something needs a person. */
export const ATTENTION_KINDS = [
  'unknown_call',
  'unmatched_webhook',
  'campaign_fault',
  'spend_limit_reached',
  'unknown_message',
  'failed_follow_up',
  'failed_reply',
  'disabled_webhook',
  'unended_call',
  'failing_sweep',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];
