import { Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEvmChain } from '../../src/chain/evm-chain.ts';
import { AllowedNodes } from '../../src/chain/node-list.ts';
import type { SentTransaction, WatchedToken } from '../../src/chain/port.ts';
import { approvalFor, signApproved } from '../../src/chain/signer.ts';
import { type ChainTransaction, tokenTransferData } from '../../src/chain/transaction.ts';
import { createLog } from '../../src/kernel/log.ts';
import { EvmNode, type Interference, interposed } from '../support/evm-node.ts';
import { CAPS, chainOver, ETHER, GWEI, PASSWORD, type SampleWallet, sampleWallet, unlocked } from '../support/sample-wallet.ts';

let node: EvmNode;
beforeAll(async () => {
  node = await EvmNode.start();
});

const gasPrice = { kind: 'dynamic', maxFeePerGasWei: 20n * GWEI, maxPriorityFeePerGasWei: GWEI } as const;

function transfer(from: SampleWallet, to: string, more: Partial<ChainTransaction> = {}): ChainTransaction {
  const { chainId } = node;
  return { chainId, from: from.address, to, valueWei: ETHER / 10n, data: '0x', nonce: 0, gasLimit: 100_000n, gasPrice, ...more };
}

async function signed(wallet: SampleWallet, transaction: ChainTransaction) {
  return signApproved(await unlocked(wallet), transaction, approvalFor(transaction, CAPS, 'value'));
}

async function fundedWallet(): Promise<SampleWallet> {
  const wallet = sampleWallet();
  await node.give(wallet.address, ETHER);
  return wallet;
}

function sentFrom(wallet: SampleWallet, hash: string, more: Partial<SentTransaction> = {}): SentTransaction {
  return { from: wallet.address, nonce: 0, hashes: [hash], nonceReadAtBlock: 0, wasSeen: false, includedIn: undefined, ...more };
}

describe('the node', () => {
  it('must be on the list, by name or address', () => {
    const nodes = new AllowedNodes([{ name: 'one', url: 'https://node.example/key' }]);
    expect(nodes.node('one')).toBe(nodes.node('https://node.example/key'));
    const options = { chain: { code: 'sample-net', chainId: 1, nativeAsset: 'ETH' }, nodes, timeoutMs: 1_000 };
    for (const other of ['two', 'https://node.example/other', 'https://node.example.evil/key', node.url]) {
      expect(() => openEvmChain({ ...options, node: other })).toThrow(expect.objectContaining({ code: 'CHAIN_NODE_NOT_ALLOWED' }));
    }
  });

  it.each(['http://node.example', 'ftp://127.0.0.1', 'https://user:word@node.example', 'node.example'])('is not listed at %s', (url) => {
    expect(() => new AllowedNodes([{ name: 'one', url }])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('is asked nothing more when it serves another chain', async () => {
    const asked: string[] = [];
    const url = await interposed(node, (method) => {
      asked.push(method);
      return undefined;
    });
    const nodes = new AllowedNodes([{ name: 'one', url }]);
    const chain = openEvmChain({ chain: { code: 'ethereum', chainId: 1, nativeAsset: 'ETH' }, nodes, node: 'one', timeoutMs: 5_000 });
    const wallet = await fundedWallet();
    const mismatch = expect.objectContaining({ code: 'CHAIN_MISMATCH' });
    await expect(chain.balances(wallet.address, [])).rejects.toEqual(mismatch);
    await expect(chain.broadcast(await signed(wallet, transfer(wallet, wallet.address, { chainId: 1 })))).rejects.toEqual(mismatch);
    await expect(chain.broadcast(await signed(wallet, transfer(wallet, wallet.address)))).rejects.toEqual(mismatch);
    expect(new Set(asked)).toEqual(new Set(['eth_chainId']));
  });

  const broken: Record<string, ReturnType<Interference>> = {
    'no JSON': { status: 200, body: '<html>' },
    'a failure': { status: 503, body: 'down' },
    'a success with the status of a failure': { status: 500, body: { result: '0x1' } },
    'a quantity that is none': { status: 200, body: { result: 'many' } },
    'a number that has lost digits': { status: 200, body: { result: 1e21 } },
    silence: 'silence',
  };
  it.each(Object.keys(broken))('whose answer is %s is unavailable, asked once', async (kind) => {
    let asked = 0;
    const url = await interposed(node, (method) => {
      if (method !== 'eth_getBalance') return undefined;
      asked += 1;
      return broken[kind];
    });
    const chain = chainOver(node, { url, timeoutMs: 500 });
    await expect(chain.balances(sampleWallet().address, [])).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect(asked).toBe(1);
  });

  it('is not followed elsewhere, and its errors are told without what looks like a key', async () => {
    const secret = 'ab'.repeat(32);
    const url = await interposed(node, (method) =>
      method === 'eth_getBalance' ? { status: 200, body: { error: { code: -32_000, message: `no ${secret} here` } } } : undefined,
    );
    const error = await chainOver(node, { url })
      .balances(sampleWallet().address, [])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CHAIN_REFUSED', message: expect.stringContaining('no [hexadecimal] here') });
    expect(JSON.stringify(error)).not.toContain(secret);
  });
});

describe('balances', () => {
  it('are exact, of one block, and a token at fault does not hide the others', async () => {
    const { address } = sampleWallet();
    const good: WatchedToken = { asset: 'FINE', decimals: 18, contract: await node.deployToken('FINE', 18) };
    const empty: WatchedToken = { asset: 'NONE', decimals: 18, contract: sampleWallet().address };
    const wrong: WatchedToken = { asset: 'WRONG', decimals: 6, contract: await node.deployToken('WRONG', 8) };
    const deep: WatchedToken = { asset: 'DEEP', decimals: 18, contract: await node.deployToken('DEEP', 24) };
    await node.mint(good.contract, address, 123_456_789_012_345_678_901n);
    await node.give(address, 9_007_199_254_740_993n);
    const chain = chainOver(node);
    const read = await chain.balances(address.toLowerCase(), [good, empty, wrong, deep]);
    expect(read).toMatchObject({ holder: address, block: await chain.head(), transactionCount: 0 });
    expect(read.native.toString()).toBe('0.009007199254740993');
    expect(read.tokens.map((token) => (token.kind === 'read' ? token.amount.toString() : token.reason))).toEqual([
      '123.456789012345678901',
      expect.stringContaining('nothing answers there'),
      'recorded with 6 decimals, its contract says 8',
      expect.stringContaining('24 decimals'),
    ]);
  });

  it('are not given of a block that was replaced meanwhile', async () => {
    let isTurned = false;
    const url = await interposed(node, (method) => {
      if (method === 'eth_getTransactionCount') isTurned = true;
      return isTurned && method === 'eth_getBlockByNumber'
        ? { status: 200, body: { result: { number: '0x1', hash: `0x${'ee'.repeat(32)}` } } }
        : undefined;
    });
    await expect(chainOver(node, { url }).balances(sampleWallet().address, [])).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
  });

  it('need a token that describes itself', async () => {
    const chain = chainOver(node);
    const contract = await node.deployToken('표본 USD', 6);
    expect(await chain.describeToken(contract)).toEqual({ contract: expect.any(String), symbol: '표본 USD', decimals: 6 });
    expect(await chain.describeToken(await node.deployTollToken())).toMatchObject({ symbol: 'TOLL', decimals: 6 });
    for (const address of [sampleWallet().address, await node.deployForwarder(sampleWallet().address), await node.deployToken('', 6)]) {
      await expect(chain.describeToken(address)).rejects.toMatchObject({ code: 'TOKEN_UNUSABLE' });
    }
    await expect(chain.describeToken('0x12')).rejects.toMatchObject({ code: 'ADDRESS_UNUSABLE' });
  });
});

describe('gas', () => {
  it('is quoted from the block and the pool, never above the caps', async () => {
    const chain = chainOver(node);
    const free = await chain.gasPrice(CAPS);
    expect(free.isEnoughNow).toBe(true);
    const caps = { maxFeePerGasWei: 7n, maxPriorityFeePerGasWei: 3n };
    const gasPrice = { kind: 'dynamic', maxFeePerGasWei: 7n, maxPriorityFeePerGasWei: 3n };
    expect(await chain.gasPrice(caps)).toEqual({ gasPrice, marketGasPriceWei: free.marketGasPriceWei, isEnoughNow: false });
  });

  it('has one price on a chain without EIP-1559, and a sweep there is legacy', async () => {
    const old = await EvmNode.start({ isLegacy: true });
    const chain = chainOver(old);
    const quote = await chain.gasPrice(CAPS);
    expect(quote).toMatchObject({ gasPrice: { kind: 'legacy', gasPriceWei: quote.marketGasPriceWei }, isEnoughNow: true });
    const wallet = sampleWallet();
    await old.give(wallet.address, ETHER);
    const made = await signed(wallet, transfer(wallet, sampleWallet().address, { gasPrice: quote.gasPrice }));
    expect(await chain.broadcast(made)).toEqual({ kind: 'accepted', hash: made.hash });
    await old.mine();
    expect((await chain.status(sentFrom(wallet, made.hash))).status).toMatchObject({ kind: 'included', outcome: 'success' });
  });

  it('is estimated, and a call that reverts says so', async () => {
    const chain = chainOver(node);
    const wallet = await fundedWallet();
    const contract = await node.deployToken('STOP', 6);
    await node.mint(contract, wallet.address, 5n);
    const call = { from: wallet.address, to: contract, valueWei: 0n, data: tokenTransferData(sampleWallet().address, 5n) };
    expect(await chain.estimateGas(call)).toEqual({ kind: 'estimated', gas: expect.any(BigInt) });
    await node.pause(contract, true);
    expect(await chain.estimateGas(call)).toMatchObject({ kind: 'reverts', reason: expect.stringContaining('paused') });
  });
});

describe('a broadcast', () => {
  it('whose answer is lost is unknown, and is settled by its hash', async () => {
    const wallet = await fundedWallet();
    const url = await interposed(node, (method) => (method === 'eth_sendRawTransaction' ? 'silence' : undefined));
    const chain = chainOver(node, { url, timeoutMs: 500 });
    const made = await signed(wallet, transfer(wallet, sampleWallet().address));
    expect(await chain.broadcast(made)).toEqual({ kind: 'unknown', reason: 'no answer in time' });
    expect((await chain.status(sentFrom(wallet, made.hash))).status).toEqual({ kind: 'pending', hash: made.hash });
  });

  it('is refused only for a reason that nodes are known to name', async () => {
    const wallet = await fundedWallet();
    const to = sampleWallet().address;
    const chain = chainOver(node);
    const answers = await Promise.all(
      [
        { valueWei: 2n * ETHER },
        { gasLimit: 20_000n },
        { gasLimit: 10n ** 9n, gasPrice: { ...gasPrice, maxFeePerGasWei: GWEI * 2n, maxPriorityFeePerGasWei: 0n }, valueWei: 0n },
      ].map(async (more) => chain.broadcast(await signed(wallet, transfer(wallet, to, more)))),
    );
    expect(answers).toMatchObject([
      { kind: 'refused', reason: 'insufficient_funds' },
      { kind: 'refused', reason: 'gas_too_low' },
      { kind: 'refused' },
    ]);
    await chain.broadcast(await signed(wallet, transfer(wallet, to)));
    await node.mine();
    const again = await signed(wallet, transfer(wallet, to, { valueWei: 1n }));
    expect(await chain.broadcast(again)).toMatchObject({ kind: 'refused', reason: 'nonce_used' });

    const url = await interposed(node, (method) =>
      method === 'eth_sendRawTransaction' ? { status: 200, body: { error: { code: -32_603, message: 'internal error' } } } : undefined,
    );
    expect(await chainOver(node, { url }).broadcast(again)).toEqual({ kind: 'unknown', reason: 'internal error' });
  });

  it('of another chain never reaches the node', async () => {
    const asked: string[] = [];
    const url = await interposed(node, (method) => {
      asked.push(method);
      return undefined;
    });
    const wallet = await fundedWallet();
    const made = await signed(wallet, transfer(wallet, wallet.address, { chainId: 1 }));
    await expect(chainOver(node, { url }).broadcast(made)).rejects.toMatchObject({ code: 'CHAIN_MISMATCH' });
    expect(asked).toEqual([]);
  });

  it('of unreadable bytes never reaches the node', async () => {
    for (const raw of ['0x', '0x02f8', `0x${'00'.repeat(80)}`, 'no']) {
      await expect(chainOver(node).broadcast({ raw })).rejects.toMatchObject({ code: 'SIGNING_REFUSED' });
    }
  });
});

describe('the log', () => {
  it('and the errors never hold a key, a password or signed bytes', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write(piece: Buffer, _, done) {
        lines.push(piece.toString('utf8'));
        done();
      },
    });
    const log = createLog({ level: 'trace', destination });
    const wallet = await fundedWallet();
    const chain = chainOver(node, { log });
    const signer = await unlocked(wallet);
    const transaction = transfer(wallet, sampleWallet().address, { valueWei: 5n * ETHER });
    const made = await signApproved(signer, transaction, approvalFor(transaction, CAPS, 'value'));
    const answer = await chain.broadcast(made);
    log.error(
      { signer, answer, err: new Error('told', { cause: await chain.broadcast({ raw: '0x00' }).catch((thrown: unknown) => thrown) }) },
      'sample',
    );
    const told = lines.join('');
    expect(told).toContain('eth_sendRawTransaction');
    for (const secret of [wallet.privateKey.slice(2), PASSWORD, made.raw.slice(2)]) expect(told).not.toContain(secret);
  });
});
