import { Wallet } from 'ethers';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { confirmDepositAddress } from '../../src/custody/deposit-address-confirmation.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import { type Interference, interposed } from '../support/evm-node.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { killWaiting } from '../support/kill-waiting.ts';
import { ETHER, GWEI } from '../support/sample-wallet.ts';
import { type Custody, endCustody, later, startCustody } from './custody-fixture.ts';
import { agree, alertCodes, approveBoth, fill, propose, register, type SeizedScene, seizedScene, transfersOf } from './wallet-fixture.ts';

let custody: Custody;
let scene: SeizedScene;
let walletId: number;
/** What happens to questions on their way to the node. */
let interfere: Interference;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

beforeEach(async () => {
  interfere = () => undefined;
  await custody.database.read.alert.updateMany({
    where: { acknowledgedAt: null },
    data: { acknowledgedAt: custody.clock.now(), acknowledgedById: custody.officer.userId },
  });
  scene = await seizedScene(custody, { url: (node) => interposed(node, (method) => interfere(method)) });
  await fill(scene);
  ({ walletId } = await register(scene));
});

async function approved(): Promise<void> {
  await approveBoth(scene, (await propose(scene, walletId)).approval);
}

function tend(): Promise<void> {
  return tendWallet(scene.parts, walletId);
}

async function states(): Promise<string[]> {
  return (await transfersOf(scene, walletId)).map(({ state }) => state);
}

async function newAlerts(): Promise<string[]> {
  const open = await custody.database.read.alert.findMany({ where: { acknowledgedAt: null }, orderBy: { id: 'asc' } });
  return open.map(({ code }) => code);
}

/** The effect at the other side: what the chain counts as sent by the wallet. */
async function sentOnChain(): Promise<number> {
  return Number(await scene.node.ask('eth_getTransactionCount', scene.seized.address, 'latest'));
}

async function dyingWhileLocked(table: string): Promise<void> {
  const client = new pg.Client({ connectionString: custody.superuserUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
    const outcome = expect(tend()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await killWaiting(client);
    await outcome;
    await client.query('ROLLBACK');
  } finally {
    await client.end();
  }
}

async function endsOnce(): Promise<void> {
  await tend();
  await scene.node.mine(13);
  await tend();
  expect(await states()).toEqual(['settled', 'settled', 'settled']);
  expect(await sentOnChain()).toBe(3);
  const transfers = await transfersOf(scene, walletId);
  const entries = await custody.database.read.ledgerEntry.count({
    where: { cause: { in: transfers.map(({ id }) => `wallet_transfer:${id}`) } },
  });
  expect(entries).toBe(3);
  expect(await brokenInvariants(custody.database)).toEqual([]);
}

describe('a sweep has one effect although the service dies', () => {
  it('while a signature is kept', async () => {
    await approved();
    await dyingWhileLocked('wallet_transfer_hash');
    expect(await sentOnChain()).toBe(0);
    await endsOnce();
  });

  it('between signing and sending', async () => {
    await approved();
    interfere = (method) => (method === 'eth_sendRawTransaction' ? { status: 502, body: 'gone' } : undefined);
    await tend();
    expect(await states()).toEqual(['signed', 'signed', 'signed']);
    const before = (await transfersOf(scene, walletId)).flatMap(({ hashes }) => hashes.map(({ transactionId }) => transactionId));
    interfere = () => undefined;
    await endsOnce();
    const after = (await transfersOf(scene, walletId)).flatMap(({ hashes }) => hashes.map(({ transactionId }) => transactionId));
    expect(after).toEqual(before);
  });

  it('between sending and booking', async () => {
    await approved();
    await tend();
    await scene.node.mine(13);
    await dyingWhileLocked('ledger_entry');
    await endsOnce();
  });
});

describe('a sweep', () => {
  it('is not sent on the word of one custodian', async () => {
    const { approval } = await propose(scene, walletId);
    await agree(custody, custody.approver, approval);
    await tend();
    expect(await states()).toEqual(['planned', 'planned', 'planned']);
    await expect(agree(custody, custody.approver, approval)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(propose(scene, walletId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('that waits too long is replaced under the same approval', async () => {
    await approved();
    await tend();
    later(custody, 11 * 60);
    await scene.node.ask('anvil_setNextBlockBaseFeePerGas', `0x${(2n * GWEI).toString(16)}`);
    await tend();
    const transfers = await transfersOf(scene, walletId);
    expect(transfers.map(({ hashes }) => hashes.length)).toEqual([2, 2, 2]);
    await scene.node.mine(13);
    await tend();
    expect(await states()).toEqual(['settled', 'settled', 'settled']);
    expect(await sentOnChain()).toBe(3);
    for (const { hashes, transactionHash } of await transfersOf(scene, walletId)) expect(hashes[1]?.transactionId).toBe(transactionHash);
    const [, , native] = await transfersOf(scene, walletId);
    expect(native?.hashes[1]?.quantity.lessThan(native.hashes[0]?.quantity ?? 0)).toBe(true);
    expect(await brokenInvariants(custody.database)).toEqual([]);
  });

  it('is open again when a reorganisation takes its blocks back', async () => {
    await approved();
    await tend();
    const snapshot = await scene.node.ask('evm_snapshot');
    await scene.node.mine();
    await tend();
    expect(await states()).toEqual(['included', 'included', 'included']);
    await scene.node.ask('evm_revert', snapshot);
    await scene.node.ask('anvil_dropAllTransactions');
    await scene.node.mine(2);
    await tend();
    expect(await states()).toEqual(['signed', 'signed', 'signed']);
    const events = await custody.database.read.auditEvent.count({ where: { action: 'wallet.inclusion_taken_back' } });
    expect(events).toBe(3);
    await endsOnce();
  });
});

describe('before anything is sent', () => {
  it('gas that the wallet lacks comes from the city, and is not taken for the taxpayer’s', async () => {
    await scene.node.give(scene.seized.address, 0n);
    const poor = await seizedScene(custody, { url: (node) => interposed(node, (method) => interfere(method)) });
    await poor.node.mint(poor.link.contract, poor.seized.address, ETHER);
    scene = poor;
    ({ walletId } = await register(poor));
    await approved();
    await tend();
    expect(await states()).toEqual(['planned']);
    expect(await newAlerts()).toEqual(['wallet_needs_gas']);
    const { gasToSendFirst } = await custody.database.read.walletSweep.findFirstOrThrow({ where: { walletId } });
    await scene.node.give(scene.seized.address, BigInt(gasToSendFirst.mul('1e18').toFixed(0)));
    await tend();
    await tend();
    expect(await states()).toEqual(['signed']);
    await scene.node.mine(13);
    await tend();
    expect(await states()).toEqual(['settled']);
    const native = await custody.database.read.walletAsset.findFirstOrThrow({ where: { walletId, asset: 'ETH' } });
    expect([native.seizedQuantity.toFixed(), native.leftQuantity.toFixed()]).toEqual(['0', '0']);
    expect(await newAlerts()).not.toContain('wallet_drained');
    expect(await brokenInvariants(custody.database)).toEqual([]);
  });
});

describe('somebody else who has the key', () => {
  it('is told of when he takes something', async () => {
    const thief = new Wallet(scene.seized.privateKey);
    const signed = await thief.signTransaction({
      type: 2,
      chainId: 1,
      to: Wallet.createRandom().address,
      value: ETHER / 4n,
      nonce: 0,
      gasLimit: 21_000n,
      maxFeePerGas: 20n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });
    await scene.node.ask('eth_sendRawTransaction', signed);
    await tend();
    expect(await newAlerts()).toEqual(['wallet_key_shared']);
    await scene.node.mine();
    await tend();
    expect((await newAlerts()).toSorted()).toEqual(['wallet_drained', 'wallet_key_shared']);
  });

  it('who is first with a nonce makes ours dead, and the rest goes on', async () => {
    await approved();
    interfere = (method) => (method === 'eth_sendRawTransaction' ? { status: 502, body: 'gone' } : undefined);
    await tend();
    interfere = () => undefined;
    const thief = new Wallet(scene.seized.privateKey);
    const to = Wallet.createRandom().address;
    const price = { type: 2, chainId: 1, gasLimit: 21_000n, maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: GWEI };
    await scene.node.ask('eth_sendRawTransaction', await thief.signTransaction({ ...price, to, value: 1n, nonce: 0 }));
    await scene.node.mine(13);
    await tend();
    await scene.node.mine(13);
    await tend();
    expect((await states())[0]).toBe('dead');
    expect(await newAlerts()).toContain('wallet_transfer_displaced');
    const intents = await custody.database.read.intent.findMany({
      where: { subject: { startsWith: 'wallet_transfer:' } },
      orderBy: { id: 'asc' },
    });
    expect(intents.at(-3)?.state).toBe('dead');
    expect(await alertCodes(scene)).toContain('wallet_key_shared');
  });
});

/* Last, since the account's addresses are changed ones from here on. */
it('an address that the exchange names otherwise by now ends the sweep', async () => {
  await approved();
  const port = await scene.parts.exchanges.exchangeFor(custody.accountId);
  const changed = (await port.depositAddresses()).map((each) => ({ ...each, address: Wallet.createRandom().address.toLowerCase() }));
  const elsewhere: typeof port = Object.assign(Object.create(port), { depositAddresses: async () => changed });
  const parts = { ...scene.parts, exchanges: { exchangeFor: async () => elsewhere } };
  await tendWallet(parts, walletId);
  expect(await states()).toEqual(['dead', 'dead', 'dead']);
  expect(await newAlerts()).toContain('wallet_destination_changed');
  expect(await sentOnChain()).toBe(0);

  // Two officials look at it before anything is planned to it; until they have looked at a token's, only that one stays behind.
  const again = { custody, parts };
  await expect(propose(again, walletId)).rejects.toMatchObject({
    code: 'DEPOSIT_ADDRESS_WITHHELD',
    facts: { asset: 'ETH', reasons: ['changed'] },
  });
  for (const asset of ['ETH', 'LINK']) {
    const address = changed.find((each) => each.asset === asset)?.address ?? '';
    const seen = { accountId: custody.accountId, asset, network: 'ETH', address, reason: '거래소 화면과 대조' };
    for (const { actor } of [custody.officer, custody.approver]) {
      await custody.database.work(actor, (work) => confirmDepositAddress(work, { tellsDepositAddresses: true }, seen));
    }
  }
  await propose(again, walletId);
  const planned = (await transfersOf(scene, walletId)).filter(({ state }) => state === 'planned');
  expect(planned.map(({ asset }) => asset)).toEqual(['LINK', 'ETH']);
});
