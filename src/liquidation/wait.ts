/** What the market cures by itself is looked at again within a minute. */
const LONGEST_WAIT_SECONDS = 60;
/** What mostly needs a person, or a market that comes back by far. */
const LONGEST_SLOW_WAIT_SECONDS = 600;
const SLOW_REASONS = new Set([
  'asset_frozen',
  'price_below_floor',
  'no_market',
  'mandate_used_up',
  'below_minimum',
  'nothing_held',
  'not_planned',
  'not_wished',
  'asset_not_allowed',
  'own_orders_open',
]);
const DOUBLINGS_MAX = 16;

const FIRST_REFUSAL_WAIT_SECONDS = 60;
const LONGEST_REFUSAL_WAIT_SECONDS = 3_600;

/** The reason in a code that may name its asset: `asset_frozen` of `BTC:asset_frozen`. */
export function reasonOf(code: string): string {
  return code.slice(code.indexOf(':') + 1);
}

/** True when none of these codes is of the kind that passes by itself. */
export function isSlow(codes: readonly string[]): boolean {
  return codes.every((code) => SLOW_REASONS.has(reasonOf(code)));
}

/** Seconds until a sale that waits looks again: the interval, doubled with each look in a row that found no order to place. */
export function waitSeconds(intervalSeconds: number, codes: readonly string[], waitsInRow: number): number {
  const longest = isSlow(codes) ? LONGEST_SLOW_WAIT_SECONDS : LONGEST_WAIT_SECONDS;
  return Math.max(intervalSeconds, Math.min(intervalSeconds * 2 ** Math.min(waitsInRow, DOUBLINGS_MAX), longest));
}

/** Seconds until the next order after so many refusals in a row, this one included: a minute, doubled up to an hour. */
export function refusalWaitSeconds(refusalsInRow: number): number {
  return Math.min(FIRST_REFUSAL_WAIT_SECONDS * 2 ** Math.min(Math.max(refusalsInRow - 1, 0), DOUBLINGS_MAX), LONGEST_REFUSAL_WAIT_SECONDS);
}
