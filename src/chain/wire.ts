import { getAddress } from 'ethers';
import { z } from 'zod';

/*
 * Answers of an EVM node (Ethereum JSON-RPC execution API), as far as they are used. Quantities are hexadecimal text and become
 * bigint; what counts blocks, logs and nonces becomes a number, being far below 2^53.
 */

export const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,64}$/i)
  .transform(BigInt);

export const count = quantity.refine((value) => value <= BigInt(Number.MAX_SAFE_INTEGER), 'is no count').transform(Number);

export const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/i)
  .transform((text) => text.toLowerCase());

export const bytes = z
  .string()
  .regex(/^0x(?:[0-9a-f]{2})*$/i)
  .transform((text) => text.toLowerCase());

const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i)
  .transform((text) => getAddress(text.toLowerCase()));

/** `baseFeePerGas` is absent on chains without EIP-1559. */
export const block = z.object({ number: count, hash, baseFeePerGas: quantity.nullish() });

export const blockWithTransactions = block.extend({ transactions: z.array(z.object({ hash, from: address, nonce: count })) });

export const transaction = z.object({ hash });

export const log = z.object({
  address,
  topics: z.array(hash),
  data: bytes,
  blockNumber: count,
  blockHash: hash,
  transactionHash: hash,
  logIndex: count,
});
export type WireLog = z.infer<typeof log>;

export const receipt = z.object({
  transactionHash: hash,
  from: address,
  blockNumber: count,
  blockHash: hash,
  status: z.enum(['0x0', '0x1']),
  gasUsed: quantity,
  effectiveGasPrice: quantity,
  logs: z.array(log),
});
export type WireReceipt = z.infer<typeof receipt>;
