/** Only this much of a file is read for its preview. */
const HEAD_BYTES = 64 * 1024;
const PREVIEW_ROWS = 5;
const DELIMITERS = [',', ';', '\t'] as const;

/** The header and some rows. */
export interface CsvHead {
  headers: string[];
  rows: string[][];
}

/** @throws Error when the start is not CSV, or is empty */
export async function readHead(source: Blob): Promise<CsvHead> {
  const whole = await source.slice(0, HEAD_BYTES).text();
  // The last line may be cut anywhere.
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

/** The most frequent delimiter of the first line. */
function delimiterOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length;
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0] ?? ',';
}
