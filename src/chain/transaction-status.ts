import { isSameAddress } from './address.ts';
import type { ChainNode } from './chain-node.ts';
import { tagged } from './chain-node.ts';
import { nativeCoin } from './native.ts';
import type { BlockReference, SentTransaction, TransactionReport, TransactionStatus } from './port.ts';
import { movesIn } from './transfers.ts';
import { amountOf } from './units.ts';
import * as wire from './wire.ts';

/**
 * Where a transaction stands. Only a block that is part of the chain now counts, so a reorganisation shows as the status that holds
 * after it. `replaced` is said only when the other transaction has been found by sender and nonce in such a block.
 */
export async function transactionStatus(node: ChainNode, sent: SentTransaction): Promise<TransactionReport> {
  const status = await statusNow(node, sent);
  const hasMoved = status.kind !== 'included' || status.block.hash !== sent.includedIn?.hash;
  const isGone = sent.includedIn !== undefined && hasMoved && !(await node.isCanonical(sent.includedIn));
  return { status, reorganisedFrom: isGone ? sent.includedIn : undefined };
}

async function statusNow(node: ChainNode, sent: SentTransaction): Promise<TransactionStatus> {
  const included = await findIncluded(node, sent);
  if (included !== undefined) return included;
  const nonceInUse = await node.transactionCount(sent.from, 'latest');
  if (nonceInUse > sent.nonce) {
    // It may have been mined between the two questions.
    return (await findIncluded(node, sent)) ?? (await findReplacement(node, sent));
  }
  for (const hash of sent.hashes.toReversed()) {
    const known = await node.read('eth_getTransactionByHash', wire.transaction.nullable(), hash);
    if (known?.hash === hash.toLowerCase()) return { kind: 'pending', hash };
  }
  return sent.wasSeen || sent.includedIn !== undefined ? { kind: 'dropped' } : { kind: 'unknown', reason: 'the node does not know it' };
}

async function findIncluded(node: ChainNode, sent: SentTransaction): Promise<TransactionStatus | undefined> {
  for (const hash of sent.hashes.toReversed()) {
    const receipt = await node.read('eth_getTransactionReceipt', wire.receipt.nullable(), hash);
    if (receipt === null || receipt.transactionHash !== hash.toLowerCase() || !isSameAddress(receipt.from, sent.from)) continue;
    const block = { number: receipt.blockNumber, hash: receipt.blockHash };
    if (!(await node.isCanonical(block))) continue;
    return {
      kind: 'included',
      hash: receipt.transactionHash,
      block,
      confirmations: await confirmationsOf(node, block),
      outcome: receipt.status === '0x1' ? 'success' : 'reverted',
      feePaid: amountOf(nativeCoin(node.chain.nativeAsset), receipt.gasUsed * receipt.effectiveGasPrice),
      tokenMoves: movesIn(receipt.logs),
    };
  }
  return undefined;
}

async function confirmationsOf(node: ChainNode, block: BlockReference): Promise<number> {
  const head = await node.block('latest');
  return Math.max(1, head.number - block.number + 1);
}

/** The transaction of somebody else, or one that we have no record of, that used the nonce. */
async function findReplacement(node: ChainNode, sent: SentTransaction): Promise<TransactionStatus> {
  const number = await blockThatUsed(node, sent);
  const cannotTell = { kind: 'unknown', reason: 'its nonce is used, but the node does not show by which transaction' } as const;
  if (number === undefined) return cannotTell;
  const block = await node.read('eth_getBlockByNumber', wire.blockWithTransactions.nullable(), tagged(number), true);
  const other = block?.transactions.find(({ from, nonce }) => isSameAddress(from, sent.from) && nonce === sent.nonce);
  if (block === null || other === undefined || sent.hashes.some((hash) => hash.toLowerCase() === other.hash)) return cannotTell;
  const reference = { number: block.number, hash: block.hash };
  return { kind: 'replaced', byHash: other.hash, block: reference, confirmations: await confirmationsOf(node, reference) };
}

/** The first block after which the nonce was used, by halving; undefined when the node keeps no state of that time. */
async function blockThatUsed(node: ChainNode, { from, nonce, nonceReadAtBlock }: SentTransaction): Promise<number | undefined> {
  let before = nonceReadAtBlock;
  let after = (await node.block('latest')).number;
  while (after - before > 1) {
    const middle = before + Math.floor((after - before) / 2);
    const outcome = await node.ask('eth_getTransactionCount', [from, tagged(middle)]);
    if (outcome.kind !== 'answered') return undefined;
    if (node.parse('eth_getTransactionCount', wire.count, outcome.result) > nonce) after = middle;
    else before = middle;
  }
  return after;
}
