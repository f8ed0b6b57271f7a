/**
 * Cells of lists that spreadsheets open, and that we read back. A spreadsheet takes a cell that begins with one of
 * these for a formula; an apostrophe in front makes it text. A number in E.164 begins with a plus and is left as it
 * is: nothing but digits follows, so it computes to itself, and other programs must find it as it was.
 */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const E164 = /^\+\d{7,15}$/;

/** A cell that no spreadsheet computes. Cells that would be taken for one such get an apostrophe more. */
export function neutralise(cell: string): string {
  return FORMULA.test(cell) && !E164.test(cell) ? `'${cell}` : cell;
}

/** What the cell was before `neutralise`. */
export function restore(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
