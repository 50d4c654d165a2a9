import { appendAudit } from '../../audit/append.ts';
import { isSameAddress } from '../../chain/address.ts';
import type { AddressBalances, BlockReference, ChainPort, TransferReading } from '../../chain/port.ts';
import type { SeizedWallet, WalletReading } from '../../database/generated/client.ts';
import { jsonColumn } from '../../database/json.ts';
import type { Work } from '../../database/work.ts';
import { digestOf } from '../../kernel/digest.ts';
import { CoinAmount } from '../../kernel/money.ts';
import { readPolicy } from '../../policy/book.ts';
import { CUSTODIAN } from '../custodian.ts';
import { bookWallet } from './book.ts';
import { judgeFound, warnOfStrangers } from './found.ts';
import { confirmationsNeeded, lockWallet, readWallet, tokensOf, type WalletParts, type WalletWithAssets } from './rows.ts';

/**
 * Reads what a wallet holds and what has moved, and keeps it: arrivals are seized with it, what somebody else took or does is an alarm, and
 * what is known is booked. Errors: those of the chain; nothing is concluded from a node that did not answer.
 */
export async function lookAtWallet(parts: WalletParts, walletId: number): Promise<void> {
  const { database, chains } = parts;
  const wallet = await readWallet(database.read, walletId);
  if (wallet.family === 'bitcoin') return lookAtProof(parts, walletId);
  const chain = chains.portFor(wallet.network);
  const balances = await chain.balances(wallet.address, tokensOf(wallet));
  const nonces = await chain.nonces(wallet.address);
  const confirmations = confirmationsNeeded(await readPolicy(database.read), wallet.network, database.clock.now());
  const moved = await transfersOf(chain, wallet, confirmations);
  await database.work(CUSTODIAN, async (work) => {
    const locked = await lockWallet(work, walletId);
    // Somebody else has looked meanwhile, and knows more.
    if (locked.cursorHash !== wallet.cursorHash) return;
    await keepReading(work, locked, balances);
    await keepTransfers(work, locked, moved, balances.block);
    await keepFaults(work, locked, balances);
    await judgeFound(work, locked, { quantities: quantitiesOf(balances), block: balances.block.number });
    await warnOfStrangers(work, locked, { transactionCount: balances.transactionCount, block: balances.block.number, nonces });
    await bookWallet(work, locked);
  });
}

/**
 * Keeps what a wallet held when its seizure was proposed, as it was read before its row stood; without balances, by the print that was
 * recorded with it.
 */
export async function keepFirstLook(work: Work, walletId: number, balances: AddressBalances | undefined): Promise<void> {
  if (balances === undefined) return judgeProof(work, walletId);
  const wallet = await lockWallet(work, walletId);
  await keepReading(work, wallet, balances);
  await keepTransfers(work, wallet, undefined, balances.block);
  await keepFaults(work, wallet, balances);
  await judgeFound(work, wallet, { quantities: quantitiesOf(balances), block: balances.block.number });
}

function lookAtProof({ database }: WalletParts, walletId: number): Promise<void> {
  return database.work(CUSTODIAN, (work) => judgeProof(work, walletId));
}

/** What was read off the newest print stands for the balance. */
async function judgeProof(work: Work, walletId: number): Promise<void> {
  const wallet = await lockWallet(work, walletId);
  const proof = await work.tx.walletReading.findFirst({
    where: { walletId, source: 'proof' },
    orderBy: [{ takenAt: 'desc' }, { id: 'desc' }],
  });
  const isAsked = (await work.tx.walletSweep.count({ where: { walletId, state: 'requested' } })) > 0;
  // A print may or may not show a transaction that nobody has vouched for yet.
  if (proof !== null && !isAsked)
    await judgeFound(work, wallet, { quantities: byAsset(quantitiesIn(proof)), block: undefined, takenAt: proof.takenAt });
  await bookWallet(work, wallet);
}

/** What a stored reading says. */
export function quantitiesIn({ quantities }: WalletReading): CoinAmount[] {
  const members = typeof quantities === 'object' && quantities !== null ? Object.entries(quantities) : [];
  return members.flatMap(([asset, figure]) => (typeof figure === 'string' ? [CoinAmount.of(asset, figure)] : []));
}

function transfersOf(chain: ChainPort, wallet: WalletWithAssets, confirmations: number): Promise<TransferReading | undefined> {
  const { cursorBlock, cursorHash } = wallet;
  if (cursorBlock === null || cursorHash === null) return Promise.resolve(undefined);
  return chain.transfersSince(wallet.address, tokensOf(wallet), { number: cursorBlock, hash: cursorHash }, confirmations);
}

export function quantitiesOf({ native, tokens }: AddressBalances): Map<string, CoinAmount> {
  return byAsset([native, ...tokens.flatMap((each) => (each.kind === 'read' ? [each.amount] : []))]);
}

function byAsset(amounts: readonly CoinAmount[]): Map<string, CoinAmount> {
  return new Map(amounts.map((amount) => [amount.asset, amount]));
}

/** A reading is kept when it says something new. */
async function keepReading(work: Work, wallet: SeizedWallet, balances: AddressBalances): Promise<void> {
  const quantities = Object.fromEntries([...quantitiesOf(balances)].map(([asset, amount]) => [asset, amount.toString()]));
  const last = await work.tx.walletReading.findFirst({ where: { walletId: wallet.id, orphanedAt: null }, orderBy: { id: 'desc' } });
  const { block, transactionCount } = balances;
  const isNew =
    last === null ||
    last.transactionCount !== transactionCount ||
    JSON.stringify(sorted(last.quantities)) !== JSON.stringify(sorted(quantities));
  if (wallet.firstTransactionCount === null) {
    await work.tx.seizedWallet.update({ where: { id: wallet.id }, data: { firstTransactionCount: transactionCount } });
    wallet.firstTransactionCount = transactionCount;
  }
  if (!isNew) return;
  await work.tx.walletReading.create({
    data: {
      walletId: wallet.id,
      source: 'node',
      takenAt: work.at,
      blockNumber: block.number,
      blockHash: block.hash,
      transactionCount,
      quantities: jsonColumn(quantities),
    },
  });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.read',
    subject: `seized_wallet:${wallet.id}`,
    recordDigest: digestOf({ quantities, block: block.hash, transactionCount }),
    payload: { quantities, block: block.number, transactionCount },
  });
}

function sorted(quantities: unknown): unknown {
  return typeof quantities === 'object' && quantities !== null
    ? Object.entries(quantities).toSorted(([a], [b]) => (a < b ? -1 : 1))
    : quantities;
}

async function keepTransfers(work: Work, wallet: SeizedWallet, moved: TransferReading | undefined, head: BlockReference): Promise<void> {
  if (moved === undefined) return moveCursor(work, wallet, head);
  if (moved.kind === 'reorganised') return rewind(work, wallet, head);
  for (const { token, from, to, amount, transactionHash, logIndex, block } of moved.transfers) {
    const isIncoming = isSameAddress(to, wallet.address);
    await work.tx.walletMovement.upsert({
      where: { walletId_blockHash_logIndex: { walletId: wallet.id, blockHash: block.hash, logIndex } },
      create: {
        walletId: wallet.id,
        asset: token.asset,
        isIncoming,
        counterparty: isIncoming ? from : to,
        quantity: amount.toString(),
        transactionHash,
        logIndex,
        blockNumber: block.number,
        blockHash: block.hash,
        recordedAt: work.at,
      },
      // Its block was lost and is part of the chain again.
      update: { orphanedAt: null },
    });
  }
  await moveCursor(work, wallet, moved.readTo);
}

/** Back to the newest reading before: what was recorded after it is read again. Without one, the chain's present head is the beginning. */
async function rewind(work: Work, wallet: SeizedWallet, head: BlockReference): Promise<void> {
  const { id: walletId, cursorBlock, caseId } = wallet;
  if (cursorBlock === null) return;
  await work.tx.walletReading.updateMany({
    where: { walletId, blockNumber: { gte: cursorBlock }, blockHash: { not: head.hash }, orphanedAt: null },
    data: { orphanedAt: work.at },
  });
  const before = await work.tx.walletReading.findFirst({
    where: { walletId, blockNumber: { lt: cursorBlock }, orphanedAt: null },
    orderBy: { blockNumber: 'desc' },
  });
  const to = before?.blockNumber != null && before.blockHash !== null ? { number: before.blockNumber, hash: before.blockHash } : head;
  await work.tx.walletMovement.updateMany({
    where: { walletId, blockNumber: { gt: to.number }, orphanedAt: null },
    data: { orphanedAt: work.at },
  });
  await moveCursor(work, wallet, to);
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'wallet.rewound',
    subject: `seized_wallet:${walletId}`,
    payload: { from: cursorBlock, to: to.number },
  });
}

async function moveCursor(work: Work, { id }: SeizedWallet, { number, hash }: BlockReference): Promise<void> {
  await work.tx.seizedWallet.update({ where: { id }, data: { cursorBlock: number, cursorHash: hash } });
}

/** A token whose contract is at fault is told of, and nothing is concluded from it. */
async function keepFaults(work: Work, wallet: WalletWithAssets, { tokens }: AddressBalances): Promise<void> {
  for (const each of tokens) {
    const row = wallet.assets.find(({ contract }) => contract === each.token.contract);
    const fault = each.kind === 'unreadable' ? each.reason : null;
    if (row !== undefined && row.fault !== fault) await work.tx.walletAsset.update({ where: { id: row.id }, data: { fault } });
  }
}
