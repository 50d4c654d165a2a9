import { formatFigure } from '../../document/korean-format.ts';
import { Decimal } from '../../kernel/decimal.ts';

const NOTHING = new Decimal(0);

/** Exact won as people read them: to the nearest whole won, with separators. */
export function wholeWon(exact: Decimal): string {
  return rounded(exact, 0);
}

/** Basis points as people read them: to a tenth. */
export function roundedPoints(points: Decimal): string {
  return rounded(points, 1);
}

function rounded(exact: Decimal, decimalPlaces: number): string {
  const value = exact.decimalPlaces(decimalPlaces, Decimal.ROUND_HALF_UP);
  // No minus before nothing.
  return formatFigure(value.isZero() ? new Decimal(0).toFixed(decimalPlaces) : value.toFixed(decimalPlaces));
}

/**
 * Parts of one amount as people read them, in whole won that add up to the amount's own whole won: what is left of rounding them down
 * goes, a won each, to the largest fractions. Parts may be negative.
 */
export function wholeWonParts(parts: readonly Decimal[]): string[] {
  const down = parts.map((part) => part.integerValue(Decimal.ROUND_FLOOR));
  const whole = parts.reduce((sum, part) => sum.plus(part), NOTHING).integerValue(Decimal.ROUND_HALF_UP);
  const left = whole.minus(down.reduce((sum, part) => sum.plus(part), NOTHING)).toNumber();
  const fraction = (index: number) => (parts[index] ?? NOTHING).minus(down[index] ?? NOTHING);
  const largest = new Set([...parts.keys()].toSorted((a, b) => fraction(b).comparedTo(fraction(a)) ?? 0).slice(0, left));
  return down.map((part, index) => wholeWon(largest.has(index) ? part.plus(1) : part));
}
