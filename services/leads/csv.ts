import { type LeadInput, type NormalisedLead, normaliseLead } from '#domain/lead-row.ts';
import type { CountryCode } from '#domain/phone.ts';
import { restore } from './cells.ts';
import { type CsvRecord, CsvRecordReader } from './csv-records.ts';
import { type Column, ImportHeaderError, planColumns } from './import-columns.ts';

export interface ReadLeadCsvOptions {
  /** The file's column name → field (`IMPORT_FIELDS`). Columns not named here are recognised by themselves. */
  mapping?: Record<string, string>;
  /** Read numbers without `+` as numbers of this country. */
  defaultCountry?: CountryCode;
  /** Rows after this many are not read; 2,000,000 when left out. The last item then says so. */
  maxRows?: number;
}

/**
 * What came of a row. `row` counts the data rows from 1, blank ones left out; `line` is the physical line of the
 * file. A row with several mistakes gives several errors. A duplicate repeats the number of `firstRow`.
 */
export type LeadCsvItem =
  | { kind: 'lead'; row: number; line: number; lead: NormalisedLead }
  | { kind: 'duplicate'; row: number; line: number; firstRow: number; phone: string }
  | { kind: 'error'; row: number; line: number; column: string | null; message: string };

const DEFAULT_MAX_ROWS = 2_000_000;

/**
 * Reads a list of leads from CSV, row by row, with memory bounded by the longest row and some fifty bytes a
 * distinct number. One bad row never costs another.
 *
 * Read are UTF-8 with or without BOM, any line end, comma, semicolon or tab. A row of more than 64 KiB, wrong
 * UTF-8, a quote that is not closed, too many or too few cells are errors of that row.
 *
 * @throws ImportHeaderError before the first item when the header or the mapping cannot be used
 */
export async function* readLeadCsv(
  source: AsyncIterable<Uint8Array>,
  options: ReadLeadCsvOptions = {},
): AsyncGenerator<LeadCsvItem> {
  const maxRows = options.maxRows ?? DEFAULT_MAX_ROWS;
  const firstRowByNumber = new Map<number, number>();
  let columns: Column[] | null = null;
  let row = 0;
  for await (const records of new CsvRecordReader().read(source)) {
    for (const record of records) {
      if (columns === null) {
        columns = planHeader(record, options.mapping);
        continue;
      }
      if (record.kind === 'cells' && record.cells.every((cell) => cell.trim() === '')) continue;
      row += 1;
      if (row > maxRows) {
        const message = `the file has more than ${maxRows} rows: from here on it was not read`;
        yield { kind: 'error', row, line: record.line, column: null, message };
        return;
      }
      const items = readRow(record, columns, row, options.defaultCountry);
      for (const item of items) {
        yield item.kind === 'lead' ? markDuplicate(item, firstRowByNumber) : item;
      }
    }
  }
  if (columns === null) throw new ImportHeaderError(['the file is empty']);
}

function planHeader(record: CsvRecord, mapping: Record<string, string> | undefined): Column[] {
  if (record.kind === 'cells') {
    if (record.cells.some((cell) => cell.includes('\0'))) {
      throw new ImportHeaderError(['the header contains NUL characters: save the file as UTF-8']);
    }
    return planColumns(record.cells.map(restore), mapping);
  }
  const where = record.cell === null ? 'the header' : `column ${record.cell + 1} of the header`;
  throw new ImportHeaderError([`${where} ${record.message} (line ${record.line})`]);
}

type LeadItem = Extract<LeadCsvItem, { kind: 'lead' }>;

function markDuplicate(item: LeadItem, firstRowByNumber: Map<number, number>): LeadCsvItem {
  const { row, line, lead } = item;
  // At most 15 digits, so the number is exact; it takes a fraction of the memory of the text.
  const number = Number(lead.phone.slice(1));
  const firstRow = firstRowByNumber.get(number);
  if (firstRow !== undefined) return { kind: 'duplicate', row, line, firstRow, phone: lead.phone };
  firstRowByNumber.set(number, row);
  return item;
}

function readRow(
  record: CsvRecord,
  columns: readonly Column[],
  row: number,
  defaultCountry: CountryCode | undefined,
): LeadCsvItem[] {
  const { line } = record;
  const fail = (column: string | null, message: string): LeadCsvItem[] => [
    { kind: 'error', row, line, column, message },
  ];
  if (record.kind === 'problem') {
    const column = record.cell === null ? null : (columns[record.cell]?.header ?? null);
    return fail(column, record.message);
  }
  const problem = countProblem(record.cells, columns.length);
  if (problem !== null) return fail(null, problem);
  const result = normaliseLead(toInput(record.cells, columns), defaultCountry);
  if (result.ok) return [{ kind: 'lead', row, line, lead: result.lead }];
  return result.errors.map((error) => {
    return { kind: 'error', row, line, column: headerOf(error.column, columns), message: error.message };
  });
}

/** Spreadsheets add empty cells at the end of a row; those are let pass, anything in them is not. */
function countProblem(cells: readonly string[], columns: number): string | null {
  if (cells.length < columns) return `has ${cells.length} cells, the header has ${columns}`;
  for (let index = columns; index < cells.length; index += 1) {
    if (cells[index]?.trim() !== '') return `has ${cells.length} cells, the header has ${columns}`;
  }
  return null;
}

function toInput(cells: readonly string[], columns: readonly Column[]): LeadInput {
  const variables: Record<string, string> = {};
  const input: LeadInput = { variables };
  let firstName = '';
  let lastName = '';
  for (const [index, column] of columns.entries()) {
    const cell = restore(cells[index] ?? '');
    if (column.kind === 'variable') {
      variables[column.name] = cell;
      continue;
    }
    switch (column.field) {
      case 'phone':
      case 'name':
      case 'email':
      case 'company':
      case 'region':
      case 'consent':
        input[column.field] = cell;
        break;
      case 'time_zone':
        input.timeZone = cell;
        break;
      case 'postal_code':
        input.postalCode = cell;
        break;
      case 'first_name':
        firstName = cell.trim();
        variables[column.header] = cell;
        break;
      case 'last_name':
        lastName = cell.trim();
        variables[column.header] = cell;
        break;
      case 'ignore':
        break;
    }
  }
  if (!input.name?.trim()) input.name = `${firstName} ${lastName}`.trim();
  return input;
}

/** The file's own name for a field of `LeadInput`; the field's where no one column is to blame. */
function headerOf(inputField: string, columns: readonly Column[]): string {
  if (inputField.startsWith('variables.')) return inputField.slice('variables.'.length);
  const field =
    inputField === 'timeZone' ? 'time_zone' : inputField === 'postalCode' ? 'postal_code' : inputField;
  return columns.find((column) => column.kind === 'field' && column.field === field)?.header ?? field;
}
