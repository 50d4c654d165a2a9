import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { requireAddress } from './address.ts';
import { hexadecimal } from './chain-node.ts';
import { JsonRpc } from './json-rpc.ts';
import { secureUrl } from './node-list.ts';
import type { Signer } from './signer.ts';
import { type ChainTransaction, type SignedTransaction, signedAs } from './transaction.ts';

export interface RemoteSignerOptions {
  /** https, or http on this machine. */
  readonly url: string;
  readonly token: string;
  /** Whose key the other side is to sign with. */
  readonly address: string;
  readonly timeoutMs: number;
  readonly log?: Log | undefined;
}

/** Signed bytes alone, as Web3Signer and EthSigner answer, or in an object, as Geth and Clef do. */
const answer = z.union([z.string(), z.object({ raw: z.string() }).transform(({ raw }) => raw)]);

const METHOD = 'eth_signTransaction';

/**
 * A signer elsewhere, spoken to by JSON-RPC `eth_signTransaction` with a bearer token: Web3Signer or whatever stands before a key
 * service. It is not trusted: what it signs must say what was asked, by the address it was asked of.
 */
export class RemoteSigner implements Signer {
  readonly #address: string;
  readonly #rpc: JsonRpc;

  /** Errors: `CONFIG_INVALID` for the address of the signer or an empty token, `ADDRESS_UNUSABLE`. */
  constructor({ url, token, address, timeoutMs, log }: RemoteSignerOptions) {
    if (!/^[\x21-\x7e]{16,}$/.test(token)) {
      throw new CheongsanError('CONFIG_INVALID', 'The token of the remote signer must be 16 or more printable characters without blanks.');
    }
    this.#address = requireAddress(address);
    this.#rpc = new JsonRpc({ name: 'signer', url: secureUrl(url, 'of the remote signer').href, token, timeoutMs, log });
  }

  async address(): Promise<string> {
    return this.#address;
  }

  async sign(transaction: ChainTransaction): Promise<SignedTransaction> {
    const outcome = await this.#rpc.ask(METHOD, [parametersOf(transaction)]);
    if (outcome.kind !== 'answered') {
      const why = outcome.kind === 'lost' ? outcome.reason : outcome.message;
      throw new CheongsanError('SIGNER_UNAVAILABLE', `The remote signer gave no signature (${why}).`);
    }
    const raw = answer.safeParse(outcome.result);
    if (!raw.success) throw new CheongsanError('SIGNER_UNAVAILABLE', 'The remote signer answered something that is no signed transaction.');
    return signedAs(transaction, raw.data);
  }
}

function parametersOf({ chainId, from, to, valueWei, data, nonce, gasLimit, gasPrice }: ChainTransaction): Record<string, string> {
  const common = {
    from,
    to,
    value: hexadecimal(valueWei),
    data,
    nonce: hexadecimal(BigInt(nonce)),
    gas: hexadecimal(gasLimit),
    chainId: hexadecimal(BigInt(chainId)),
  };
  return gasPrice.kind === 'dynamic'
    ? {
        ...common,
        maxFeePerGas: hexadecimal(gasPrice.maxFeePerGasWei),
        maxPriorityFeePerGas: hexadecimal(gasPrice.maxPriorityFeePerGasWei),
      }
    : { ...common, gasPrice: hexadecimal(gasPrice.gasPriceWei) };
}
