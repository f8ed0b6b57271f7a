/**
 * A spreadsheet takes a cell that begins with one of these for a formula; an apostrophe in front makes it text
 * (OWASP, "CSV injection"). A number in E.164 begins with a plus and stays as it is: only digits follow, so it computes
 * to itself, and other programs expect it unchanged.
 */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const E164 = /^\+\d{7,15}$/;

/** A cell that no spreadsheet computes. One that begins with apostrophes and then a formula gets one more. */
export function neutralise(cell: string): string {
  return FORMULA.test(cell) && !E164.test(cell) ? `'${cell}` : cell;
}

/** What the cell was before `neutralise`. */
export function restore(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
