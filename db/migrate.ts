import { type Migration, Migrator } from 'kysely/migration';
import { openDatabase } from './client.ts';
import * as initial from './migrations/20261121_initial.ts';
import * as conversations from './migrations/20261122_conversations.ts';
import * as listIndexes from './migrations/20261123_list_indexes.ts';
import * as textMarks from './migrations/20261124_text_marks.ts';
import * as singleCalls from './migrations/20261125_single_calls.ts';
import * as browserSessions from './migrations/20261126_browser_sessions.ts';
import * as leadOutcomes from './migrations/20261128_lead_outcomes.ts';
import * as callEvents from './migrations/20261129_call_events.ts';
import * as numberTotals from './migrations/20261130_number_totals.ts';
import * as optOutSearch from './migrations/20261201_opt_out_search.ts';
import * as campaignChanges from './migrations/20261202_campaign_changes.ts';
import * as lineWaits from './migrations/20261202_line_waits.ts';
import * as sweepParts from './migrations/20261203_sweep_parts.ts';
import * as workOnLeads from './migrations/20261203_work_on_leads.ts';
import * as optOutsInFlight from './migrations/20261204_opt_outs_in_flight.ts';
import * as callLives from './migrations/20261205_call_lives.ts';
import * as settlements from './migrations/20261205_settlements.ts';
import * as moneyAndPromises from './migrations/20261206_money_and_promises.ts';

/** In order of their names, which are frozen once landed. */
export const migrations: Record<string, Migration> = {
  '20261121_initial': initial,
  '20261122_conversations': conversations,
  '20261123_list_indexes': listIndexes,
  '20261124_text_marks': textMarks,
  '20261125_single_calls': singleCalls,
  '20261126_browser_sessions': browserSessions,
  '20261128_lead_outcomes': leadOutcomes,
  '20261129_call_events': callEvents,
  '20261130_number_totals': numberTotals,
  '20261201_opt_out_search': optOutSearch,
  '20261202_campaign_changes': campaignChanges,
  '20261202_line_waits': lineWaits,
  '20261203_sweep_parts': sweepParts,
  '20261203_work_on_leads': workOnLeads,
  '20261204_opt_outs_in_flight': optOutsInFlight,
  '20261205_call_lives': callLives,
  '20261205_settlements': settlements,
  '20261206_money_and_promises': moneyAndPromises,
};

/**
 * Brings a database up to date. Safe when several processes start at once: Kysely's migrator holds an
 * advisory lock, and the late ones find nothing to do.
 *
 * @throws Error when a migration fails; nothing of that run is kept.
 */
export async function migrateToLatest(databaseUrl: string): Promise<void> {
  const db = openDatabase(databaseUrl, { maxConnections: 2 });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
  } finally {
    await db.destroy();
  }
}
