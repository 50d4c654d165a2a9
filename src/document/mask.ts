const SHOWN_CHARACTERS_MAX = 40;

/**
 * The shape of a value without the value: digits become `#`, Korean letters `○`, all other letters `x`; marks stay. It
 * shows that a registration number lacks a digit without showing whose it is.
 */
export function maskShape(text: string): string {
  const shape = text
    .slice(0, SHOWN_CHARACTERS_MAX)
    .replace(/\p{Script=Hangul}/gu, '○')
    .replace(/\p{N}/gu, '#')
    .replace(/\p{L}/gu, 'x');
  return text.length > SHOWN_CHARACTERS_MAX ? `${shape}…` : shape;
}
