import { formatFigure } from '../../document/korean-format.ts';
import { Decimal } from '../../kernel/decimal.ts';

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
