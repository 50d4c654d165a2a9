import { BigNumber } from 'bignumber.js';

/**
 * The one BigNumber configuration of the service. Division keeps 40 decimals and rounds down: what is divided is
 * somebody's money, and a rounding up would create units that nobody holds. Nothing is ever printed in exponent form.
 */
export const Decimal = BigNumber.clone({
  DECIMAL_PLACES: 40,
  ROUNDING_MODE: BigNumber.ROUND_DOWN,
  EXPONENTIAL_AT: 1e9,
});
export type Decimal = BigNumber;

const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** True for a decimal literal without exponent, leading zeros, blanks or grouping: `-0.5`, `1200`, never `1e3` or `01`. */
export function isPlainDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text);
}
