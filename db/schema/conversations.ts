import type { ColumnType, Generated } from 'kysely';

/** Further numbers of a contact, set by a person: later calls and texts from them are attributed to it. */
export interface ContactAliasesTable {
  phone: string;
  contact_phone: string;
  lead_id: string | null;
  created_by: string;
  created_at: Generated<Date>;
}

/** One run over the provider's list of conversations. */
export interface SyncRunsTable {
  id: string;
  workflow_id: string;
  since: Date;
  until: Date;
  /** Where the next page begins; null before the first and after the last. */
  cursor: string | null;
  pages: Generated<number>;
  seen: Generated<number>;
  stored: Generated<number>;
  attributed: Generated<number>;
  unattributed: Generated<number>;
  /** Conversations that could not be read; the next run tries them again. */
  failed: Generated<number>;
  started_at: Generated<Date>;
  finished_at: Date | null;
}

/** What a browser session may override of its agent. */
export interface SessionOverrides {
  prompt?: string;
  firstMessage?: string;
  language?: string;
  voiceId?: string;
  voice?: { stability?: number; speed?: number; similarityBoost?: number };
  textOnly?: boolean;
}

/** A talk with an agent in the browser. */
export interface AgentSessionsTable {
  id: string;
  agent_id: string;
  /** What the listener calls this version of the agent. */
  label: string | null;
  overrides: ColumnType<SessionOverrides, string, string>;
  variables: ColumnType<Record<string, string>, string, string>;
  lead_id: string | null;
  conversation_id: string | null;
  /** 1 to 5. */
  rating: number | null;
  /** What the person really said, turn by turn, where it is known. */
  spoken: ColumnType<string[] | null, string | null, string | null>;
  actor: string;
  created_at: Generated<Date>;
  expires_at: Date;
}
