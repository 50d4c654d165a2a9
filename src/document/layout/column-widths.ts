import type { TableBlock } from '../print-document.ts';
import { widthEm } from './text-flow.ts';

/**
 * Widths of the columns for their texts, in points, adding up to `textWidth`: by weight, but a column of figures or days is
 * as wide as the longest of them, since a figure that breaks in two is read as two. Where not all of them fit, weight alone decides.
 */
export function columnWidths(block: TableBlock, textWidth: number, fontSizePoints: number): number[] {
  const weights = block.columns.map(({ weight }) => weight);
  const needed = block.columns.map(({ align }, index) => (align === 'left' ? 0 : longest(block, index) * fontSizePoints));
  const fixed = new Set<number>();
  // Each round fixes at least one more column, so there are no more rounds than columns.
  while (fixed.size < weights.length) {
    const rest = textWidth - needed.reduce((sum, width, index) => (fixed.has(index) ? sum + width : sum), 0);
    if (rest <= 0) break;
    const shares = share(
      weights.map((weight, index) => (fixed.has(index) ? 0 : weight)),
      rest,
    );
    const widths = needed.map((width, index) => (fixed.has(index) ? width : (shares[index] ?? 0)));
    const tooNarrow = [...widths.keys()].filter((index) => (widths[index] ?? 0) < (needed[index] ?? 0));
    if (tooNarrow.length === 0) return widths;
    for (const index of tooNarrow) fixed.add(index);
  }
  return share(weights, textWidth);
}

function share(weights: readonly number[], width: number): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (width * weight) / sum);
}

function longest(block: TableBlock, column: number): number {
  const texts = [...block.rows, block.totals?.texts ?? []].map((row) => row[column] ?? '');
  return texts.reduce((width, text) => Math.max(width, widthEm(text)), 0);
}
