import { stringify } from 'csv-stringify/sync';
import { type Call, pagesOfCalls } from '#db/queries/calls.ts';
import { type Lead, pagesOfLeads, variableNames } from '#db/queries/leads.ts';
import type { Context } from '../context.ts';
import { neutralise } from './cells.ts';
import { RESULT_PREFIX } from './import-columns.ts';

type Value = string | number | boolean | null;

/** A column: its name, and what a row has in it. */
type ExportColumn<Row> = [name: string, value: (row: Row) => Value];

/** A campaign's calls or leads as CSV, in parts: memory holds one page of rows. */
export async function* exportCsv(
  { db }: Pick<Context, 'db'>,
  { campaignId, what }: { campaignId: string; what: 'calls' | 'leads' },
): AsyncGenerator<string> {
  if (what === 'calls') {
    yield csvHeader(CALL_COLUMNS);
    for await (const rows of pagesOfCalls(db, campaignId)) yield csvRows(rows, CALL_COLUMNS);
    return;
  }
  const columns = leadColumns(await variableNames(db, campaignId));
  yield csvHeader(columns);
  for await (const rows of pagesOfLeads(db, campaignId)) yield csvRows(rows, columns);
}

/**
 * A lead's own columns under the names that an import knows, then what came of it, then its variables. The import
 * of this file gives the same leads.
 */
function leadColumns(variables: readonly string[]): ExportColumn<Lead>[] {
  const own: ExportColumn<Lead>[] = [
    ['phone', (lead) => lead.phone],
    ['name', (lead) => lead.name],
    ['email', (lead) => lead.email],
    ['company', (lead) => lead.variables.company ?? null],
    ['time_zone', (lead) => lead.time_zone],
    ['region', (lead) => lead.region],
    ['postal_code', (lead) => lead.postal_code],
    ['consent', (lead) => lead.consent],
  ];
  const results: ExportColumn<Lead>[] = [
    ['id', (lead) => lead.id],
    ['state', (lead) => lead.state],
    ['attempts', (lead) => lead.attempts_used],
    ['last_reach', (lead) => lead.last_reach],
    ['disposition', (lead) => lead.disposition],
    ['converted', (lead) => lead.converted],
    ['score', (lead) => lead.score],
    ['outcome', (lead) => lead.outcome],
    ['finished_at', (lead) => lead.finished_at?.toISOString() ?? null],
    ['created_at', (lead) => lead.created_at.toISOString()],
  ];
  const taken = new Set(own.map(([name]) => name));
  return [
    ...own,
    ...results.map(([name, value]): ExportColumn<Lead> => [RESULT_PREFIX + name, value]),
    ...variables
      .filter((name) => !taken.has(name.toLowerCase()))
      .map((name): ExportColumn<Lead> => [name, (lead) => lead.variables[name] ?? null]),
  ];
}

const CALL_COLUMNS: ExportColumn<Call>[] = [
  ['id', (call) => call.id],
  ['lead_id', (call) => call.lead_id],
  ['phone', (call) => call.phone],
  ['name', (call) => call.name],
  ['our_number', (call) => call.from_number],
  ['direction', (call) => call.direction],
  ['attempt', (call) => call.attempt],
  ['agent_id', (call) => call.agent_id],
  ['status', (call) => call.status],
  ['reach', (call) => call.reach],
  ['disposition', (call) => call.disposition],
  ['converted', (call) => call.converted],
  ['score', (call) => call.score],
  ['verdict', (call) => call.verdict],
  ['started_at', (call) => call.started_at.toISOString()],
  ['answered_at', (call) => call.answered_at?.toISOString() ?? null],
  ['ended_at', (call) => call.ended_at?.toISOString() ?? null],
  ['talk_seconds', (call) => call.talk_seconds],
  ['cost_cents', (call) => call.cost_cents],
  ['summary', (call) => call.summary],
  ['termination_reason', (call) => call.termination_reason],
  ['failure', (call) => call.failure],
  ['notes', (call) => call.notes],
  ['conversation_id', (call) => call.conversation_id],
  ['call_sid', (call) => call.call_sid],
];

/** The header line. */
function csvHeader(columns: readonly ExportColumn<never>[]): string {
  return stringify([columns.map(([name]) => neutralise(name))]);
}

/** Rows as lines of CSV (RFC 4180 but for the line end) whose cells no spreadsheet computes. */
function csvRows<Row>(rows: readonly Row[], columns: readonly ExportColumn<Row>[]): string {
  return stringify(rows.map((row) => columns.map(([, value]) => cell(value(row)))));
}

/** Numbers are our own, and a negative one computes to itself. */
function cell(value: Value): string {
  return typeof value === 'string' ? neutralise(value) : String(value ?? '');
}
