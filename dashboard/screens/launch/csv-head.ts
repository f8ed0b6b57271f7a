/** So much of a file is read for its preview, however long it is. */
const HEAD_BYTES = 64 * 1024;
const PREVIEW_ROWS = 5;
const DELIMITERS = [',', ';', '\t'] as const;

/** The first line of a list, and some rows after it. */
export interface CsvHead {
  headers: string[];
  rows: string[][];
}

/** @throws Error when the beginning is no CSV, or has no line at all */
export async function readHead(source: Blob): Promise<CsvHead> {
  const whole = await source.slice(0, HEAD_BYTES).text();
  // The last line of a part may be cut anywhere.
  const text = source.size > HEAD_BYTES ? whole.slice(0, whole.lastIndexOf('\n') + 1) : whole;
  const { parse } = await import('csv-parse/browser/esm/sync');
  const records = parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    to: PREVIEW_ROWS + 1,
  }) as string[][];
  const [headers, ...rows] = records;
  if (headers === undefined) throw new Error('The list is empty.');
  return { headers: headers.map((header, index) => header.trim() || `column_${index + 1}`), rows };
}

/** The one that separates most in the first line. */
function delimiterOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length;
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0] ?? ',';
}
