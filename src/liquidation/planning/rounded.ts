const FIGURE_DIGITS = 9;

/** To nine digits that count, so that the last bit of no machine's logarithm decides anything that is stored. */
export function rounded(value: number): number {
  return Number(value.toPrecision(FIGURE_DIGITS));
}
