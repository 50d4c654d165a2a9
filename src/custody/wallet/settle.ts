import { appendAudit } from '../../audit/append.ts';
import { isSameAddress } from '../../chain/address.ts';
import type { BlockReference, SentTransaction, TransactionReport, TransactionStatus } from '../../chain/port.ts';
import { planReplacement } from '../../chain/replacement.ts';
import { transactionFromRecord } from '../../chain/transaction.ts';
import { amountOf } from '../../chain/units.ts';
import type { WalletTransfer, WalletTransferHash } from '../../database/generated/client.ts';
import type { Work } from '../../database/work.ts';
import { raiseAlert, warnOnce } from '../../intent/alert.ts';
import { settleIntent } from '../../intent/intent.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { readPolicy } from '../../policy/book.ts';
import { walletReplaceMinutes } from '../../policy/definitions/wallet.ts';
import { CUSTODIAN } from '../custodian.ts';
import { noteChainConfirmations } from '../pending-deposit.ts';
import { comparableTransactionId } from '../transaction-id.ts';
import { bookWallet } from './book.ts';
import { approvalFromRecord, assetOf, confirmationsNeeded, lockWallet, type WalletParts, type WalletWithAssets } from './rows.ts';
import { broadcastTransfer, keepSigned, lastSigned, signedFor } from './send.ts';

const MINUTE_MS = 60_000;

type Included = Extract<TransactionStatus, { kind: 'included' }>;
type SignedRow = WalletTransfer & { readonly hashes: WalletTransferHash[] };

/**
 * Finds out where a signed transfer stands and does what follows: an inclusion is kept, and settled once enough blocks stand on it; one that a
 * reorganisation took back is open again; what is lost or unknown is sent again as it is; what waits too long is replaced under the
 * same approval; what another transaction has displaced for good is dead. Errors: those of the chain and the signer.
 */
export async function followTransfer(parts: WalletParts, wallet: WalletWithAssets, transfer: SignedRow): Promise<void> {
  const chain = parts.chains.portFor(wallet.network);
  const report = await chain.status(sentOf(wallet, transfer));
  const confirmations = confirmationsNeeded(await readPolicy(parts.database.read), wallet.network, parts.database.clock.now());
  await keepReport(parts, wallet, { transfer, report, confirmations });
  switch (report.status.kind) {
    case 'pending':
      return followPending(parts, wallet, transfer, report.status.hash);
    case 'dropped':
    case 'unknown':
      return sendAgain(parts, wallet, transfer);
    case 'included':
    case 'replaced':
      return;
  }
}

function sentOf(wallet: WalletWithAssets, transfer: SignedRow): SentTransaction {
  const { nonce } = approvalFromRecord(transfer.approval);
  const { includedBlock, includedHash, nonceReadAtBlock, wasSeen } = transfer;
  if (nonceReadAtBlock === null) throw new CheongsanError('INTERNAL', `Transfer ${transfer.id} has no block of its nonce.`);
  return {
    from: wallet.address,
    nonce,
    hashes: transfer.hashes.map(({ transactionId }) => `0x${transactionId}`),
    nonceReadAtBlock,
    wasSeen,
    includedIn: includedBlock === null || includedHash === null ? undefined : { number: includedBlock, hash: includedHash },
  };
}

interface Reported {
  readonly transfer: WalletTransfer;
  readonly report: TransactionReport;
  readonly confirmations: number;
}

async function keepReport({ database }: WalletParts, wallet: WalletWithAssets, reported: Reported): Promise<void> {
  const { status, reorganisedFrom } = reported.report;
  await database.work(CUSTODIAN, async (work) => {
    const locked = await lockWallet(work, wallet.id);
    const transfer = await work.tx.walletTransfer.findUniqueOrThrow({ where: { id: reported.transfer.id } });
    if (transfer.state !== 'signed' && transfer.state !== 'included') return;
    if (reorganisedFrom !== undefined) await tellReorganised(work, locked, transfer, reorganisedFrom);
    if (status.kind === 'included') {
      await keepIncluded(work, locked, { transfer, status, confirmations: reported.confirmations });
      // The exchange may show it already, without a word on how far it is.
      await noteChainConfirmations(work, { transactionId: status.hash, confirmations: status.confirmations });
    }
    if (status.kind !== 'included') await keepOpen(work, transfer, status);
    if (status.kind === 'replaced') await keepReplaced(work, locked, { transfer, status, confirmations: reported.confirmations });
  });
}

async function tellReorganised(work: Work, { caseId }: WalletWithAssets, transfer: WalletTransfer, from: BlockReference): Promise<void> {
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'wallet.inclusion_taken_back',
    subject: `wallet_transfer:${transfer.id}`,
    payload: { block: from.number, transactionId: transfer.transactionHash },
  });
}

async function keepIncluded(
  work: Work,
  wallet: WalletWithAssets,
  { transfer, status, confirmations }: { transfer: WalletTransfer; status: Included; confirmations: number },
): Promise<void> {
  const { block, outcome, feePaid, hash } = status;
  const isReverted = outcome === 'reverted';
  const isNew = transfer.includedHash !== block.hash;
  const isSettled = status.confirmations >= confirmations;
  if (!isNew && !isSettled) return;
  await work.tx.walletTransfer.update({
    where: { id: transfer.id },
    data: {
      state: isSettled ? 'settled' : 'included',
      wasSeen: true,
      includedBlock: block.number,
      includedHash: block.hash,
      transactionHash: comparableTransactionId(hash),
      isReverted,
      arrivedQuantity: isReverted ? null : arrivedBy(wallet, transfer, status),
      feeQuantity: feePaid.toString(),
      endedAt: isSettled ? work.at : null,
    },
  });
  if (isNew) await tellIncluded(work, wallet, transfer, status);
  if (!isSettled) return;
  if (transfer.intentId !== null) await settleIntent(work, transfer.intentId, 'settled', { hash, block: block.hash, outcome });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.settled',
    subject: `wallet_transfer:${transfer.id}`,
    payload: { asset: transfer.asset, outcome, transactionId: comparableTransactionId(hash), fee: feePaid.toString() },
  });
  await bookWallet(work, wallet);
}

/** What reached the destination by the token's own log; native coin leaves none, its transaction sends what it says. */
function arrivedBy(wallet: WalletWithAssets, transfer: WalletTransfer, { tokenMoves }: Included): string | null {
  const { contract, decimals, asset } = assetOf(wallet, transfer.asset);
  if (contract === null) return null;
  const units = tokenMoves
    .filter((move) => isSameAddress(move.contract, contract) && isSameAddress(move.to, transfer.destination))
    .reduce((sum, move) => sum + move.units, 0n);
  return amountOf({ asset, decimals }, units).toString();
}

async function tellIncluded(
  work: Work,
  wallet: WalletWithAssets,
  transfer: WalletTransfer,
  { block, outcome, hash }: Included,
): Promise<void> {
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.included',
    subject: `wallet_transfer:${transfer.id}`,
    payload: { asset: transfer.asset, block: block.number, outcome, transactionId: comparableTransactionId(hash) },
  });
  if (outcome !== 'reverted') return;
  await raiseAlert(work, {
    code: 'wallet_transfer_reverted',
    severity: 'critical',
    subject: `wallet_transfer:${transfer.id}`,
    text: `압류한 지갑의 ${transfer.asset} 이전을 토큰 계약이 거절했습니다. 수수료만 나가고 자산은 지갑에 남아 있으니 발행처에 동결 여부를 확인하십시오.`,
    facts: { walletId: wallet.id, asset: transfer.asset },
  });
}

/** Not in a block now, whatever was said before. */
async function keepOpen(work: Work, transfer: WalletTransfer, status: TransactionStatus): Promise<void> {
  const wasSeen = transfer.wasSeen || status.kind === 'pending';
  if (transfer.state === 'signed' && transfer.wasSeen === wasSeen) return;
  await work.tx.walletTransfer.update({
    where: { id: transfer.id },
    data: {
      state: 'signed',
      wasSeen,
      includedBlock: null,
      includedHash: null,
      transactionHash: null,
      isReverted: null,
      arrivedQuantity: null,
      feeQuantity: null,
    },
  });
}

/** Somebody else has used the nonce. Once his block stands, ours can never happen. */
async function keepReplaced(
  work: Work,
  wallet: WalletWithAssets,
  given: { transfer: WalletTransfer; status: Extract<TransactionStatus, { kind: 'replaced' }>; confirmations: number },
): Promise<void> {
  const { transfer, status, confirmations } = given;
  await raiseAlert(work, {
    code: 'wallet_transfer_displaced',
    severity: 'critical',
    subject: `wallet_transfer:${transfer.id}`,
    text: '압류한 지갑에서 다른 사람이 우리보다 먼저 거래를 보냈습니다. 남은 자산의 이전을 곧바로 다시 결재받고 수사기관에 알리십시오.',
    facts: { walletId: wallet.id, asset: transfer.asset, byTransaction: comparableTransactionId(status.byHash) },
  });
  if (status.confirmations < confirmations) return;
  await work.tx.walletTransfer.update({ where: { id: transfer.id }, data: { state: 'dead', endedAt: work.at, endReason: 'displaced' } });
  if (transfer.intentId !== null) await settleIntent(work, transfer.intentId, 'dead', { byHash: status.byHash, block: status.block.hash });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.displaced',
    subject: `wallet_transfer:${transfer.id}`,
    payload: { asset: transfer.asset, byTransaction: comparableTransactionId(status.byHash) },
  });
}

async function sendAgain(parts: WalletParts, wallet: WalletWithAssets, transfer: SignedRow): Promise<void> {
  const answer = await broadcastTransfer(parts, wallet, transfer.id);
  const isOutbid = answer.kind === 'refused' && (answer.reason === 'replacement_underpriced' || answer.reason === 'underpriced');
  if (isOutbid) await replace(parts, wallet, transfer);
}

/** A replacement that was kept and may not have left is sent; one that waits too long is replaced. */
async function followPending(parts: WalletParts, wallet: WalletWithAssets, transfer: SignedRow, hash: string): Promise<void> {
  const last = await lastSigned(parts, transfer.id);
  if (last.transactionId !== comparableTransactionId(hash)) return sendAgain(parts, wallet, transfer);
  const { database } = parts;
  const now = database.clock.now();
  const minutes = (await readPolicy(database.read)).get(walletReplaceMinutes, seoulDay(now));
  if (now.getTime() - last.signedAt.getTime() >= minutes * MINUTE_MS) await replace(parts, wallet, transfer);
}

async function replace(parts: WalletParts, wallet: WalletWithAssets, transfer: SignedRow): Promise<void> {
  const { database, chains } = parts;
  const approval = approvalFromRecord(transfer.approval);
  const last = await lastSigned(parts, transfer.id);
  const { gasPrice } = await chains.portFor(wallet.network).gasPrice(approval.caps);
  const planned = planReplacement(transactionFromRecord(last.transaction), gasPrice, approval.caps, approval.native.kind);
  if (planned.kind !== 'replacement') {
    await database.work(CUSTODIAN, (work) => tellStuck(work, wallet, transfer, planned.kind));
    return;
  }
  const signed = await signedFor(parts, wallet, transfer, planned.transaction);
  const isKept = await database.work(CUSTODIAN, async (work) => {
    await lockWallet(work, wallet.id);
    const { state } = await work.tx.walletTransfer.findUniqueOrThrow({ where: { id: transfer.id } });
    const newest = await work.tx.walletTransferHash.findFirst({ where: { transferId: transfer.id }, orderBy: { id: 'desc' } });
    if (state !== 'signed' || newest?.id !== last.id) return false;
    await keepSigned(work, parts, { wallet, transfer, signed });
    return true;
  });
  if (isKept) await broadcastTransfer(parts, wallet, transfer.id);
}

async function tellStuck(
  work: Work,
  wallet: WalletWithAssets,
  transfer: WalletTransfer,
  why: 'above_caps' | 'not_worth_it',
): Promise<void> {
  await warnOnce(work, {
    code: 'wallet_transfer_stuck',
    subject: `wallet_transfer:${transfer.id}`,
    text:
      why === 'above_caps'
        ? '압류한 지갑에서 보낸 거래가 멈춰 있고, 결재받은 수수료 상한으로는 앞당길 수 없습니다. 기다리거나 상한을 올려 다시 결재받으십시오.'
        : '압류한 지갑에서 보낸 거래가 멈춰 있고, 수수료를 올리면 남는 것이 없습니다.',
    facts: { walletId: wallet.id, transferId: transfer.id, asset: transfer.asset, why },
  });
}
