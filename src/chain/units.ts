import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';

/** An asset on a chain as amounts of it are counted: in whole units of 10^-decimals, the native coin's being wei. */
export interface CountedAsset {
  readonly asset: string;
  /** 0 to 18: more than the ledger can hold is refused where a token is registered. */
  readonly decimals: number;
}

/** The exact amount that so many smallest units are. Error: `INPUT_INVALID` for decimals that the ledger cannot hold. */
export function amountOf({ asset, decimals }: CountedAsset, units: bigint): CoinAmount {
  assertDecimals(asset, decimals);
  return CoinAmount.of(asset, new Decimal(units.toString()).shiftedBy(-decimals));
}

/** The smallest units of an amount. Error: `INPUT_INVALID` when it is negative, of another asset, or finer than the asset is. */
export function unitsOf({ asset, decimals }: CountedAsset, amount: CoinAmount): bigint {
  assertDecimals(asset, decimals);
  const units = amount.value.shiftedBy(decimals);
  if (amount.asset !== asset || amount.isNegative() || !units.isInteger()) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `${amount.toString()} ${amount.asset} is no amount of ${asset} with ${decimals} decimals; correct the amount.`,
    );
  }
  return BigInt(units.toFixed(0));
}

function assertDecimals(asset: string, decimals: number): void {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= CoinAmount.DECIMAL_PLACES_MAX) return;
  throw new CheongsanError(
    'INPUT_INVALID',
    `${asset} cannot have ${decimals} decimals: 0 to ${CoinAmount.DECIMAL_PLACES_MAX} can be kept exactly.`,
  );
}
