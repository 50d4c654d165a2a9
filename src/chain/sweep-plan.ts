import { CoinAmount, type Price, type Rate, type Won } from '../kernel/money.ts';
import { nativeCoin } from './native.ts';
import type { EvmChain, WatchedToken } from './port.ts';
import { type ChainTransaction, type GasPrice, highestGasPriceWei, tokenTransferData } from './transaction.ts';
import { amountOf, unitsOf } from './units.ts';

export interface SweepInput {
  readonly chain: EvmChain;
  readonly wallet: string;
  readonly gasPrice: GasPrice;
  /** The wallet's next nonce. */
  readonly firstNonce: number;
  readonly native: {
    readonly balance: CoinAmount;
    /** Already checked by `requireDestination`, as the tokens' are: exchanges give every asset an address of its own. */
    readonly destination: string;
    /** Gas of sending native coin to the destination: 21,000 unless a contract receives it. */
    readonly gasLimit: bigint;
  };
  readonly tokens: readonly {
    readonly token: WatchedToken;
    readonly balance: CoinAmount;
    readonly destination: string;
    /** Gas of its transfer, margin included; undefined when the token's contract refuses the transfer. */
    readonly gasLimit: bigint | undefined;
  }[];
  /** Native coin that is left behind for what the chain charges beside gas, as rollups do; usually zero. */
  readonly reserve: CoinAmount;
  /** Won for one unit, by asset. What has no price is swept: what it is worth can be seen later, if it was not stolen before. */
  readonly prices: ReadonlyMap<string, Price>;
  /** An asset moves when it is worth at least so many times the most its transfer can cost. */
  readonly worthOfFeeMinimum: Rate;
}

/**
 * Why an asset stays. `worth_less_than_its_fee`: moving it costs more than it brings. `transfer_reverts`: the token's contract refuses.
 * `needed_for_gas`: native coin that pays for the tokens.
 */
export type LeftReason = 'worth_less_than_its_fee' | 'transfer_reverts' | 'needed_for_gas';

export interface PlannedTransfer {
  readonly asset: string;
  /** Undefined for native coin. */
  readonly token: WatchedToken | undefined;
  readonly amount: CoinAmount;
  readonly transaction: ChainTransaction;
  /** The most it can cost, in native coin. */
  readonly feeMax: CoinAmount;
  /** The wallet's own coin pays for this one and all before it. */
  readonly isAffordable: boolean;
}

export interface SweepPlan {
  /** In the order of their nonces: tokens from the most worth to the least, then those without a price, native coin last. */
  readonly transfers: readonly PlannedTransfer[];
  readonly left: readonly { readonly asset: string; readonly amount: CoinAmount; readonly reason: LeftReason }[];
  /** Native coin that the wallet lacks for the tokens; zero when it can begin. To be sent in the moment of the sweep, not before. */
  readonly gasToSendFirst: CoinAmount;
  readonly feesMax: CoinAmount;
}

type Token = SweepInput['tokens'][number];

/**
 * The order in which a compromised wallet is emptied at once. Every fee is taken at its highest, so that no transfer can run out of
 * gas because of one before it; what is saved remains in the wallet and a second plan, from fresh balances, moves it if it is worth
 * its fee. Pure and exact: native coin sent + fees + reserve = balance whenever native coin moves.
 */
export function planSweep(input: SweepInput): SweepPlan {
  const held = input.tokens.filter(({ balance }) => balance.isPositive());
  const moving = held.filter((entry) => reasonToLeave(input, entry) === undefined).toSorted((a, b) => byWorth(input, a, b));
  const transfers = tokenTransfers(input, moving);
  const nativeMove = nativeTransfer(input, transfers);
  const left = held.flatMap((entry) => {
    const reason = reasonToLeave(input, entry);
    return reason === undefined ? [] : [{ asset: entry.token.asset, amount: entry.balance, reason }];
  });
  const { balance } = input.native;
  if (nativeMove === undefined && balance.isPositive()) {
    const reason = transfers.length > 0 ? 'needed_for_gas' : 'worth_less_than_its_fee';
    left.push({ asset: balance.asset, amount: balance, reason });
  }
  const needed = feesOf(input, transfers).plus(input.reserve);
  const planned = nativeMove === undefined ? transfers : [...transfers, nativeMove];
  return {
    transfers: planned,
    left,
    gasToSendFirst: transfers.length > 0 ? needed.minus(balance).larger(zero(input)) : zero(input),
    feesMax: feesOf(input, planned),
  };
}

function tokenTransfers(input: SweepInput, moving: readonly Token[]): PlannedTransfer[] {
  let committed = input.reserve;
  return moving.map(({ token, balance, destination, gasLimit = 0n }, index) => {
    const feeMax = feeOf(input, gasLimit);
    committed = committed.plus(feeMax);
    return {
      asset: token.asset,
      token,
      amount: balance,
      transaction: {
        ...commonOf(input, index),
        to: token.contract,
        valueWei: 0n,
        data: tokenTransferData(destination, unitsOf(token, balance)),
        gasLimit,
      },
      feeMax,
      isAffordable: committed.compare(input.native.balance) <= 0,
    };
  });
}

/** Everything that the tokens leave, less its own fee; undefined when that is not worth the fee. */
function nativeTransfer(input: SweepInput, before: readonly PlannedTransfer[]): PlannedTransfer | undefined {
  const { balance, destination, gasLimit } = input.native;
  const feeMax = feeOf(input, gasLimit);
  const amount = balance.minus(feesOf(input, before)).minus(input.reserve).minus(feeMax);
  const coin = nativeCoin(input.chain.nativeAsset);
  const worthwhile = feeMax.times(input.worthOfFeeMinimum, coin.decimals, 'up');
  if (!amount.isPositive() || amount.isLessThan(worthwhile)) return undefined;
  return {
    asset: coin.asset,
    token: undefined,
    amount,
    transaction: { ...commonOf(input, before.length), to: destination, valueWei: unitsOf(coin, amount), data: '0x', gasLimit },
    feeMax,
    isAffordable: true,
  };
}

function commonOf({ chain, wallet, firstNonce, gasPrice }: SweepInput, index: number) {
  return { chainId: chain.chainId, from: wallet, nonce: firstNonce + index, gasPrice };
}

function reasonToLeave(input: SweepInput, entry: Token): LeftReason | undefined {
  if (entry.gasLimit === undefined) return 'transfer_reverts';
  const price = input.prices.get(input.chain.nativeAsset);
  const worth = worthOf(input, entry);
  if (price === undefined || worth === undefined) return undefined;
  const fee = feeOf(input, entry.gasLimit).worthAt(price);
  return worth.isLessThan(fee.times(input.worthOfFeeMinimum, 'up')) ? 'worth_less_than_its_fee' : undefined;
}

function worthOf({ prices }: SweepInput, { balance }: Token): Won | undefined {
  const price = prices.get(balance.asset);
  return price === undefined ? undefined : balance.worthAt(price);
}

function byWorth(input: SweepInput, a: Token, b: Token): number {
  const [worthA, worthB] = [worthOf(input, a), worthOf(input, b)];
  if (worthA !== undefined && worthB !== undefined && !worthA.equals(worthB)) return worthB.compare(worthA);
  if ((worthA === undefined) !== (worthB === undefined)) return worthA === undefined ? 1 : -1;
  // Any fixed order will do; contracts differ.
  return a.token.contract.toLowerCase() < b.token.contract.toLowerCase() ? -1 : 1;
}

function feeOf(input: SweepInput, gasLimit: bigint): CoinAmount {
  return amountOf(nativeCoin(input.chain.nativeAsset), gasLimit * highestGasPriceWei(input.gasPrice));
}

function feesOf(input: SweepInput, transfers: readonly PlannedTransfer[]): CoinAmount {
  return CoinAmount.sum(
    input.chain.nativeAsset,
    transfers.map(({ feeMax }) => feeMax),
  );
}

function zero({ chain }: SweepInput): CoinAmount {
  return CoinAmount.zero(chain.nativeAsset);
}
