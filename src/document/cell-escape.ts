/**
 * Spreadsheets run a text cell that begins with one of these as a formula; a table of ours is opened in them. The full-width
 * forms count, since Excel with a Korean or Japanese keyboard takes them as well. Tab, carriage return and line feed are
 * skipped by some programs before they look at the first character.
 */
const DANGEROUS_START = /^'*[=+\-@\t\r\n＝＋－＠]/;
const ESCAPED_START = /^'+[=+\-@\t\r\n＝＋－＠]/;

/**
 * Text that no spreadsheet executes: an apostrophe goes before a dangerous start. A text that already has apostrophes there
 * gets one more, so that `unescapeCell` always finds the original again.
 */
export function escapeCell(text: string): string {
  return DANGEROUS_START.test(text) ? `'${text}` : text;
}

/** What was meant by a cell: takes back the one apostrophe that `escapeCell`, or an office's own program, put in front. */
export function unescapeCell(text: string): string {
  return ESCAPED_START.test(text) ? text.slice(1) : text;
}
