import { describe, expect, it } from 'vitest';
import { requireAddress } from '../../src/chain/address.ts';
import type { ChainPort, SentTransaction, TransactionReport, WatchedToken } from '../../src/chain/port.ts';
import { planReplacement } from '../../src/chain/replacement.ts';
import { approvalFor, type Signer, signApproved } from '../../src/chain/signer.ts';
import type { PlannedTransfer, SweepPlan } from '../../src/chain/sweep-plan.ts';
import { type SweepOrder, surveySweep } from '../../src/chain/sweep-survey.ts';
import { CoinAmount, Price, Rate } from '../../src/kernel/money.ts';
import { EvmNode } from '../support/evm-node.ts';
import { CAPS, chainOver, ETHER, type SampleWallet, sampleWallet, unlocked } from '../support/sample-wallet.ts';

/** One real node, a seized wallet and the city's, and two tokens of different decimals. */
async function scene() {
  const node = await EvmNode.start();
  const seized = sampleWallet();
  const city = sampleWallet();
  const dollar: WatchedToken = { asset: 'USDX', decimals: 6, contract: await node.deployToken('USDX', 6) };
  const link: WatchedToken = { asset: 'LNK', decimals: 18, contract: await node.deployToken('LNK', 18) };
  return { node, chain: chainOver(node), seized, city, dollar, link };
}

function orderFor(seized: SampleWallet, city: SampleWallet, tokens: readonly WatchedToken[]): SweepOrder {
  return {
    wallet: seized.address,
    nativeDestination: city.address,
    tokens: tokens.map((token) => ({ token, destination: city.address })),
    caps: CAPS,
    reserve: CoinAmount.zero('ETH'),
    prices: new Map([
      ['ETH', Price.of('ETH', '5000000')],
      ['USDX', Price.of('USDX', '1400')],
    ]),
    worthOfFeeMinimum: Rate.of('1'),
  };
}

const kindOf = ({ token }: PlannedTransfer) => (token === undefined ? 'all_less_fee' : 'value');

/** Signs as approved and broadcasts, in the order of the plan. */
async function execute(chain: ChainPort, signer: Signer, plan: SweepPlan): Promise<SentTransaction[]> {
  const { number } = await chain.head();
  const sent: SentTransaction[] = [];
  for (const transfer of plan.transfers) {
    const { transaction } = transfer;
    const signed = await signApproved(signer, transaction, approvalFor(transaction, CAPS, kindOf(transfer)));
    expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted', hash: signed.hash });
    const { from, nonce } = transaction;
    sent.push({ from, nonce, hashes: [signed.hash], nonceReadAtBlock: number, wasSeen: false, includedIn: undefined });
  }
  return sent;
}

function statuses(chain: ChainPort, sent: readonly SentTransaction[]): Promise<TransactionReport[]> {
  return Promise.all(sent.map((each) => chain.status(each)));
}

const amounts = async (chain: ChainPort, address: string, tokens: readonly WatchedToken[]) => {
  const { native, tokens: read } = await chain.balances(address, tokens);
  return [native.toString(), ...read.map((balance) => (balance.kind === 'read' ? balance.amount.toString() : balance.reason))];
};

describe('a sweep on a real node', () => {
  it('moves two tokens and then all native coin in one block', async () => {
    const { node, chain, seized, city, dollar, link } = await scene();
    await node.give(seized.address, ETHER);
    await node.mint(dollar.contract, seized.address, 1_234_567_891n);
    await node.mint(link.contract, seized.address, 7n * ETHER + 1n);
    const before = await chain.head();

    const { plan, unreadable, waitingTransactions } = await surveySweep(chain, orderFor(seized, city, [link, dollar]));
    expect([unreadable, waitingTransactions, plan.left, plan.gasToSendFirst.isZero()]).toEqual([[], 0, [], true]);
    expect(plan.transfers.map(({ asset }) => asset)).toEqual(['USDX', 'LNK', 'ETH']);

    const sent = await execute(chain, await unlocked(seized), plan);
    expect((await statuses(chain, sent)).map(({ status }) => status.kind)).toEqual(['pending', 'pending', 'pending']);
    expect(await chain.nonces(seized.address)).toEqual({ latest: 0, pending: 3 });
    await node.mine();

    const reports = await statuses(chain, sent);
    const fees = reports.flatMap(({ status }) => (status.kind === 'included' && status.outcome === 'success' ? [status.feePaid] : []));
    expect(fees).toHaveLength(3);
    const [, , native] = plan.transfers;
    expect(await amounts(chain, city.address, [dollar, link])).toEqual([native?.amount.toString(), '1234.567891', '7.000000000000000001']);
    const rest = CoinAmount.of('ETH', '1')
      .minus(CoinAmount.sum('ETH', fees))
      .minus(CoinAmount.of('ETH', native?.amount.toString() ?? ''));
    expect(await amounts(chain, seized.address, [dollar, link])).toEqual([rest.toString(), '0', '0']);
    expect(rest.isNegative()).toBe(false);

    const reading = await chain.transfersSince(city.address, [dollar, link], before, 1);
    expect(reading).toMatchObject({
      kind: 'read',
      transfers: [
        { token: dollar, from: seized.address, to: city.address, transactionHash: sent[0]?.hashes[0] },
        { token: link, from: seized.address, to: city.address, transactionHash: sent[1]?.hashes[0] },
      ],
    });
  });

  it('says how much gas is to be sent first, and with exactly that all tokens move', async () => {
    const { node, chain, seized, city, dollar, link } = await scene();
    await node.give(seized.address, 1n);
    await node.mint(dollar.contract, seized.address, 5_000_000_000n);
    await node.mint(link.contract, seized.address, ETHER);
    const order = orderFor(seized, city, [dollar, link]);

    const short = (await surveySweep(chain, order)).plan;
    expect(short.transfers.map(({ asset, isAffordable }) => [asset, isAffordable])).toEqual([
      ['USDX', false],
      ['LNK', false],
    ]);
    expect(short.left).toEqual([{ asset: 'ETH', amount: CoinAmount.of('ETH', '0.000000000000000001'), reason: 'needed_for_gas' }]);
    const signer = await unlocked(seized);
    const [first] = short.transfers;
    if (first === undefined) throw new Error('Nothing was planned.');
    const tooEarly = await signApproved(signer, first.transaction, approvalFor(first.transaction, CAPS, 'value'));
    expect(await chain.broadcast(tooEarly)).toMatchObject({ kind: 'refused', reason: 'insufficient_funds' });

    await node.give(seized.address, 1n + BigInt(short.gasToSendFirst.value.shiftedBy(18).toFixed(0)));
    const sent = await execute(chain, signer, short);
    await node.mine();
    expect((await statuses(chain, sent)).map(({ status }) => status.kind)).toEqual(['included', 'included']);
    const [, ...tokens] = await amounts(chain, city.address, [dollar, link]);
    expect(tokens).toEqual(['5000', '1']);
  });
});

describe('a sweep among troubles', () => {
  it('leaves a token whose contract refuses or lies, and one that refuses meanwhile costs its fee alone', async () => {
    const { node, chain, seized, city, dollar, link } = await scene();
    const paused: WatchedToken = { asset: 'STOP', decimals: 6, contract: await node.deployToken('STOP', 6) };
    const lying: WatchedToken = { asset: 'LIE', decimals: 6, contract: await node.deployToken('LIE', 8) };
    await node.give(seized.address, ETHER);
    const tokens = [dollar, link, paused, lying];
    for (const { contract } of tokens) await node.mint(contract, seized.address, 1_000_000_000n);
    await node.pause(paused.contract, true);

    const { plan, unreadable } = await surveySweep(chain, orderFor(seized, city, tokens));
    expect(plan.left).toEqual([{ asset: 'STOP', amount: CoinAmount.of('STOP', '1000'), reason: 'transfer_reverts' }]);
    expect(unreadable.map(({ token }) => token.asset)).toEqual(['LIE']);
    await node.pause(dollar.contract, true);
    const sent = await execute(chain, await unlocked(seized), plan);
    await node.mine();
    const outcomes = (await statuses(chain, sent)).map(({ status }) => (status.kind === 'included' ? status.outcome : status.kind));
    expect(outcomes).toEqual(['reverted', 'success', 'success']);
    const [, left, gone] = await amounts(chain, seized.address, [dollar, link]);
    expect([left, gone]).toEqual(['1000', '0']);
  });

  it('gives a deposit address that is a contract the gas it needs', async () => {
    const { node, chain, seized, city } = await scene();
    await node.give(seized.address, ETHER);
    const order = { ...orderFor(seized, city, []), nativeDestination: requireAddress(await node.deployForwarder(city.address)) };
    const { plan } = await surveySweep(chain, order);
    expect(plan.transfers[0]?.transaction.gasLimit).toBeGreaterThan(21_000n);
    const [sent] = await execute(chain, await unlocked(seized), plan);
    await node.mine();
    expect(sent && (await chain.status(sent)).status).toMatchObject({ kind: 'included', outcome: 'success' });
    expect((await chain.balances(city.address, [])).native).toEqual(plan.transfers[0]?.amount);
  });

  it('is not planned to the wallet itself, to a token, to a contract that takes nothing, nor without a checksum', async () => {
    const { node, chain, seized, city, dollar } = await scene();
    await node.give(seized.address, ETHER);
    const order = orderFor(seized, city, [dollar]);
    const destinations = [seized.address, requireAddress(dollar.contract), city.address.toLowerCase()];
    for (const destination of destinations) {
      const wrong = [
        { ...order, nativeDestination: destination },
        { ...order, tokens: [{ token: dollar, destination }] },
      ];
      for (const each of wrong) await expect(surveySweep(chain, each)).rejects.toMatchObject({ code: 'ADDRESS_UNUSABLE' });
    }
    const takesNothing = requireAddress(await node.deployTollToken());
    await expect(surveySweep(chain, { ...order, nativeDestination: takesNothing })).rejects.toMatchObject({ code: 'ADDRESS_UNUSABLE' });
  });

  it('is seen to come after what waits already, and a second one moves what the first saved', async () => {
    const { node, chain, seized, city, dollar } = await scene();
    await node.give(seized.address, ETHER);
    await node.mint(dollar.contract, seized.address, 1_000_000_000n);
    const order = orderFor(seized, city, [dollar]);
    const signer = await unlocked(seized);
    const first = await surveySweep(chain, order);
    await execute(chain, signer, first.plan);
    expect(await surveySweep(chain, order)).toMatchObject({ waitingTransactions: 2, input: { firstNonce: 2 } });
    await node.mine();
    // The first left what its fees were less than their highest; nobody asks again until it is not worth its fee.
    for (let round = 0; round < 9; round++) {
      const { plan } = await surveySweep(chain, order);
      if (plan.transfers.length === 0) break;
      await execute(chain, signer, plan);
      await node.mine();
    }
    const last = await surveySweep(chain, order);
    expect(last.plan.left).toMatchObject([{ asset: 'ETH', reason: 'worth_less_than_its_fee' }]);
    expect(last.input.native.balance.isLessThan(CoinAmount.of('ETH', '0.0002'))).toBe(true);
  });
});

/** A native sweep that waits in the pool. */
async function stuckSweep() {
  const { node, chain, seized, city } = await scene();
  await node.give(seized.address, ETHER);
  const { plan } = await surveySweep(chain, orderFor(seized, city, []));
  const [native] = plan.transfers;
  if (native === undefined) throw new Error('Nothing was planned.');
  const approval = approvalFor(native.transaction, CAPS, 'all_less_fee');
  const signer = await unlocked(seized);
  const first = await signApproved(signer, native.transaction, approval);
  const { number } = await chain.head();
  expect((await chain.broadcast(first)).kind).toBe('accepted');
  const sent = { from: seized.address, nonce: 0, hashes: [first.hash], nonceReadAtBlock: number, wasSeen: true, includedIn: undefined };
  expect((await chain.status(sent)).status).toEqual({ kind: 'pending', hash: first.hash });
  return { node, chain, city, signer, approval, native, first, sent };
}

describe('a stuck sweep of native coin', () => {
  it('is replaced by one that sends as much less as it may cost more, under the same approval', async () => {
    const { node, chain, city, signer, approval, native, first, sent } = await stuckSweep();
    const { gasPrice } = await chain.gasPrice(CAPS);
    const replacement = planReplacement(native.transaction, gasPrice, CAPS, 'all_less_fee');
    if (replacement.kind !== 'replacement') throw new Error(replacement.kind);
    const second = await signApproved(signer, replacement.transaction, approval);
    expect((await chain.broadcast(second)).kind).toBe('accepted');
    await node.mine();

    // By the record of both hashes it is the second that happened; by that of the first alone it was replaced.
    const hashes = [first.hash, second.hash];
    expect((await chain.status({ ...sent, hashes })).status).toMatchObject({ kind: 'included', hash: second.hash, outcome: 'success' });
    expect((await chain.status(sent)).status).toMatchObject({ kind: 'replaced', byHash: second.hash, confirmations: 1 });
    expect((await chain.balances(city.address, [])).native.value.shiftedBy(18).toFixed()).toBe(replacement.transaction.valueWei.toString());
    expect(replacement.transaction.valueWei).toBeLessThan(native.transaction.valueWei);
  });

  it('is not replaced at a price that is no higher: the node says so', async () => {
    const { chain, signer, approval, native } = await stuckSweep();
    const { gasPrice } = native.transaction;
    if (gasPrice.kind !== 'dynamic') throw new Error('The test node has EIP-1559.');
    const lower = { ...gasPrice, maxFeePerGasWei: gasPrice.maxFeePerGasWei - 1n };
    const transaction = { ...native.transaction, gasPrice: lower, valueWei: native.transaction.valueWei + native.transaction.gasLimit };
    const answer = await chain.broadcast(await signApproved(signer, transaction, approval));
    expect(answer).toMatchObject({ kind: 'refused', reason: 'replacement_underpriced' });
  });

  it('is dropped when the pool forgets it, and the same bytes may be sent again', async () => {
    const { node, chain, first, sent } = await stuckSweep();
    await node.ask('anvil_dropTransaction', first.hash);
    expect((await chain.status(sent)).status).toEqual({ kind: 'dropped' });
    expect((await chain.status({ ...sent, wasSeen: false })).status.kind).toBe('unknown');
    expect(await chain.broadcast(first)).toEqual({ kind: 'accepted', hash: first.hash });
    expect(await chain.broadcast(first)).toEqual({ kind: 'accepted', hash: first.hash });
    await node.mine(3);
    expect((await chain.status(sent)).status).toMatchObject({ kind: 'included', confirmations: 3 });
  });
});
