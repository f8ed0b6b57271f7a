import type { ColumnType, Generated } from 'kysely';
import type { Disposition, Reach } from '#domain/call.ts';
import type { HoldRule } from '#domain/gate.ts';
import type { LeadOutcome, LeadState } from '#domain/lead.ts';
import type { Score } from '#domain/score.ts';

/** A phone number over all campaigns. Its row is the lock that serialises every decision about it. */
export interface ContactsTable {
  phone: string;
  created_at: Generated<Date>;
}

export interface LeadsTable {
  id: string;
  campaign_id: string;
  phone: string;
  name: string | null;
  email: string | null;
  country: string | null;
  region: string | null;
  postal_code: string | null;
  /** The zone given with the lead. */
  time_zone: string | null;
  consent: string | null;
  /** Every zone the lead may be in: the calling window must be open in all of them. */
  zones: string[];
  variables: ColumnType<Record<string, string>, string, string>;
  state: Generated<LeadState>;
  /** Not called before this instant: the window's next opening, or the next attempt. */
  not_before: Generated<Date>;
  hold_rule: HoldRule | null;
  hold_detail: string | null;
  /** The person asked to be called at `not_before`: such leads get a line first. */
  promised: Generated<boolean>;
  /** How often in a row it found no line free at the gate. */
  line_waits: Generated<number>;
  /** Attempts that were placed. */
  attempts_used: Generated<number>;
  /** So many may be placed, where that is more than the settings say: a callback was promised. */
  attempts_allowed: number | null;
  /** When somebody last asked for a call to the lead; replies from before do not hold that call. */
  call_requested_at: Date | null;
  last_reach: Reach | null;
  disposition: Disposition | null;
  converted: Generated<boolean>;
  score: number | null;
  score_parts: ColumnType<Score['parts'] | null, string | null, string | null>;
  outcome: LeadOutcome | null;
  outcome_detail: string | null;
  /** The version of the settings that last changed its time. */
  judged_version: Generated<number>;
  /** Finished together with its campaign's other leads, and its workflow was not notified yet. */
  closing: Generated<boolean>;
  /** When the person last called or wrote. */
  replied_at: Date | null;
  /** The lead's workflow was notified of replies up to then, or did not need to be. */
  reply_told_at: Date | null;
  finished_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}
