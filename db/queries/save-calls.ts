import { type Insertable, type Selectable, sql } from 'kysely';
import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CallsTable } from '../schema/calls.ts';

/** What facts may change in a call, with the types that the columns have. */
const COLUMNS = {
  conversation_id: 'text',
  call_sid: 'text',
  has_audio: 'boolean',
  sentiment: 'text',
  from_number: 'text',
  status: 'text',
  reach: 'text',
  source: 'text',
  verdict: 'text',
  answered_at: 'timestamptz',
  ended_at: 'timestamptz',
  talk_seconds: 'int',
  cost_cents: 'numeric',
  summary: 'text',
  termination_reason: 'text',
  failure: 'text',
  converted: 'boolean',
  converted_by: 'text',
  conversion_reason: 'jsonb',
  disposition: 'text',
  score: 'int',
  score_parts: 'jsonb',
} as const satisfies Partial<Record<keyof CallsTable, string>>;

type Column = keyof typeof COLUMNS;
const names = Object.keys(COLUMNS) as Column[];

const set = sql.raw(names.map((name) => `${name} = new.${name}`).join(', '));
const types = sql.raw(names.map((name) => `${name} ${COLUMNS[name]}`).join(', '));

/** A call as it was read, with columns as they are to be written. */
type ChangedCall = Pick<Selectable<CallsTable>, 'id'> & {
  [name in Column]: Selectable<CallsTable>[name] | Insertable<CallsTable>[name];
};

/**
 * Writes calls in one statement. In which order it comes to their rows is the planner's choice, and does not matter:
 * the rows must be held (`holdCalls`), so that it waits for none of them, and what they add to the totals is summed
 * and written in one order for everybody when the statement is done (`keep_totals_of_updated`).
 */
export async function saveCalls(tx: Tx, calls: readonly ChangedCall[]): Promise<void> {
  const rows = calls.map((call) => ({
    id: call.id,
    ...Object.fromEntries(names.map((name) => [name, columnOf(call, name)])),
  }));
  await sql`
    update calls set ${set}
    from jsonb_to_recordset(${toJson(rows)}::jsonb) as new (id text, ${types})
    where calls.id = new.id`.execute(tx);
}

/** What is to be written as JSON comes as its text, what was read is parsed. */
function columnOf(call: ChangedCall, name: Column): unknown {
  const value = call[name];
  return COLUMNS[name] === 'jsonb' && typeof value === 'string' ? JSON.parse(value) : value;
}
