/** Characters as wide as they are high. */
const FULL_WIDTH = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const HALF_WIDTH_EM = 0.62;

/** Pixels that a text may take, on the safe side: nobody knows which of the fonts named the reader has. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += FULL_WIDTH.test(character) ? 1 : HALF_WIDTH_EM;
  return ems * fontSize;
}

/** As much of a text as fits, with an ellipsis where something had to go. */
export function fittedText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (textWidth(`${kept}${character}…`, fontSize) > width) break;
    kept += character;
  }
  return `${kept}…`;
}
