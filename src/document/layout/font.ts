import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CheongsanError } from '../../kernel/errors.ts';
import { readCoverage } from './font-coverage.ts';

/** The family under which documents name the font. */
export const FONT_FAMILY = 'Pretendard';

const folder = join(dirname(createRequire(import.meta.url).resolve('pretendard/package.json')), 'dist/public/static/alternative');
const REGULAR_FILE = join(folder, 'Pretendard-Regular.ttf');
const BOLD_FILE = join(folder, 'Pretendard-Bold.ttf');

/** The faces, by the name under which the printer's own file system holds them. */
export const FONT_FACES = { 'regular.ttf': REGULAR_FILE, 'bold.ttf': BOLD_FILE } as const;
/** Korean type knows no italics; the upright faces stand in, so that every style has a face. */
export const FONT_STYLES = { normal: 'regular.ttf', bold: 'bold.ttf', italics: 'regular.ttf', bolditalics: 'bold.ttf' } as const;

/** Signs that offices use and the font lacks, with the same sign under another number. */
const EQUIVALENTS: Readonly<Record<string, string>> = {
  '\u2219': '·',
  '\u223c': '~',
  '\u00ad': '',
  '\u200b': '',
  '\u2060': '',
  '\ufeff': '',
};
const EQUIVALENT = new RegExp(`[${Object.keys(EQUIVALENTS).join('')}]`, 'g');

let coverage: ReadonlySet<number> | undefined;

/**
 * The text in the form in which it can be printed: composed (NFC), with equivalents for signs the font lacks. Error:
 * `INPUT_INVALID`, naming the code points, when the font has no glyph: an empty box in place of a name would make the letter void.
 */
export function printableText(text: string): string {
  coverage ??= readCoverage(readFileSync(REGULAR_FILE));
  const printable = text
    .normalize('NFC')
    .replace(/\t/g, ' ')
    .replace(/\r\n?/g, '\n')
    .replace(EQUIVALENT, (sign) => EQUIVALENTS[sign] ?? '');
  const missing = new Set<string>();
  for (const character of printable) {
    const code = character.codePointAt(0) ?? 0;
    if (character !== '\n' && !coverage.has(code)) missing.add(`U+${code.toString(16).toUpperCase().padStart(4, '0')}`);
  }
  if (missing.size === 0) return printable;
  throw new CheongsanError(
    'INPUT_INVALID',
    `The printing font has no glyph for ${[...missing].join(', ')}; write the word in Hangul or Latin letters.`,
    {
      facts: { missing: [...missing] },
    },
  );
}
