import { CheongsanError } from '../kernel/errors.ts';
import type { CoinAmount, Price, Rate } from '../kernel/money.ts';
import { requireAddress, requireDestination } from './address.ts';
import type { AddressBalances, BlockReference, ChainPort, GasPriceCaps, GasPriceQuote, TokenBalance, WatchedToken } from './port.ts';
import { planSweep, type SweepInput, type SweepPlan } from './sweep-plan.ts';
import { tokenTransferData } from './transaction.ts';
import { unitsOf } from './units.ts';

export interface SweepOrder {
  readonly wallet: string;
  /** Where native coin goes. */
  readonly nativeDestination: string;
  readonly tokens: readonly { readonly token: WatchedToken; readonly destination: string }[];
  readonly caps: GasPriceCaps;
  readonly reserve: CoinAmount;
  readonly prices: ReadonlyMap<string, Price>;
  readonly worthOfFeeMinimum: Rate;
  /** How much of an asset goes ahead as a test; undefined where the whole may go at once. Absent: everything may. */
  readonly testOf?: ((whole: CoinAmount) => CoinAmount | undefined) | undefined;
}

export interface SweepSurvey {
  readonly block: BlockReference;
  readonly quote: GasPriceQuote;
  /** What the plan was made from; `planSweep` of it gives the same plan again. */
  readonly input: SweepInput;
  readonly plan: SweepPlan;
  /** Tokens whose contract is at fault: nothing is known of them, and nothing of them moves. */
  readonly unreadable: readonly Extract<TokenBalance, { kind: 'unreadable' }>[];
  /**
   * Transactions of the wallet that wait already, ours or not: the sweep comes after them, and they may take what it counts on. Above
   * zero for a wallet that nothing of ours was sent from, somebody else is moving its coins at this moment.
   */
  readonly waitingTransactions: number;
}

/** A plain transfer to an address without a program costs exactly this (Ethereum yellow paper, appendix G). */
const PLAIN_TRANSFER_GAS = 21_000n;

/**
 * Reads a wallet and plans its sweep; nothing is signed or sent. Errors: `ADDRESS_UNUSABLE` for a destination, and those of the
 * chain.
 */
export async function surveySweep(chain: ChainPort, order: SweepOrder): Promise<SweepSurvey> {
  const wallet = requireAddress(order.wallet);
  const no = { ownAddresses: [wallet], tokenContracts: order.tokens.map(({ token }) => token.contract) };
  const nativeDestination = requireDestination(order.nativeDestination, no);
  const destinations = new Map(order.tokens.map(({ token, destination }) => [token.contract, requireDestination(destination, no)]));

  const balances = await chain.balances(
    wallet,
    order.tokens.map(({ token }) => token),
  );
  const nonces = await chain.nonces(wallet);
  const quote = await chain.gasPrice(order.caps);
  const input: SweepInput = {
    chain: chain.chain,
    wallet,
    gasPrice: quote.gasPrice,
    firstNonce: nonces.pending,
    native: {
      balance: balances.native,
      destination: nativeDestination,
      gasLimit: await nativeGas(chain, wallet, nativeDestination, balances.native),
      test: order.testOf?.(balances.native),
    },
    tokens: (await tokensWithGas(chain, balances, destinations)).map((each) => ({ ...each, test: testOf(order, each) })),
    reserve: order.reserve,
    prices: order.prices,
    worthOfFeeMinimum: order.worthOfFeeMinimum,
  };
  return {
    block: balances.block,
    quote,
    input,
    plan: planSweep(input),
    unreadable: balances.tokens.filter((token) => token.kind === 'unreadable'),
    waitingTransactions: nonces.pending - nonces.latest,
  };
}

/** In units that the token can be sent in. */
function testOf({ testOf: ask }: SweepOrder, { token, balance }: SweepInput['tokens'][number]): CoinAmount | undefined {
  return ask?.(balance)?.roundTo(token.decimals, 'up');
}

async function nativeGas(chain: ChainPort, from: string, to: string, balance: CoinAmount): Promise<bigint> {
  if (!balance.isPositive() || !(await chain.isContract(to))) return PLAIN_TRANSFER_GAS;
  // One wei stands for the amount, which is known only once the fees are.
  const estimate = await chain.estimateGas({ from, to, valueWei: 1n, data: '0x' });
  if (estimate.kind === 'estimated') return withMargin(estimate.gas);
  throw new CheongsanError(
    'ADDRESS_UNUSABLE',
    `The contract at ${to} does not take ${balance.asset} (${estimate.reason}); choose another.`,
    {
      facts: { faults: ['receives_nothing'] },
    },
  );
}

async function tokensWithGas(
  chain: ChainPort,
  { holder, tokens }: AddressBalances,
  destinations: ReadonlyMap<string, string>,
): Promise<SweepInput['tokens']> {
  const found: SweepInput['tokens'][number][] = [];
  for (const balance of tokens) {
    const destination = destinations.get(balance.token.contract);
    if (balance.kind !== 'read' || destination === undefined) continue;
    const { token, amount } = balance;
    const data = tokenTransferData(destination, unitsOf(token, amount));
    const estimate = await chain.estimateGas({ from: holder, to: token.contract, valueWei: 0n, data });
    found.push({ token, balance: amount, destination, gasLimit: estimate.kind === 'estimated' ? withMargin(estimate.gas) : undefined });
  }
  return found;
}

/** A fifth more: what a contract uses depends on what others did to it in between. Unused gas is not charged. */
function withMargin(gas: bigint): bigint {
  return gas + gas / 5n;
}
