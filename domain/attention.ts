/** What needs a person: the lists of these are worked off by hand. */
export const ATTENTION_KINDS = [
  'unknown_call',
  'unmatched_webhook',
  'campaign_fault',
  'unknown_message',
  'failed_follow_up',
  'failed_reply',
  'disabled_webhook',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];
