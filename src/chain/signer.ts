import { CheongsanError } from '../kernel/errors.ts';
import { isSameAddress } from './address.ts';
import type { GasPriceCaps } from './port.ts';
import { type ChainTransaction, highestGasPriceWei, maximumFeeWei, type SignedTransaction } from './transaction.ts';

/**
 * Whoever holds a key and signs with it. What comes back has been proven to be signed by `address()` and to say what was asked.
 * Errors: `SIGNING_REFUSED` when it does not, `SIGNER_UNAVAILABLE` when there is no signature to be had. No error holds key material.
 */
export interface Signer {
  address(): Promise<string>;
  sign(transaction: ChainTransaction): Promise<SignedTransaction>;
}

/**
 * What the custodians approved of one transaction. The gas price may move below the caps; nothing else may move. `value`: exactly so
 * much native coin. `all_less_fee`: value and highest fee together are exactly so much, so that a replacement at a higher price
 * sends as much less as it costs more.
 */
export interface TransactionApproval {
  readonly chainId: number;
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly nonce: number;
  readonly gasLimitMax: bigint;
  readonly caps: GasPriceCaps;
  readonly native: { readonly kind: 'value' | 'all_less_fee'; readonly wei: bigint };
}

/** The approval that fits a planned transaction: what two custodians are shown and asked for. */
export function approvalFor(
  transaction: ChainTransaction,
  caps: GasPriceCaps,
  kind: TransactionApproval['native']['kind'],
): TransactionApproval {
  const { chainId, from, to, data, nonce, gasLimit, valueWei } = transaction;
  const wei = kind === 'value' ? valueWei : valueWei + maximumFeeWei(transaction);
  return { chainId, from, to, data, nonce, gasLimitMax: gasLimit, caps, native: { kind, wei } };
}

/** What a transaction does beyond its approval; an empty list means that it may be signed. */
export function beyondApproval(approval: TransactionApproval, transaction: ChainTransaction): string[] {
  const { gasPrice, valueWei } = transaction;
  const nativeWei = approval.native.kind === 'value' ? valueWei : valueWei + maximumFeeWei(transaction);
  const tipWei = gasPrice.kind === 'dynamic' ? gasPrice.maxPriorityFeePerGasWei : 0n;
  const isWithin: Readonly<Record<string, boolean>> = {
    chainId: transaction.chainId === approval.chainId,
    from: isSameAddress(transaction.from, approval.from),
    to: isSameAddress(transaction.to, approval.to),
    data: transaction.data.toLowerCase() === approval.data.toLowerCase(),
    nonce: transaction.nonce === approval.nonce,
    gasLimit: transaction.gasLimit <= approval.gasLimitMax,
    maxFeePerGas: highestGasPriceWei(gasPrice) <= approval.caps.maxFeePerGasWei,
    maxPriorityFeePerGas: tipWei <= approval.caps.maxPriorityFeePerGasWei,
    value: nativeWei === approval.native.wei,
  };
  return Object.keys(isWithin).filter((field) => isWithin[field] !== true);
}

/**
 * The only way by which the service has anything signed. Errors: `SIGNING_REFUSED` when the transaction goes beyond its approval or
 * the signer is another than the approved sender; nothing reaches the signer then.
 */
export async function signApproved(
  signer: Signer,
  transaction: ChainTransaction,
  approval: TransactionApproval,
): Promise<SignedTransaction> {
  const beyond = beyondApproval(approval, transaction);
  if (beyond.length > 0) {
    throw new CheongsanError(
      'SIGNING_REFUSED',
      `The transaction differs from its approval in ${beyond.join(', ')}; have it approved anew.`,
      {
        facts: { differing: beyond },
      },
    );
  }
  const address = await signer.address();
  if (!isSameAddress(address, approval.from)) {
    throw new CheongsanError('SIGNING_REFUSED', `The signer is ${address}, but ${approval.from} was approved; choose its signer.`);
  }
  return signer.sign(transaction);
}
