import { Interface, Transaction } from 'ethers';
import { z } from 'zod';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** What a unit of gas may cost, in wei. `dynamic` is EIP-1559; `legacy` is for chains whose blocks name no base fee. */
export type GasPrice =
  | { readonly kind: 'dynamic'; readonly maxFeePerGasWei: bigint; readonly maxPriorityFeePerGasWei: bigint }
  | { readonly kind: 'legacy'; readonly gasPriceWei: bigint };

/** A transaction in full before anybody signs it. Addresses carry their checksum; amounts are in wei. */
export interface ChainTransaction {
  readonly chainId: number;
  readonly from: string;
  readonly to: string;
  readonly valueWei: bigint;
  /** Hexadecimal, `0x` for a plain transfer. */
  readonly data: string;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly gasPrice: GasPrice;
}

export interface SignedTransaction {
  readonly transaction: ChainTransaction;
  /** What the chain will know it by; fixed by the signature, so known before anything is sent. */
  readonly hash: string;
  /** The bytes to broadcast, hexadecimal. Whoever holds them can broadcast them until the nonce is used. */
  readonly raw: string;
}

const erc20 = new Interface(['function transfer(address to, uint256 amount) returns (bool)']);

/** Call data by which an ERC-20's holder sends so many smallest units. */
export function tokenTransferData(to: string, units: bigint): string {
  return erc20.encodeFunctionData('transfer', [to, units]);
}

/** The most a unit of gas can cost with it. */
export function highestGasPriceWei(gasPrice: GasPrice): bigint {
  return gasPrice.kind === 'dynamic' ? gasPrice.maxFeePerGasWei : gasPrice.gasPriceWei;
}

/** The most the sender can be charged for gas. */
export function maximumFeeWei({ gasLimit, gasPrice }: Pick<ChainTransaction, 'gasLimit' | 'gasPrice'>): bigint {
  return gasLimit * highestGasPriceWei(gasPrice);
}

/** As ethers signs and serialises it. */
export function toEthers(transaction: ChainTransaction): Transaction {
  const { chainId, to, valueWei, data, nonce, gasLimit, gasPrice } = transaction;
  const common = { chainId, to, value: valueWei, data, nonce, gasLimit };
  return gasPrice.kind === 'dynamic'
    ? Transaction.from({
        ...common,
        type: 2,
        maxFeePerGas: gasPrice.maxFeePerGasWei,
        maxPriorityFeePerGas: gasPrice.maxPriorityFeePerGasWei,
      })
    : Transaction.from({ ...common, type: 0, gasPrice: gasPrice.gasPriceWei });
}

/**
 * Reads signed bytes and the sender they prove. Error: `SIGNING_REFUSED` when they cannot be read, prove no sender, or hold more
 * than a plain transaction (access lists, blobs, delegations of the account): nothing of ours ever does.
 */
export function readSigned(raw: string): SignedTransaction {
  const signed = parseRaw(raw);
  const { from, to, hash } = signed;
  const isPlain = (signed.type === 0 || signed.type === 2) && (signed.accessList ?? []).length === 0;
  if (from === null || to === null || hash === null || !isPlain || signed.serialized !== raw.toLowerCase()) {
    throw new CheongsanError('SIGNING_REFUSED', `The signed bytes are no plain transaction of type 0 or 2 (type ${signed.type}).`);
  }
  const transaction = {
    chainId: Number(signed.chainId),
    from,
    to,
    valueWei: signed.value,
    data: signed.data,
    nonce: signed.nonce,
    gasLimit: signed.gasLimit,
    gasPrice: gasPriceOf(signed),
  };
  return { transaction, hash, raw: signed.serialized };
}

function parseRaw(raw: string): Transaction {
  try {
    return Transaction.from(raw);
  } catch {
    // The parser's message quotes the bytes, which are of no use to anybody who reads it.
    throw new CheongsanError('SIGNING_REFUSED', 'The signed bytes cannot be read as a transaction.');
  }
}

function gasPriceOf(signed: Transaction): GasPrice {
  return signed.type === 2
    ? { kind: 'dynamic', maxFeePerGasWei: signed.maxFeePerGas ?? 0n, maxPriorityFeePerGasWei: signed.maxPriorityFeePerGas ?? 0n }
    : { kind: 'legacy', gasPriceWei: signed.gasPrice ?? 0n };
}

/**
 * Signed bytes, once it is proven that they say what was asked, by the sender it was asked of. Error: `SIGNING_REFUSED`, naming
 * the fields that differ.
 */
export function signedAs(asked: ChainTransaction, raw: string): SignedTransaction {
  const signed = readSigned(raw);
  const given = transactionRecord(signed.transaction);
  const wanted = transactionRecord(asked);
  const differing = Object.keys(wanted).filter((field) => JSON.stringify(given[field]) !== JSON.stringify(wanted[field]));
  if (differing.length > 0) {
    throw new CheongsanError(
      'SIGNING_REFUSED',
      `What was signed differs from what was asked in ${differing.join(', ')}; it is not used. Find out why before using this signer again.`,
      { facts: { differing } },
    );
  }
  return signed;
}

/** Plain data to be stored and digested; figures as text, addresses and data in lower case, so that one transaction has one record. */
export function transactionRecord(transaction: ChainTransaction): { readonly [field: string]: Canonical } {
  const { chainId, from, to, valueWei, data, nonce, gasLimit, gasPrice } = transaction;
  return {
    chainId,
    from: from.toLowerCase(),
    to: to.toLowerCase(),
    valueWei: valueWei.toString(),
    data: data.toLowerCase(),
    nonce,
    gasLimit: gasLimit.toString(),
    gasPrice:
      gasPrice.kind === 'dynamic'
        ? {
            kind: 'dynamic',
            maxFeePerGasWei: gasPrice.maxFeePerGasWei.toString(),
            maxPriorityFeePerGasWei: gasPrice.maxPriorityFeePerGasWei.toString(),
          }
        : { kind: 'legacy', gasPriceWei: gasPrice.gasPriceWei.toString() },
  };
}

const wei = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt);
const hexadecimal = z.string().regex(/^0x(?:[0-9a-f]{2})*$/);
const wholeNumber = z.number().int().min(0);

const storedTransaction = z.object({
  chainId: wholeNumber,
  from: hexadecimal.length(42),
  to: hexadecimal.length(42),
  valueWei: wei,
  data: hexadecimal,
  nonce: wholeNumber,
  gasLimit: wei,
  gasPrice: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('dynamic'), maxFeePerGasWei: wei, maxPriorityFeePerGasWei: wei }),
    z.object({ kind: z.literal('legacy'), gasPriceWei: wei }),
  ]),
});

/** The transaction that `transactionRecord` wrote, for `JSON.parse` or a JSON column. Error: `INPUT_INVALID`. */
export function transactionFromRecord(record: unknown): ChainTransaction {
  const parsed = storedTransaction.safeParse(record);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new CheongsanError('INPUT_INVALID', `The stored transaction cannot be read at ${where}.`);
}
