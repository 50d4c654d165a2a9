import type { CoinAmount } from '../kernel/money.ts';
import type { GasPrice, SignedTransaction } from './transaction.ts';
import type { CountedAsset } from './units.ts';

/** An EVM chain. Its fee must be gas × price and nothing else: a rollup that adds a fee of its own needs a reserve when it is swept. */
export interface EvmChain {
  /** As the city names the network, for example `ethereum`. */
  readonly code: string;
  /** Compared with what the node says before anything else is asked of it. */
  readonly chainId: number;
  /** Paid for gas; 18 decimals on every EVM chain. */
  readonly nativeAsset: string;
}

/** An ERC-20 that is watched: what the city recorded about it and what its contract must confirm. */
export interface WatchedToken extends CountedAsset {
  readonly contract: string;
}

/** One block, by both its names: the number may come to mean another block, the hash never does. */
export interface BlockReference {
  readonly number: number;
  readonly hash: string;
}

export type TokenBalance =
  | { readonly kind: 'read'; readonly token: WatchedToken; readonly amount: CoinAmount }
  /** The contract, not the node, is at fault: no code there, other decimals than recorded, no sensible answer. */
  | { readonly kind: 'unreadable'; readonly token: WatchedToken; readonly reason: string };

/** What an address holds at one block. */
export interface AddressBalances {
  readonly holder: string;
  readonly block: BlockReference;
  readonly native: CoinAmount;
  readonly tokens: readonly TokenBalance[];
  /** Transactions it had sent up to this block: one more than we sent means that somebody else has its key. */
  readonly transactionCount: number;
}

/** What a contract says about itself. Anybody can call a token `USDT`: the contract's address is what tells them apart. */
export interface TokenDescription {
  readonly contract: string;
  readonly symbol: string;
  readonly decimals: number;
}

export interface NonceState {
  /** The nonce that the next transaction to be mined must have. */
  readonly latest: number;
  /** The first nonce that this node's pool does not hold either. Above `latest`: something is waiting. */
  readonly pending: number;
}

/** The most that policy allows to be paid for a unit of gas, in wei. A legacy price is held against the first. */
export interface GasPriceCaps {
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

export interface GasPriceQuote {
  /** Never above the caps. */
  readonly gasPrice: GasPrice;
  /** What the node's block and pool ask for, caps apart. */
  readonly marketGasPriceWei: bigint;
  /** False: the caps are below what the next block takes, and a transaction at this price waits. */
  readonly isEnoughNow: boolean;
}

export type GasEstimate = { readonly kind: 'estimated'; readonly gas: bigint } | { readonly kind: 'reverts'; readonly reason: string };

/** Why a node says that it did not take a transaction. Whoever has the signed bytes may still send them elsewhere. */
export const BROADCAST_REFUSALS = [
  'nonce_used',
  'insufficient_funds',
  'replacement_underpriced',
  'underpriced',
  'gas_too_low',
  'gas_too_high',
  'fee_invalid',
  'malformed',
] as const;
export type BroadcastRefusal = (typeof BROADCAST_REFUSALS)[number];

/**
 * What came of sending signed bytes. `accepted`: the node's pool has them, perhaps since earlier. `refused`: the node named one of
 * the reasons above; `nonce_used` may mean that these very bytes were mined before, which `status` tells. `unknown`: a time-out or anything else; `status` tells by hash and nonce, and sending the same bytes again is
 * harmless.
 */
export type BroadcastAnswer =
  | { readonly kind: 'accepted'; readonly hash: string }
  | { readonly kind: 'refused'; readonly reason: BroadcastRefusal; readonly message: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What is recorded of a transaction that was signed. */
export interface SentTransaction {
  readonly from: string;
  readonly nonce: number;
  /** Every hash that was signed with this nonce, replacements included. */
  readonly hashes: readonly string[];
  /** The head before the nonce was read: no transaction with it is in this block or an earlier one. */
  readonly nonceReadAtBlock: number;
  /** True once any look-up said `pending` or `included`. */
  readonly wasSeen: boolean;
  /** The block of the last look-up that said `included`. */
  readonly includedIn: BlockReference | undefined;
}

/** Tokens that an included transaction moved, by its logs: what arrived, not what was asked. */
export interface TokenMove {
  readonly contract: string;
  readonly from: string;
  readonly to: string;
  readonly units: bigint;
}

export type TransactionStatus =
  /** The node knows nothing of it, or cannot tell; nothing else has used its nonce as far as is known. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'pending'; readonly hash: string }
  | {
      readonly kind: 'included';
      readonly hash: string;
      readonly block: BlockReference;
      /** 1 in the newest block. */
      readonly confirmations: number;
      /** `reverted`: nothing moved, the fee is gone. */
      readonly outcome: 'success' | 'reverted';
      readonly feePaid: CoinAmount;
      readonly tokenMoves: readonly TokenMove[];
    }
  /** Another transaction of the same sender has used the nonce: ours can never happen while that block stands. */
  | { readonly kind: 'replaced'; readonly byHash: string; readonly block: BlockReference; readonly confirmations: number }
  /** Seen before, and now neither in the pool nor in a block, its nonce unused: the same bytes may be sent again. */
  | { readonly kind: 'dropped' };

export interface TransactionReport {
  readonly status: TransactionStatus;
  /** Set when the block it was recorded in is no longer part of the chain. */
  readonly reorganisedFrom: BlockReference | undefined;
}

export interface TokenTransfer {
  readonly token: WatchedToken;
  readonly from: string;
  readonly to: string;
  readonly amount: CoinAmount;
  readonly transactionHash: string;
  /** Position in the block; with the block's hash it names the transfer. */
  readonly logIndex: number;
  readonly block: BlockReference;
}

export type TransferReading =
  /** All transfers after `since` up to `readTo`, in the chain's order. `readTo` is the next `since`. */
  | { readonly kind: 'read'; readonly transfers: readonly TokenTransfer[]; readonly readTo: BlockReference }
  /** `since` is no longer part of the chain: begin again at an earlier block and drop what was recorded after it. */
  | { readonly kind: 'reorganised' };

/**
 * One EVM chain as one allowed node shows it. Every method that reads throws `CHAIN_UNAVAILABLE` when the node could not be asked
 * or its answer cannot be read, `CHAIN_REFUSED` when it named an error, and `CHAIN_MISMATCH` when it serves another chain. Nothing
 * is retried.
 */
export interface ChainPort {
  readonly chain: EvmChain;
  head(): Promise<BlockReference>;
  /** Native coin and the given tokens, all at one block. A token at fault is told of and does not stop the others. */
  balances(holder: string, tokens: readonly WatchedToken[]): Promise<AddressBalances>;
  /** Error: `TOKEN_UNUSABLE` when nothing at this address answers as an ERC-20 whose amounts can be kept exactly. */
  describeToken(contract: string): Promise<TokenDescription>;
  /** Whether anything is programmed at an address: one that receives may then ask for more gas. */
  isContract(address: string): Promise<boolean>;
  nonces(address: string): Promise<NonceState>;
  gasPrice(caps: GasPriceCaps): Promise<GasPriceQuote>;
  /** Gas that a call would use now, without a margin. */
  estimateGas(call: { readonly from: string; readonly to: string; readonly valueWei: bigint; readonly data: string }): Promise<GasEstimate>;
  /** Sends signed bytes once. Throws `CHAIN_MISMATCH` for another chain's and `SIGNING_REFUSED` for unreadable ones, before sending. */
  broadcast(signed: Pick<SignedTransaction, 'raw'>): Promise<BroadcastAnswer>;
  status(sent: SentTransaction): Promise<TransactionReport>;
  /** Transfers of the tokens from and to an address after a block, up to the block that has this many confirmations. */
  transfersSince(address: string, tokens: readonly WatchedToken[], since: BlockReference, confirmations: number): Promise<TransferReading>;
}
