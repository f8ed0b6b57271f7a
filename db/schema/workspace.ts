import type { ColumnType, Generated } from 'kysely';
import type { OneOffCallSettings } from '#domain/one-off-call.ts';

/** One row: limits that all campaigns share. */
export interface WorkspaceTable {
  id: Generated<number>;
  /** Concurrent calls over all campaigns. */
  lines: Generated<number>;
  /** IANA zone in which days are counted. */
  time_zone: Generated<string>;
  /** An opt-out ends the calls that it finds in flight. */
  hang_up_on_opt_out: Generated<boolean>;
  /** The rules for one-off calls that differ from the defaults; null for none. */
  single_call_settings: ColumnType<Partial<OneOffCallSettings> | null, string | null, string | null>;
}

/** A part of the sweep that failed the last time; no row while it succeeds. */
export interface SweepPartsTable {
  part: string;
  failing_since: Date;
  /** In a row. */
  failures: Generated<number>;
  reason: string;
}
