import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { requireAddress } from './address.ts';
import { broadcast } from './broadcast.ts';
import { ChainNode, tagged } from './chain-node.ts';
import { estimateGas, quoteGasPrice } from './gas.ts';
import { nativeCoin } from './native.ts';
import type { AllowedNodes } from './node-list.ts';
import type {
  AddressBalances,
  BlockReference,
  BroadcastAnswer,
  ChainPort,
  EvmChain,
  GasEstimate,
  GasPriceCaps,
  GasPriceQuote,
  NonceState,
  SentTransaction,
  TokenBalance,
  TokenDescription,
  TransactionReport,
  TransferReading,
  WatchedToken,
} from './port.ts';
import { describeToken, tokenBalance } from './tokens.ts';
import type { SignedTransaction } from './transaction.ts';
import { transactionStatus } from './transaction-status.ts';
import { transfersSince } from './transfers.ts';
import { amountOf } from './units.ts';
import * as wire from './wire.ts';

export interface EvmChainOptions {
  readonly chain: EvmChain;
  readonly nodes: AllowedNodes;
  /** Name or address of the node to ask. */
  readonly node: string;
  readonly timeoutMs: number;
  readonly log?: Log | undefined;
}

/** Opens a chain over one allowed node; nothing is asked yet. Error: `CHAIN_NODE_NOT_ALLOWED`. */
export function openEvmChain({ chain, nodes, node, timeoutMs, log }: EvmChainOptions): ChainPort {
  const { name, url } = nodes.node(node);
  return new EvmChainPort(new ChainNode(chain, { name, url, timeoutMs, log }));
}

class EvmChainPort implements ChainPort {
  readonly #node: ChainNode;

  constructor(node: ChainNode) {
    this.#node = node;
  }

  get chain(): EvmChain {
    return this.#node.chain;
  }

  async head(): Promise<BlockReference> {
    const { number, hash } = await this.#node.block('latest');
    return { number, hash };
  }

  async balances(holder: string, tokens: readonly WatchedToken[]): Promise<AddressBalances> {
    const address = requireAddress(holder);
    const block = await this.head();
    const tag = block.number;
    const native = await this.#node.read('eth_getBalance', wire.quantity, address, tagged(tag));
    const transactionCount = await this.#node.transactionCount(address, tag);
    const read: TokenBalance[] = [];
    for (const token of tokens) read.push(await tokenBalance(this.#node, token, address, tag));
    if (!(await this.#node.isCanonical(block))) {
      throw new CheongsanError('CHAIN_UNAVAILABLE', `Block ${block.number} was replaced while balances were read; read them again.`);
    }
    return { holder: address, block, native: amountOf(nativeCoin(this.chain.nativeAsset), native), tokens: read, transactionCount };
  }

  describeToken(contract: string): Promise<TokenDescription> {
    return describeToken(this.#node, contract);
  }

  async isContract(address: string): Promise<boolean> {
    return (await this.#node.read('eth_getCode', wire.bytes, requireAddress(address), 'latest')) !== '0x';
  }

  async nonces(address: string): Promise<NonceState> {
    const holder = requireAddress(address);
    const latest = await this.#node.transactionCount(holder, 'latest');
    return { latest, pending: Math.max(latest, await this.#node.transactionCount(holder, 'pending')) };
  }

  gasPrice(caps: GasPriceCaps): Promise<GasPriceQuote> {
    return quoteGasPrice(this.#node, caps);
  }

  estimateGas(call: Parameters<ChainPort['estimateGas']>[0]): Promise<GasEstimate> {
    return estimateGas(this.#node, call);
  }

  broadcast({ raw }: Pick<SignedTransaction, 'raw'>): Promise<BroadcastAnswer> {
    return broadcast(this.#node, raw);
  }

  status(sent: SentTransaction): Promise<TransactionReport> {
    return transactionStatus(this.#node, sent);
  }

  transfersSince(address: string, tokens: readonly WatchedToken[], since: BlockReference, confirmations: number): Promise<TransferReading> {
    return transfersSince(this.#node, requireAddress(address), tokens, since, confirmations);
  }
}
