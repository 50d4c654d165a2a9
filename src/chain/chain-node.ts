import type { ZodType } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import { JsonRpc, type JsonRpcOptions, type JsonRpcOutcome } from './json-rpc.ts';
import type { BlockReference, EvmChain } from './port.ts';
import * as wire from './wire.ts';

/** A block by number, or one that the node keeps the name of. */
export type BlockTag = number | 'latest' | 'pending';

/** One allowed node of one chain. It is asked for its chain id first; until that has been right nothing else is asked. */
export class ChainNode {
  readonly chain: EvmChain;
  readonly #rpc: JsonRpc;
  #isProven = false;

  constructor(chain: EvmChain, options: JsonRpcOptions) {
    this.chain = chain;
    this.#rpc = new JsonRpc(options);
  }

  /** For what must be judged by its outcome. Errors: `CHAIN_MISMATCH`, or why the chain id could not be read. */
  async ask(method: string, params: readonly unknown[]): Promise<JsonRpcOutcome> {
    await this.#prove();
    return this.#rpc.ask(method, params);
  }

  /** Errors: `CHAIN_UNAVAILABLE`, `CHAIN_REFUSED`, `CHAIN_MISMATCH`. */
  async read<Shape>(method: string, schema: ZodType<Shape>, ...params: readonly unknown[]): Promise<Shape> {
    await this.#prove();
    return this.#read(method, schema, params);
  }

  /** An answer as what it should be. Error: `CHAIN_UNAVAILABLE`. */
  parse<Shape>(method: string, schema: ZodType<Shape>, result: unknown): Shape {
    const parsed = schema.safeParse(result);
    if (parsed.success) return parsed.data;
    const where = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'the answer'))].slice(0, 3).join(', ');
    throw new CheongsanError(
      'CHAIN_UNAVAILABLE',
      `Node ${this.#rpc.name} answered ${method} with something that cannot be read (${where}).`,
    );
  }

  async block(tag: BlockTag): Promise<BlockReference & { readonly baseFeePerGas: bigint | undefined }> {
    const found = await this.blockIfAny(tag);
    if (found !== undefined) return found;
    throw new CheongsanError('CHAIN_UNAVAILABLE', `Node ${this.#rpc.name} does not have block ${tag}; try again later.`);
  }

  async blockIfAny(tag: BlockTag): Promise<(BlockReference & { readonly baseFeePerGas: bigint | undefined }) | undefined> {
    const found = await this.read('eth_getBlockByNumber', wire.block.nullable(), tagged(tag), false);
    return found === null ? undefined : { number: found.number, hash: found.hash, baseFeePerGas: found.baseFeePerGas ?? undefined };
  }

  /** Whether this very block is still part of the chain that the node follows. */
  async isCanonical({ number, hash }: BlockReference): Promise<boolean> {
    return (await this.blockIfAny(number))?.hash === hash;
  }

  transactionCount(address: string, tag: BlockTag): Promise<number> {
    return this.read('eth_getTransactionCount', wire.count, address, tagged(tag));
  }

  async #prove(): Promise<void> {
    if (this.#isProven) return;
    const chainId = await this.#read('eth_chainId', wire.quantity, []);
    if (chainId !== BigInt(this.chain.chainId)) {
      throw new CheongsanError(
        'CHAIN_MISMATCH',
        `Node ${this.#rpc.name} serves chain ${chainId}, but ${this.chain.code} is chain ${this.chain.chainId}; correct the configuration.`,
        { facts: { node: this.#rpc.name, expected: this.chain.chainId, found: chainId.toString() } },
      );
    }
    this.#isProven = true;
  }

  async #read<Shape>(method: string, schema: ZodType<Shape>, params: readonly unknown[]): Promise<Shape> {
    const outcome = await this.#rpc.ask(method, params);
    if (outcome.kind === 'answered') return this.parse(method, schema, outcome.result);
    throw notRead(this.#rpc.name, method, outcome);
  }
}

/** Why nothing could be read. */
export function notRead(node: string, method: string, outcome: Exclude<JsonRpcOutcome, { kind: 'answered' }>): CheongsanError {
  return outcome.kind === 'lost'
    ? new CheongsanError('CHAIN_UNAVAILABLE', `Node ${node} gave no complete answer to ${method} (${outcome.reason}); try again later.`, {
        facts: { node, method },
      })
    : new CheongsanError('CHAIN_REFUSED', `Node ${node} refused ${method}: ${outcome.message} (${outcome.code}).`, {
        facts: { node, method, code: outcome.code },
      });
}

export function tagged(tag: BlockTag): string {
  return typeof tag === 'number' ? hexadecimal(BigInt(tag)) : tag;
}

export function hexadecimal(value: bigint): string {
  return `0x${value.toString(16)}`;
}
