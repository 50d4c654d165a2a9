/** A JSON string, or a number outside one. Strings come first, so that digits inside a message stay what they are. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON without floating point: every number arrives as the text that was on the wire (`0.00000001`, `1e-8`,
 * `159508000.12345678`). Throws a SyntaxError on what is no JSON.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}
