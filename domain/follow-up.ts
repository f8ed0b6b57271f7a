import type { Disposition, Reach } from './call.ts';
import { MESSAGE_CHANNELS } from './message.ts';

export const FOLLOW_UP_CHANNELS = [...MESSAGE_CHANNELS, 'webhook'] as const;
export type FollowUpChannel = (typeof FOLLOW_UP_CHANNELS)[number];

export const FOLLOW_UP_STATUSES = ['planned', 'done', 'skipped', 'failed'] as const;
export type FollowUpStatus = (typeof FOLLOW_UP_STATUSES)[number];

/** Which concluded calls a rule follows: all that is named must hold. */
export interface FollowUpCondition {
  dispositions?: Disposition[];
  reaches?: Reach[];
  converted?: boolean;
  /** Only when a meeting was agreed in the conversation. */
  meeting?: boolean;
}

export type FollowUpContent =
  | { channel: 'sms'; body: string }
  /** With `calendar`, a meeting that was agreed is attached as a calendar file. */
  | { channel: 'email'; subject: string; body: string; calendar?: boolean }
  /** To one subscription of outbound webhooks. */
  | { channel: 'webhook'; endpointId: string };

/** What follows a call. Subject and body are Liquid templates with the lead's variables. */
export type FollowUpRule = {
  /** Unique within the campaign. */
  id: string;
  on: FollowUpCondition;
  afterSeconds: number;
  /** Skipped when the person has called or written meanwhile. */
  unlessReplied?: boolean;
} & FollowUpContent;

/** How texts from leads are answered: by words, else by an agent, else not. The first rule that meets answers. */
export interface AutoReply {
  rules: { keywords: string[]; body: string }[];
  /** A text-only session with an agent; null for none. `maxTurns` bounds its answers to one lead a day. */
  agent: { agentId: string; maxTurns: number } | null;
}

/** What a rule looks at in a concluded call. */
export interface FollowedCall {
  reach: Reach;
  disposition: Disposition | null;
  converted: boolean;
  /** A meeting was agreed in it. */
  meeting: boolean;
}

/** The rules that follow this call, in their order. A list that is left out or empty asks for nothing. */
export function matchFollowUps(rules: readonly FollowUpRule[], call: FollowedCall): FollowUpRule[] {
  return rules.filter(({ on }) => {
    if (on.reaches?.length && !on.reaches.includes(call.reach)) return false;
    const { disposition } = call;
    if (on.dispositions?.length && (disposition === null || !on.dispositions.includes(disposition)))
      return false;
    if (on.converted !== undefined && on.converted !== call.converted) return false;
    return on.meeting === undefined || on.meeting === call.meeting;
  });
}
