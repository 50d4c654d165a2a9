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
    /** So much goes ahead of the rest, to a destination at which nothing has arrived yet. */
    readonly test?: CoinAmount | undefined;
  };
  readonly tokens: readonly {
    readonly token: WatchedToken;
    readonly balance: CoinAmount;
    readonly destination: string;
    /** Gas of its transfer, margin included; undefined when the token's contract refuses the transfer. */
    readonly gasLimit: bigint | undefined;
    /** As for native coin. */
    readonly test?: CoinAmount | undefined;
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
  /** A `rest` follows its `test`, under the same approval and once that was seen to arrive. */
  readonly part: 'whole' | 'test' | 'rest';
  readonly transaction: ChainTransaction;
  /** The most it can cost, in native coin. */
  readonly feeMax: CoinAmount;
  /** The wallet's own coin pays for this one and all before it. */
  readonly isAffordable: boolean;
}

export interface SweepPlan {
  /**
   * In the order of their nonces: tests first, then all else; both with tokens from the most worth to the least, then those without a
   * price, native coin last.
   */
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
  const tests = moving.flatMap((entry) => (isTested(entry) ? [tokenStep(entry, 'test', entry.test)] : []));
  const moves = moving.map((entry) =>
    isTested(entry) ? tokenStep(entry, 'rest', entry.balance.minus(entry.test)) : tokenStep(entry, 'whole', entry.balance),
  );
  const native = nativeSteps(input, feesOf(input, [...tests, ...moves]));
  const transfers = numbered(input, [...tests, ...native.tests, ...moves, ...native.moves]);
  const left = held.flatMap((entry) => {
    const reason = reasonToLeave(input, entry);
    return reason === undefined ? [] : [{ asset: entry.token.asset, amount: entry.balance, reason }];
  });
  const { balance } = input.native;
  if (native.moves.length === 0 && balance.isPositive()) {
    const reason = moves.length > 0 ? 'needed_for_gas' : 'worth_less_than_its_fee';
    left.push({ asset: balance.asset, amount: balance, reason });
  }
  const needed = feesOf(input, [...tests, ...moves]).plus(input.reserve);
  return {
    transfers,
    left,
    gasToSendFirst: moves.length > 0 ? needed.minus(balance).larger(zero(input)) : zero(input),
    feesMax: CoinAmount.sum(
      input.chain.nativeAsset,
      transfers.map(({ feeMax }) => feeMax),
    ),
  };
}

/** A transfer before it has its nonce. */
interface Step {
  /** Undefined for native coin. */
  readonly token: WatchedToken | undefined;
  readonly amount: CoinAmount;
  readonly part: PlannedTransfer['part'];
  readonly destination: string;
  readonly gasLimit: bigint;
}

function isTested(entry: Token): entry is Token & { readonly test: CoinAmount } {
  return entry.test?.isPositive() === true && entry.test.isLessThan(entry.balance);
}

function tokenStep({ token, destination, gasLimit = 0n }: Token, part: Step['part'], amount: CoinAmount): Step {
  return { token, amount, part, destination, gasLimit };
}

/** Everything that the tokens leave, less its own fees; nothing when that is not worth the fee, and no test that would eat up the rest. */
function nativeSteps(input: SweepInput, feesBefore: CoinAmount): { readonly tests: readonly Step[]; readonly moves: readonly Step[] } {
  const { balance, destination, gasLimit, test } = input.native;
  const feeMax = feeOf(input, gasLimit);
  const whole = balance.minus(feesBefore).minus(input.reserve).minus(feeMax);
  const worthwhile = feeMax.times(input.worthOfFeeMinimum, nativeCoin(input.chain.nativeAsset).decimals, 'up');
  const isWorth = (amount: CoinAmount) => amount.isPositive() && !amount.isLessThan(worthwhile);
  const step = (part: Step['part'], amount: CoinAmount): Step => ({ token: undefined, amount, part, destination, gasLimit });
  if (!isWorth(whole)) return { tests: [], moves: [] };
  const rest = test === undefined ? whole : whole.minus(test).minus(feeMax);
  if (test === undefined || !test.isPositive() || !isWorth(rest)) return { tests: [], moves: [step('whole', whole)] };
  return { tests: [step('test', test)], moves: [step('rest', rest)] };
}

function numbered(input: SweepInput, steps: readonly Step[]): PlannedTransfer[] {
  const coin = nativeCoin(input.chain.nativeAsset);
  let committed = input.reserve;
  return steps.map(({ token, amount, part, destination, gasLimit }, index) => {
    const feeMax = feeOf(input, gasLimit);
    committed = committed.plus(feeMax);
    if (token === undefined) committed = committed.plus(amount);
    const call =
      token === undefined
        ? { to: destination, valueWei: unitsOf(coin, amount), data: '0x' }
        : { to: token.contract, valueWei: 0n, data: tokenTransferData(destination, unitsOf(token, amount)) };
    return {
      asset: amount.asset,
      token,
      amount,
      part,
      transaction: { ...commonOf(input, index), ...call, gasLimit },
      feeMax,
      isAffordable: committed.compare(input.native.balance) <= 0,
    };
  });
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

function feesOf(input: SweepInput, steps: readonly Step[]): CoinAmount {
  return CoinAmount.sum(
    input.chain.nativeAsset,
    steps.map(({ gasLimit }) => feeOf(input, gasLimit)),
  );
}

function zero({ chain }: SweepInput): CoinAmount {
  return CoinAmount.zero(chain.nativeAsset);
}
