import { CheongsanError } from '../kernel/errors.ts';
import type { ChainNode } from './chain-node.ts';
import type { BroadcastAnswer, BroadcastRefusal } from './port.ts';
import { readSigned } from './transaction.ts';
import * as wire from './wire.ts';

/*
 * What nodes say when they do not take a transaction, since JSON-RPC has no codes for it (Geth's core/txpool and core errors, which
 * Nethermind, Besu, Erigon and Reth follow in wording). Whatever is not listed is no proof that nothing was taken.
 */
const REFUSALS: readonly (readonly [RegExp, BroadcastRefusal])[] = [
  [/nonce (?:is )?too low|nonce has already been used|oldnonce/i, 'nonce_used'],
  [/replacement transaction underpriced|replacementnotallowed|could not replace existing/i, 'replacement_underpriced'],
  [/insufficient (?:funds|balance)|insufficientfunds/i, 'insufficient_funds'],
  [/intrinsic gas too low|floor data gas|gaslimittoolow/i, 'gas_too_low'],
  [/exceeds block gas limit|gas limit reached|gaslimitexceeded|intrinsic gas too high/i, 'gas_too_high'],
  [
    /tip above fee cap|(?:max )?priority fee per gas (?:is )?(?:higher|greater)|max fee per gas less than block base fee|tx fee .* exceeds/i,
    'fee_invalid',
  ],
  [/underpriced|feetoolow/i, 'underpriced'],
  [/invalid (?:sender|chain ?id)|\brlp\b|typenotsupported|transaction type not supported/i, 'malformed'],
];

/** The node had it before: its pool holds it, which is all that sending was for. */
const KNOWN = /already known|known transaction|alreadyknown|already imported/i;

/** Sends signed bytes once. Errors before anything is sent: `SIGNING_REFUSED` for unreadable bytes, `CHAIN_MISMATCH`. */
export async function broadcast(node: ChainNode, raw: string): Promise<BroadcastAnswer> {
  const { hash, transaction } = readSigned(raw);
  if (transaction.chainId !== node.chain.chainId) {
    throw new CheongsanError(
      'CHAIN_MISMATCH',
      `The transaction is signed for chain ${transaction.chainId}, but ${node.chain.code} is chain ${node.chain.chainId}; nothing was sent.`,
    );
  }
  const outcome = await node.ask('eth_sendRawTransaction', [raw]);
  if (outcome.kind === 'lost') return { kind: 'unknown', reason: outcome.reason };
  if (outcome.kind === 'answered') {
    const answered = wire.hash.safeParse(outcome.result);
    return answered.success && answered.data === hash
      ? { kind: 'accepted', hash }
      : { kind: 'unknown', reason: 'the node answered with another hash' };
  }
  const { message } = outcome;
  if (KNOWN.test(message)) return { kind: 'accepted', hash };
  const reason = REFUSALS.find(([pattern]) => pattern.test(message))?.[1];
  return reason === undefined ? { kind: 'unknown', reason: message } : { kind: 'refused', reason, message };
}
