import { printableText } from './font.ts';

export interface TextRun {
  readonly text: string;
  readonly noWrap?: true;
}

/** Widths in em, each at least as wide as the widest glyph of its kind in the bold face. */
const WIDE_EM = 1;
const NARROW_EM = 0.7;
const POINT_EM = 0.3;
const VERY_WIDE_EM = 2.9;

/**
 * Text for a column of a known width. Korean words are kept whole, as readers expect, and a line ends at a blank; only a word that
 * may not fit the column (a wallet address, a long name) is left to the line breaker, so that nothing runs out of its cell.
 */
export function flow(text: string, widthPoints: number, fontSizePoints: number): TextRun[] {
  const lines = printableText(text).split('\n');
  return lines.flatMap((line, index) => [...(index === 0 ? [] : [{ text: '\n' }]), ...lineRuns(line, widthPoints, fontSizePoints)]);
}

function lineRuns(line: string, widthPoints: number, fontSizePoints: number): TextRun[] {
  const words = line.match(/\S+\s*|^\s+/g) ?? [''];
  return words.map((word) => (widthEm(word.trimEnd()) * fontSizePoints <= widthPoints ? { text: word, noWrap: true } : { text: word }));
}

/** Lines that a text takes at most, for judging whether a table row may stay undivided. */
export function linesAtMost(text: string, widthPoints: number, fontSizePoints: number): number {
  const lineEm = Math.max(1, widthPoints / fontSizePoints);
  // A line may stay half empty before a long word.
  return text.split('\n').reduce((sum, line) => sum + Math.ceil((2 * widthEm(line)) / lineEm), 0);
}

/** An upper bound of the width of a line in em. */
export function widthEm(text: string): number {
  let width = 0;
  for (const character of text) width += characterEm(character.codePointAt(0) ?? 0);
  return width;
}

function characterEm(code: number): number {
  const isSquaredUnit = code >= 0x3300 && code <= 0x33ff;
  if (isSquaredUnit) return VERY_WIDE_EM;
  const character = String.fromCharCode(code);
  if (/[ .,:;']/.test(character)) return POINT_EM;
  return code < 0x7f && !/[A-Z%@mw]/.test(character) ? NARROW_EM : WIDE_EM;
}
