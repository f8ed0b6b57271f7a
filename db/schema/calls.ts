import type { ColumnType, Generated } from 'kysely';
import type {
  Attribution,
  CallKind,
  CallSource,
  CallStatus,
  ConversionJudge,
  Direction,
  Disposition,
  HangUpReason,
  ProviderVerdict,
  Reach,
  Sentiment,
} from '#domain/call.ts';
import type { ConversationQuality, TranscriptTurn } from '#domain/conversation.ts';
import type { ConversionReason } from '#domain/conversion.ts';
import type { HeldBecause } from '#domain/overdue.ts';
import type { NextStep } from '#domain/retry.ts';
import type { Score } from '#domain/score.ts';

export interface CallsTable {
  /** The attempt's id. */
  id: string;
  campaign_id: string | null;
  lead_id: string | null;
  direction: Generated<Direction>;
  kind: Generated<CallKind>;
  /** Number of the lead's dial, from 1; null for a call that we did not dial. */
  attempt: number | null;
  /** The person's number, E.164; null when withheld, and in the browser. */
  phone: string | null;
  /** Null without a lead. */
  attributed_by: Attribution | null;
  /** The browser session that it came from. */
  session_id: string | null;
  /** Whether the provider has a recording; null when unknown. */
  has_audio: boolean | null;
  sentiment: Sentiment | null;
  agent_id: string;
  phone_number_id: string | null;
  from_number: string | null;
  conversation_id: string | null;
  call_sid: string | null;
  status: Generated<CallStatus>;
  reach: Reach | null;
  disposition: Disposition | null;
  converted: Generated<boolean>;
  converted_by: ConversionJudge | null;
  conversion_reason: ColumnType<ConversionReason | null, string | null, string | null>;
  score: number | null;
  score_parts: ColumnType<Score['parts'] | null, string | null, string | null>;
  source: CallSource | null;
  verdict: ProviderVerdict | null;
  /** When the intent to dial was committed; the dial is sent after that, if at all. */
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
  talk_seconds: number | null;
  cost_cents: number | null;
  /** What a dial was expected to cost when it was permitted: held of its campaign's limit until it is charged. */
  reserved_cents: number | null;
  summary: string | null;
  termination_reason: string | null;
  failure: string | null;
  notes: string | null;
  /** By then the call is over, or somebody asks the providers whether it goes on. */
  deadline_at: Date;
  /** The deadline that it has outlasted; null within it. */
  overdue_since: Date | null;
  /** What the providers said of it then; null within its deadline. */
  held_because: HeldBecause | null;
  /** When a provider said last, after the deadline, that it is under way. */
  last_seen_at: Date | null;
  /** Null for a call that nobody wants ended. */
  hang_up_requested_at: Date | null;
  hang_up_reason: HangUpReason | null;
  hang_up_tries: Generated<number>;
  /** When to try next; null when there is no need to, or trying has been given up. */
  hang_up_next_at: Date | null;
  /** When the lead's next step was decided. The step is kept, so that deciding twice gives the same. */
  concluded_at: Date | null;
  next_step: ColumnType<NextStep | null, string | null, string | null>;
  settings_version: number | null;
  decision_id: number | null;
  /** The date of `started_at` in the workspace's zone, YYYY-MM-DD. */
  day: string;
}

/** The bulky part of a call. */
export interface CallDetailsTable {
  call_id: string;
  transcript: ColumnType<TranscriptTurn[] | null, string | null, string | null>;
  /** Verdict, collected values and criteria in our own shape. */
  analysis: ColumnType<Record<string, unknown> | null, string | null, string | null>;
  raw: ColumnType<unknown, string | null, string | null>;
  /** Figures of the conversation itself, for comparing agents. */
  quality: ColumnType<ConversationQuality | null, string | null | undefined, string | null>;
  updated_at: Generated<Date>;
}

export type BreakdownDimension = 'agent' | 'attempt' | 'direction' | 'disposition' | 'number';

/** Sums by campaign, day and one property of the calls, kept by a trigger. All but direction are of dials. */
export interface CallBreakdownsTable {
  campaign_id: string;
  day: string;
  dimension: BreakdownDimension;
  /** For `number`, the id of our number that dialled. */
  value: string;
  calls: number;
  /** Placed and over: the denominator of rates. */
  finished: number;
  answered: number;
  failed: number;
  conversions: number;
  talks: number;
  talk_seconds: number;
  cost_cents: number;
}

/** Sums by campaign and day, kept by a trigger on `calls`: a dashboard never scans calls. */
export interface CallTotalsTable extends Record<Reach, number> {
  campaign_id: string;
  day: string;
  calls: number;
  success: number;
  failure: number;
  verdict_unknown: number;
  conversions: number;
  /** Calls with a talk time, the divisor of the average. */
  talks: number;
  talk_seconds: number;
  cost_cents: number;
}
