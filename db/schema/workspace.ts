import type { ColumnType, Generated } from 'kysely';
import type { SingleCallSettings } from '#domain/single-call.ts';

/** One row: limits that all campaigns share. */
export interface WorkspaceTable {
  id: Generated<number>;
  /** Concurrent calls over all campaigns. */
  lines: Generated<number>;
  /** IANA zone in which days are counted. */
  time_zone: Generated<string>;
  /** What is set otherwise for calls outside of campaigns; null for nothing. */
  single_call_settings: ColumnType<Partial<SingleCallSettings> | null, string | null, string | null>;
}
