import type { ColumnType } from 'kysely';
import type { CallOverrides, SingleCallSettings } from '#domain/single-call.ts';

/** What a call outside of campaigns was asked for with; its `calls` row has no lead, and attempt 1. */
export interface SingleCallsTable {
  call_id: string;
  /** The rules by which it was let go. */
  settings: ColumnType<SingleCallSettings, string, never>;
  variables: ColumnType<Record<string, string>, string, never>;
  overrides: ColumnType<CallOverrides, string, never>;
  /** The person's consent in the words of whoever asked for the call; null when they said nothing. */
  consent: string | null;
  /** The API key that asked for it. */
  actor: string;
  /** Set by the one who dials, before the dial: it is made by nobody else, and not once more. */
  dial_begun_at: Date | null;
}
