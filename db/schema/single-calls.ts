import type { ColumnType } from 'kysely';
import type { CallOverrides, OneOffCallSettings } from '#domain/one-off-call.ts';

/** The request for a one-off call. Its row in `calls` has no lead, and attempt 1. */
export interface SingleCallsTable {
  call_id: string;
  /** The rules by which the gate judged it. */
  settings: ColumnType<OneOffCallSettings, string, never>;
  variables: ColumnType<Record<string, string>, string, never>;
  overrides: ColumnType<CallOverrides, string, never>;
  /** The person's consent in the words of whoever requested the call; null when none was given. */
  consent: string | null;
  /** The API key that requested it. */
  actor: string;
  /** Set before the dial by whoever dials: nobody else dials it, and nobody twice. */
  dial_begun_at: Date | null;
}
