import { beforeEach, describe, expect, it } from 'vitest';
import { nativeDifference } from '../../src/chain/native.ts';
import type { BlockReference, ChainPort, SentTransaction, TransactionStatus, WatchedToken } from '../../src/chain/port.ts';
import { approvalFor, signApproved } from '../../src/chain/signer.ts';
import { type ChainTransaction, type SignedTransaction, tokenTransferData } from '../../src/chain/transaction.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { EvmNode, interposed } from '../support/evm-node.ts';
import { CAPS, chainOver, ETHER, GWEI, type SampleWallet, sampleWallet, unlocked } from '../support/sample-wallet.ts';

let node: EvmNode;
let chain: ChainPort;
let wallet: SampleWallet;
beforeEach(async () => {
  node = await EvmNode.start();
  chain = chainOver(node);
  wallet = sampleWallet();
  await node.give(wallet.address, ETHER);
  await node.mine(5);
});

const gasPrice = { kind: 'dynamic', maxFeePerGasWei: 20n * GWEI, maxPriorityFeePerGasWei: GWEI } as const;

/** Signs and broadcasts; the record is what a service would keep. */
async function send(more: Partial<ChainTransaction> = {}): Promise<{ sent: SentTransaction; signed: SignedTransaction }> {
  const to = sampleWallet().address;
  const plain = { chainId: node.chainId, from: wallet.address, to, valueWei: 7n, data: '0x', nonce: 0, gasLimit: 100_000n, gasPrice };
  const transaction = { ...plain, ...more };
  const { number } = await chain.head();
  const signed = await signApproved(await unlocked(wallet), transaction, approvalFor(transaction, CAPS, 'value'));
  expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted', hash: signed.hash });
  const { nonce } = transaction;
  const sent = { from: wallet.address, nonce, hashes: [signed.hash], nonceReadAtBlock: number, wasSeen: false, includedIn: undefined };
  return { sent, signed };
}

function included(status: TransactionStatus) {
  if (status.kind !== 'included') throw new Error(`The transaction is ${status.kind}.`);
  return status;
}

describe('a transaction', () => {
  it('counts its confirmations and its exact fee', async () => {
    const { sent, signed } = await send();
    await node.mine(4);
    const status = included((await chain.status(sent)).status);
    expect(status).toMatchObject({ hash: signed.hash, confirmations: 4, outcome: 'success', tokenMoves: [] });
    const { native } = await chain.balances(wallet.address, []);
    expect(native.plus(status.feePaid).toString()).toBe('0.999999999999999993');
  });

  it('that reverts moved nothing and cost its fee', async () => {
    const contract = await node.deployToken('STOP', 6);
    await node.mint(contract, wallet.address, 5n);
    await node.pause(contract, true);
    const { sent } = await send({ to: contract, valueWei: 0n, data: tokenTransferData(sampleWallet().address, 5n) });
    await node.mine();
    const status = included((await chain.status(sent)).status);
    expect([status.outcome, status.tokenMoves, status.feePaid.isPositive()]).toEqual(['reverted', [], true]);
  });

  it('tells by its logs what arrived, which a token may make less than was sent', async () => {
    const contract = await node.deployTollToken();
    await node.mint(contract, wallet.address, 1_000n);
    const to = sampleWallet().address;
    const { sent } = await send({ to: contract, valueWei: 0n, data: tokenTransferData(to, 1_000n) });
    await node.mine();
    const { tokenMoves } = included((await chain.status(sent)).status);
    expect(tokenMoves.map((move) => [move.to, move.units])).toEqual([
      [to, 990n],
      [tokenMoves[0]?.contract, 10n],
    ]);
  });

  it('of somebody else with the same key replaces ours, found however many blocks later', async () => {
    const { sent, signed } = await send();
    await node.ask('anvil_dropTransaction', signed.hash);
    const other = await send({ valueWei: 8n });
    await node.mine(37);
    const { status } = await chain.status(sent);
    expect(status).toMatchObject({ kind: 'replaced', byHash: other.signed.hash, confirmations: 37 });
    expect(await chain.broadcast(signed)).toMatchObject({ kind: 'refused', reason: 'nonce_used' });
  });

  it('is never called replaced by a node that cannot show by what', async () => {
    const { sent, signed } = await send();
    await node.ask('anvil_dropTransaction', signed.hash);
    await send({ valueWei: 8n });
    await node.mine(9);
    let counted = 0;
    const url = await interposed(node, (method) => {
      if (method === 'eth_getTransactionCount') counted += 1;
      const pruned = { status: 200, body: { error: { code: -32_000, message: 'missing trie node' } } };
      return method === 'eth_getTransactionCount' && counted > 1 ? pruned : undefined;
    });
    expect((await chainOver(node, { url }).status(sent)).status).toMatchObject({ kind: 'unknown' });
  });
});

describe('a node that lags behind itself', () => {
  it('and has our transaction in a block, but no receipt yet, does not make it replaced', async () => {
    const { sent } = await send();
    await node.mine(2);
    const none = { status: 200, body: { result: null } };
    const url = await interposed(node, (method) => (method === 'eth_getTransactionReceipt' ? none : undefined));
    expect((await chainOver(node, { url }).status(sent)).status.kind).toBe('unknown');
  });
});

describe('a reorganisation', () => {
  async function includedOnce() {
    const { sent, signed } = await send();
    await node.mine(2);
    const { block } = included((await chain.status(sent)).status);
    return { signed, recorded: { ...sent, wasSeen: true, includedIn: block } };
  }

  it('takes an included transaction out: dropped, and pending again once its bytes are sent anew', async () => {
    const { signed, recorded } = await includedOnce();
    expect((await chain.status(recorded)).reorganisedFrom).toBeUndefined();
    await node.ask('anvil_reorg', 3, []);
    expect(await chain.status(recorded)).toEqual({ status: { kind: 'dropped' }, reorganisedFrom: recorded.includedIn });
    expect((await chain.broadcast(signed)).kind).toBe('accepted');
    expect(await chain.status(recorded)).toEqual({
      status: { kind: 'pending', hash: signed.hash },
      reorganisedFrom: recorded.includedIn,
    });
    await node.mine();
    const again = await chain.status(recorded);
    expect(again).toMatchObject({ status: { kind: 'included', confirmations: 1 }, reorganisedFrom: recorded.includedIn });
  });

  it('is told of by a node that still shows the receipt of the abandoned block', async () => {
    const { recorded } = await includedOnce();
    const block: BlockReference | undefined = recorded.includedIn;
    const url = await interposed(node, (method) => {
      if (method !== 'eth_getBlockByNumber') return undefined;
      return {
        status: 200,
        body: { result: { number: `0x${(block?.number ?? 0).toString(16)}`, hash: `0x${'ee'.repeat(32)}`, transactions: [] } },
      };
    });
    const report = await chainOver(node, { url }).status(recorded);
    expect(report.status.kind).not.toBe('included');
    expect(report.reorganisedFrom).toEqual(block);
  });

  it('is seen by whoever reads transfers onward from a block', async () => {
    const token: WatchedToken = { asset: 'FINE', decimals: 6, contract: await node.deployToken('FINE', 6) };
    const start = await chain.head();
    await node.mint(token.contract, wallet.address, 1_500_000n);
    await node.mine(3);
    const first = await chain.transfersSince(wallet.address, [token], start, 1);
    if (first.kind !== 'read') throw new Error('The chain stood still.');
    expect(first.transfers.map(({ amount, to }) => [amount.toString(), to])).toEqual([['1.5', wallet.address]]);
    expect(await chain.transfersSince(wallet.address, [token], first.readTo, 1)).toEqual({ ...first, transfers: [] });
    // With more confirmations asked than there are, nothing is old enough yet.
    expect(await chain.transfersSince(wallet.address, [token], start, 50)).toEqual({ kind: 'read', transfers: [], readTo: start });
    await node.ask('anvil_reorg', 4, []);
    expect(await chain.transfersSince(wallet.address, [token], first.readTo, 1)).toEqual({ kind: 'reorganised' });
    expect(await chain.transfersSince(wallet.address, [token], start, 1)).toMatchObject({ kind: 'read', transfers: [] });
    // Shorter than it was, the chain has no block of that number at all.
    await node.ask('anvil_rollback', 2);
    expect(await chain.transfersSince(wallet.address, [token], first.readTo, 1)).toEqual({ kind: 'reorganised' });
  });
});

describe('transfers that are read while the chain turns', () => {
  it('are not told: blocks of two histories may be among them', async () => {
    const token: WatchedToken = { asset: 'FINE', decimals: 6, contract: await node.deployToken('FINE', 6) };
    const start = await chain.head();
    await node.mine(3);
    let blocksAfterLogs = -1;
    const url = await interposed(node, (method) => {
      if (method === 'eth_getLogs') blocksAfterLogs = 0;
      if (method !== 'eth_getBlockByNumber' || blocksAfterLogs < 0) return undefined;
      blocksAfterLogs += 1;
      // The block that was begun from still stands; the one that was read to does not.
      return blocksAfterLogs === 1 ? undefined : { status: 200, body: { result: { number: '0x9', hash: `0x${'ee'.repeat(32)}` } } };
    });
    expect(await chainOver(node, { url }).transfersSince(wallet.address, [token], start, 1)).toEqual({ kind: 'reorganised' });
  });
});

describe('native receipts', () => {
  it('are what a balance rose by beyond our own transactions', async () => {
    const before = await chain.balances(wallet.address, []);
    const { sent } = await send({ valueWei: ETHER / 4n });
    await node.transact({ to: wallet.address, value: '0x64' });
    const { feePaid } = included((await chain.status(sent)).status);
    const after = await chain.balances(wallet.address, []);
    const own = [{ amount: CoinAmount.of('ETH', '0.25'), feePaid }];
    expect(nativeDifference(before, after, own)).toEqual({
      unexplained: CoinAmount.of('ETH', '0.0000000000000001'),
      foreignTransactions: 0,
    });
    // Were it not ours, somebody else would have the key.
    const foreign = nativeDifference(before, after, []);
    expect([foreign.unexplained.isNegative(), foreign.foreignTransactions]).toEqual([true, 1]);
  });
});
