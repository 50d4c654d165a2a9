import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, splitByLargestRemainder } from '../kernel/money.ts';

/** What somebody had of an asset when something accrued to it. */
export interface Stake<Owner> {
  readonly owner: Owner;
  readonly quantity: CoinAmount;
}

/**
 * Splits what accrued to an asset over those who had it, in proportion, to the smallest unit the ledger knows; the rest of rounding goes
 * to the largest fractions. Error: `INPUT_INVALID` when nobody had any.
 */
export function accrualShares<Owner>(accrued: CoinAmount, stakes: readonly Stake<Owner>[]): readonly Stake<Owner>[] {
  const weights = stakes.map(({ quantity }) => smallestUnits(quantity));
  const parts = splitByLargestRemainder(smallestUnits(accrued), weights);
  return stakes.map(({ owner }, index) => ({ owner, quantity: fromSmallestUnits(accrued.asset, parts[index] ?? 0n) }));
}

function smallestUnits(quantity: CoinAmount): bigint {
  return BigInt(quantity.value.shiftedBy(CoinAmount.DECIMAL_PLACES_MAX).toFixed(0));
}

function fromSmallestUnits(asset: string, units: bigint): CoinAmount {
  return CoinAmount.of(asset, new Decimal(units.toString()).shiftedBy(-CoinAmount.DECIMAL_PLACES_MAX));
}
