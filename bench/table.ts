import type { Figure } from './figure.ts';

const WIDTHS = { name: 16, value: 12, unit: 12, reference: 44, referenceValue: 10, ratio: 7 } as const;

export function heading(): string {
  return row(['항목', '측정값', '단위', '기준', '기준값', '비율', '']);
}

/** Figure and reference side by side, and on which side of it the figure lies. */
export function tableRow({ name, value, unit, reference, referenceValue, ratio, higherIsBetter }: Figure): string {
  const isMet = higherIsBetter ? ratio >= 1 : ratio <= 1;
  return row([name, String(value), unit, reference, String(referenceValue), ratio.toFixed(2), isMet ? '' : '기준에 못 미침']);
}

function row([name = '', value = '', unit = '', reference = '', referenceValue = '', ratio = '', note = '']: readonly string[]): string {
  return [
    padded(name, WIDTHS.name),
    padded(value, -WIDTHS.value),
    padded(unit, WIDTHS.unit),
    padded(reference, WIDTHS.reference),
    padded(referenceValue, -WIDTHS.referenceValue),
    padded(ratio, -WIDTHS.ratio),
    note,
  ]
    .join('  ')
    .trimEnd();
}

/** To that many columns of a terminal, on which a Hangul syllable takes two; negative widths align right. */
function padded(text: string, width: number): string {
  const columns = [...text].reduce((sum, character) => sum + (/[ᄀ-ᇿ㄰-㆏가-힣]/u.test(character) ? 2 : 1), 0);
  const blanks = ' '.repeat(Math.max(0, Math.abs(width) - columns));
  return width < 0 ? `${blanks}${text}` : `${text}${blanks}`;
}
