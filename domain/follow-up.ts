import { z } from 'zod';
import { DISPOSITIONS, type Disposition, REACHES, type Reach } from './call.ts';
import { MESSAGE_CHANNELS } from './message.ts';
import { checkTemplate } from './template.ts';
import { format, text } from './text.ts';
import { LONGEST_TEXT } from './text-length.ts';

export const FOLLOW_UP_CHANNELS = [...MESSAGE_CHANNELS, 'webhook'] as const;
export type FollowUpChannel = (typeof FOLLOW_UP_CHANNELS)[number];

export const FOLLOW_UP_STATUSES = ['planned', 'done', 'skipped', 'failed'] as const;
export type FollowUpStatus = (typeof FOLLOW_UP_STATUSES)[number];

const MOST_RULES = 20;
const LONGEST_DELAY_SECONDS = 90 * 86_400;

/** A Liquid template. Its variables depend on the lead and the call, so they are checked when it is sent. */
function template(maxLength: number) {
  return text(maxLength)
    .superRefine((source, context) => {
      const problem = checkTemplate(source);
      if (problem !== null) context.addIssue({ code: 'custom', message: `is not a template: ${problem}` });
    })
    .meta({ ...format('liquid'), example: "Hello {{ first_name | default: 'there' }}" });
}

/** Which concluded calls a rule follows. */
const condition = z
  .strictObject({
    dispositions: z.array(z.enum(DISPOSITIONS)).max(DISPOSITIONS.length),
    reaches: z.array(z.enum(REACHES)).max(REACHES.length),
    converted: z.boolean(),
    meeting: z.boolean().meta({ description: 'Whether a meeting was agreed in the conversation' }),
  })
  .partial()
  .meta({ description: 'All that is named must hold; nothing named: every call' });

const common = {
  /** Unique within the campaign. */
  id: text(64),
  on: condition,
  afterSeconds: z.number().int().min(0).max(LONGEST_DELAY_SECONDS).default(0),
  /** Skipped when the person has called or written in the meantime. */
  unlessReplied: z.boolean().optional(),
};

/** What follows a call, by channel. */
const followUpRule = z.discriminatedUnion(
  'channel',
  [
    z.strictObject({ ...common, channel: z.literal('sms'), body: template(1_600) }),
    z.strictObject({
      ...common,
      channel: z.literal('email'),
      subject: template(250),
      body: template(20_000),
      /** A meeting that was agreed is attached as a calendar file. */
      calendar: z.boolean().optional(),
    }),
    /** To one subscription of outbound webhooks. */
    z.strictObject({ ...common, channel: z.literal('webhook'), endpointId: z.uuid() }),
  ],
  { error: 'the channel must be sms, email or webhook' },
);

/** A campaign's rules for what follows a call. */
export const followUpRules = z
  .array(followUpRule)
  .max(MOST_RULES)
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of rules.entries()) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: 'is there twice' });
      seen.add(id);
    }
  })
  .meta({ description: 'Each with an id of its own' });

export type FollowUpRule = z.output<typeof followUpRule>;
export type FollowUpCondition = z.output<typeof condition>;

/** How texts from leads are answered: by words, else by an agent, else not. */
export const autoReply = z
  .strictObject({
    rules: z
      .array(z.strictObject({ keywords: z.array(text(100)).min(1).max(50), body: text(LONGEST_TEXT) }))
      .max(50)
      .default([]),
    /** A text-only session with an agent. `maxTurns` bounds its answers to one lead a day. */
    agent: z
      .strictObject({ agentId: text(200), maxTurns: z.number().int().min(1).max(50).default(5) })
      .nullable()
      .default(null),
  })
  .meta({
    description:
      'How texts from leads are answered: by the first rule whose words they have, else by the agent',
  });
export type AutoReply = z.output<typeof autoReply>;

/** What a rule looks at. */
export interface FollowedCall {
  reach: Reach;
  disposition: Disposition | null;
  converted: boolean;
  /** A meeting was agreed in it. */
  meeting: boolean;
}

/** The rules that match this call, in their order. A list that is missing or empty matches every call. */
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
