import { CheongsanError } from '../kernel/errors.ts';
import type { GasPriceCaps } from './port.ts';
import { type ChainTransaction, type GasPrice, highestGasPriceWei, maximumFeeWei } from './transaction.ts';

/**
 * What nodes ask of a transaction that takes another's place: Geth 10% more in fee cap and in tip, others an eighth. An eighth more
 * in both satisfies all.
 */
const BUMP_NUMERATOR = 9n;
const BUMP_DENOMINATOR = 8n;

export type Replacement =
  | { readonly kind: 'replacement'; readonly transaction: ChainTransaction }
  /** Policy does not allow what it takes; it waits, or the caps are raised by a person. */
  | { readonly kind: 'above_caps'; readonly needed: GasPrice }
  /** Native coin that is swept does not cover the higher fee. */
  | { readonly kind: 'not_worth_it' };

/**
 * The transaction that takes the place of one that is stuck: same nonce, receiver and data, at a price at least an eighth higher and
 * not below the present one. With `all_less_fee` it sends as much less as its fee can be more. Pure.
 */
export function planReplacement(
  stuck: ChainTransaction,
  present: GasPrice,
  caps: GasPriceCaps,
  native: 'value' | 'all_less_fee',
): Replacement {
  const gasPrice = bumped(stuck.gasPrice, present);
  const tipWei = gasPrice.kind === 'dynamic' ? gasPrice.maxPriorityFeePerGasWei : 0n;
  if (highestGasPriceWei(gasPrice) > caps.maxFeePerGasWei || tipWei > caps.maxPriorityFeePerGasWei) {
    return { kind: 'above_caps', needed: gasPrice };
  }
  if (native === 'value') return { kind: 'replacement', transaction: { ...stuck, gasPrice } };
  const valueWei = stuck.valueWei + maximumFeeWei(stuck) - maximumFeeWei({ gasLimit: stuck.gasLimit, gasPrice });
  return valueWei > 0n ? { kind: 'replacement', transaction: { ...stuck, gasPrice, valueWei } } : { kind: 'not_worth_it' };
}

function bumped(stuck: GasPrice, present: GasPrice): GasPrice {
  if (stuck.kind === 'legacy' && present.kind === 'legacy') {
    return { kind: 'legacy', gasPriceWei: larger(raised(stuck.gasPriceWei), present.gasPriceWei) };
  }
  if (stuck.kind === 'dynamic' && present.kind === 'dynamic') {
    return {
      kind: 'dynamic',
      maxFeePerGasWei: larger(raised(stuck.maxFeePerGasWei), present.maxFeePerGasWei),
      maxPriorityFeePerGasWei: larger(raised(stuck.maxPriorityFeePerGasWei), present.maxPriorityFeePerGasWei),
    };
  }
  throw new CheongsanError(
    'INPUT_INVALID',
    `A ${stuck.kind} transaction cannot be replaced at a ${present.kind} price; ask the chain again.`,
  );
}

/** An eighth more, rounded up, and more by one at least. */
function raised(wei: bigint): bigint {
  return larger((wei * BUMP_NUMERATOR + BUMP_DENOMINATOR - 1n) / BUMP_DENOMINATOR, wei + 1n);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
