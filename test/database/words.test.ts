import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '#db/client.ts';
import { SHARES, TOTALS } from '#db/queries/metrics.ts';
import { API_ROLES } from '#domain/access.ts';
import { ATTRIBUTIONS, CALL_KINDS, CALL_STATUSES, DIRECTIONS, REACHES, SENTIMENTS } from '#domain/call.ts';
import { CAMPAIGN_STATUSES } from '#domain/campaign.ts';
import { DELIVERY_STATUSES } from '#domain/delivery.ts';
import { FOLLOW_UP_CHANNELS, FOLLOW_UP_STATUSES } from '#domain/follow-up.ts';
import { GATE_VERDICTS } from '#domain/gate.ts';
import { LEAD_STATES } from '#domain/lead.ts';
import { MESSAGE_CHANNELS, MESSAGE_SOURCES, MESSAGE_STATUSES } from '#domain/message.ts';
import { TEXT_ENCODINGS } from '#domain/text-length.ts';
import { createTestDatabase } from '../support/database.ts';

/** The words that columns are restricted to. A new word needs a migration that lets it in. */
const RESTRICTED = {
  'api_keys.role': API_ROLES,
  'calls.attributed_by': ATTRIBUTIONS,
  'calls.direction': DIRECTIONS,
  'calls.kind': CALL_KINDS,
  'calls.reach': REACHES,
  'calls.sentiment': SENTIMENTS,
  'calls.status': CALL_STATUSES,
  'campaigns.status': CAMPAIGN_STATUSES,
  'decisions.verdict': GATE_VERDICTS,
  'deliveries.status': DELIVERY_STATUSES,
  'follow_ups.channel': FOLLOW_UP_CHANNELS,
  'follow_ups.status': FOLLOW_UP_STATUSES,
  'leads.state': LEAD_STATES,
  'messages.channel': MESSAGE_CHANNELS,
  'messages.direction': DIRECTIONS,
  'messages.encoding': TEXT_ENCODINGS,
  'messages.source': MESSAGE_SOURCES,
  'messages.status': MESSAGE_STATUSES,
};

test('the database takes the words of the domain, and has a sum for each that is counted', async () => {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { maxConnections: 1 });
  try {
    const { rows } = await sql<{ column: string; rule: string }>`
      select conrelid::regclass || '.' || attname as column, pg_get_constraintdef(pg_constraint.oid) as rule
      from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any(conkey)
      where contype = 'c' and connamespace = 'public'::regnamespace and cardinality(conkey) = 1`.execute(db);
    const allowed = rows
      .filter(({ rule }) => rule.includes('= ANY (ARRAY['))
      .map(({ column, rule }) => [column, [...rule.matchAll(/'([^']+)'::text/g)].map(([, word]) => word)]);
    const { 'call_breakdowns.dimension': _, ...restricted } = Object.fromEntries(allowed);
    const sorted = (lists: Record<string, readonly string[]>) =>
      Object.fromEntries(Object.entries(lists).map(([column, words]) => [column, [...words].sort()]));
    expect(sorted(restricted)).toEqual(sorted(RESTRICTED));
    const columns = await sql<{ column: string }>`
      select table_name || '.' || column_name as column from information_schema.columns`.execute(db);
    expect(columns.rows.map(({ column }) => column)).toEqual(
      expect.arrayContaining([
        ...TOTALS.map((sum) => `call_totals.${sum}`),
        ...SHARES.map((sum) => `call_breakdowns.${sum}`),
      ]),
    );
  } finally {
    await db.destroy();
    await database.drop();
  }
});
