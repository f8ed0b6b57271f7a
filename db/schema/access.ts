import type { ColumnType, Generated } from 'kysely';
import type { ApiRole } from '#domain/access.ts';

export interface ApiKeysTable {
  id: string;
  name: string;
  role: ApiRole;
  /** SHA-256 of the key, hex; keys are long and random, so no slow hash is needed. */
  key_hash: string;
  created_at: Generated<Date>;
  revoked_at: Date | null;
}

/** A session of the dashboard. `token_hash` is the SHA-256 of its cookie. */
export interface BrowserSessionsTable {
  token_hash: string;
  key_id: string;
  created_at: Date;
  expires_at: Date;
}

/** Who changed what. `actor` is an API key's id. */
export interface AuditLogTable {
  id: Generated<number>;
  at: Generated<Date>;
  actor: string;
  action: string;
  subject: string;
  data: ColumnType<Record<string, unknown>, string, never>;
}

/** Answers kept under the caller's Idempotency-Key; `status` is null while the first request runs. */
export interface IdempotencyKeysTable {
  key: string;
  actor: string;
  route: string;
  request_hash: string;
  status: number | null;
  response: ColumnType<unknown, string | null, string | null>;
  created_at: Generated<Date>;
}
