import { CoinAmount } from '../kernel/money.ts';
import type { AddressBalances } from './port.ts';
import type { CountedAsset } from './units.ts';

/** The native coin of every EVM chain is counted in 10^-18. */
export function nativeCoin(asset: string): CountedAsset {
  return { asset, decimals: 18 };
}

/** A transaction of ours that was included between two readings: what it sent in native coin (zero if it reverted) and its fee. */
export interface OwnSpending {
  readonly amount: CoinAmount;
  readonly feePaid: CoinAmount;
}

export interface NativeDifference {
  /** What the balance rose by beyond our own transactions: receipts, which native coin leaves no other trace of. Negative: it left. */
  readonly unexplained: CoinAmount;
  /** Transactions of the address that are not ours. Above zero, somebody else has its key and `unexplained` is what he left. */
  readonly foreignTransactions: number;
}

/** Native coin received between two readings of one address, by the difference of its balances. Pure. */
export function nativeDifference(
  before: Pick<AddressBalances, 'native' | 'transactionCount'>,
  after: Pick<AddressBalances, 'native' | 'transactionCount'>,
  own: readonly OwnSpending[],
): NativeDifference {
  const { asset } = after.native;
  const spent = CoinAmount.sum(
    asset,
    own.flatMap(({ amount, feePaid }) => [amount, feePaid]),
  );
  return {
    unexplained: after.native.minus(before.native).plus(spent),
    foreignTransactions: after.transactionCount - before.transactionCount - own.length,
  };
}
