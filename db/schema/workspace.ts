import type { Generated } from 'kysely';

/** One row: limits that all campaigns share. */
export interface WorkspaceTable {
  id: Generated<number>;
  /** Concurrent calls over all campaigns. */
  lines: Generated<number>;
  /** IANA zone in which days are counted. */
  time_zone: Generated<string>;
}
