import { appendAudit } from '../../audit/append.ts';
import { nativeCoin } from '../../chain/native.ts';
import type { BroadcastAnswer, ChainPort } from '../../chain/port.ts';
import { signApproved } from '../../chain/signer.ts';
import { type ChainTransaction, type SignedTransaction, transactionFromRecord, transactionRecord } from '../../chain/transaction.ts';
import { amountOf } from '../../chain/units.ts';
import type { WalletSweep, WalletTransfer, WalletTransferHash } from '../../database/generated/client.ts';
import { jsonColumn } from '../../database/json.ts';
import type { Transaction, Work } from '../../database/work.ts';
import { raiseAlert, warnOnce } from '../../intent/alert.ts';
import { createIntent, markSent } from '../../intent/intent.ts';
import { digestOf } from '../../kernel/digest.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { ENDED_PHASES } from '../../seizure/phase-table.ts';
import { CUSTODIAN } from '../custodian.ts';
import { comparableTransactionId } from '../transaction-id.ts';
import { cityAddresses, comparableAddress, usableAddress } from './destination.ts';
import { approvalFromRecord, lockWallet, type WalletParts, type WalletWithAssets } from './rows.ts';
import { readAddressesAnew } from './survey.ts';
import { failSweep, requireSweepApproved } from './sweep.ts';
import { mayFollow, testsAmong } from './test-first.ts';

/** How long after a send its outcome is looked for at the latest. */
const LOOK_AFTER_MS = 15_000;

/**
 * Signs and sends what is approved of a sweep and was not signed yet, once the seizure itself is approved, in the order of its nonces: every signature is kept with its intent
 * before a byte of it leaves, so that whatever crashes, the same bytes are sent again and no others. Errors: those of the exchange, whose
 * addresses are read once more, of the signer and of the chain.
 */
export async function sendSweep(parts: WalletParts, wallet: WalletWithAssets, sweep: WalletSweep): Promise<void> {
  const planned = await parts.database.read.walletTransfer.findMany({
    where: { sweepId: sweep.id, state: 'planned' },
    orderBy: { position: 'asc' },
  });
  if (planned.length === 0 || !(await isSeizureApproved(parts.database.read, wallet)) || !(await hasGas(parts, wallet, sweep))) return;
  await readAddressesAnew(parts, wallet);
  if (!(await goesToCity(parts, wallet, sweep, planned))) return;
  const all = await parts.database.read.walletTransfer.findMany({ where: { sweepId: sweep.id } });
  const tests = new Set(testsAmong(all).map(({ id }) => id));
  for (const transfer of planned) {
    if (!tests.has(transfer.id) && !(await mayFollow(parts, wallet, sweep))) return;
    if (!(await signTransfer(parts, wallet, transfer))) return;
    await broadcastTransfer(parts, wallet, transfer.id);
  }
}

/** Without gas nothing leaves; the city's must come in the moment of the sweep, since whoever has the key may take it. */
async function hasGas({ database }: WalletParts, wallet: WalletWithAssets, sweep: WalletSweep): Promise<boolean> {
  if (sweep.gasArrived.greaterThanOrEqualTo(sweep.gasToSendFirst)) return true;
  const missing = sweep.gasToSendFirst.minus(sweep.gasArrived).toFixed();
  await database.work(CUSTODIAN, (work) =>
    warnOnce(work, {
      code: 'wallet_needs_gas',
      subject: `wallet_sweep:${sweep.id}`,
      text: `압류한 지갑에 수수료로 쓸 ${wallet.nativeAsset}가 모자랍니다. 시의 수수료 선급금에서 보내도록 지시서를 받아 ${missing} ${wallet.nativeAsset}를 지금 보내십시오. 도착하면 저절로 이어집니다.`,
      facts: { walletId: wallet.id, asset: wallet.nativeAsset, missing },
    }),
  );
  return false;
}

/** An exchange that names other addresses by now is an alarm, and the sweep is asked for anew. */
async function goesToCity(
  { database }: WalletParts,
  wallet: WalletWithAssets,
  sweep: WalletSweep,
  planned: readonly WalletTransfer[],
): Promise<boolean> {
  return database.work(CUSTODIAN, async (work) => {
    const locked = await lockWallet(work, wallet.id);
    const known = await cityAddresses(work.tx, wallet, { assets: planned.map(({ asset }) => asset), at: work.at });
    for (const { asset, destination } of planned) {
      const named = known.get(asset);
      if (named !== undefined && comparableAddress(named) === destination) {
        usableAddress(named, wallet, asset);
        continue;
      }
      await raiseAlert(work, {
        code: 'wallet_destination_changed',
        severity: 'critical',
        subject: `wallet_sweep:${sweep.id}`,
        text: `거래소가 알려 준 ${asset} 입금 주소가 결재받은 것과 다릅니다. 아무것도 보내지 않았으니 거래소에 확인하고 다시 결재받으십시오.`,
        facts: { walletId: wallet.id, asset },
      });
      const isUntouched = (await work.tx.walletTransfer.count({ where: { sweepId: sweep.id, state: { not: 'planned' } } })) === 0;
      if (isUntouched) await failSweep(work, locked, sweep, 'destination_changed');
      return false;
    }
    return true;
  });
}

/** Answers whether it is signed: not where the seizure was not approved or was ended meanwhile, or the sweep stopped. */
async function signTransfer(parts: WalletParts, wallet: WalletWithAssets, transfer: WalletTransfer): Promise<boolean> {
  const signed = await signedFor(parts, wallet, transfer, transactionFromRecord(transfer.transaction));
  return parts.database.work(CUSTODIAN, async (work) => {
    await lockWallet(work, wallet.id);
    if (!(await isSeizureApproved(work.tx, wallet))) return false;
    const { state } = await work.tx.walletTransfer.findUniqueOrThrow({ where: { id: transfer.id } });
    if (state !== 'planned') return state !== 'dead';
    await requireSweepApproved(work, await work.tx.walletSweep.findUniqueOrThrow({ where: { id: transfer.sweepId } }));
    await keepSigned(work, parts, { wallet, transfer, signed });
    const intent = await createIntent(work, { port: 'chain_transaction', subject: `wallet_transfer:${transfer.id}` });
    await work.tx.walletTransfer.update({ where: { id: transfer.id }, data: { state: 'signed', intentId: intent.id } });
    return true;
  });
}

/**
 * The two custodians who approve a sweep may approve the seizure in the same minute, so nothing waits for anybody else by this; but before
 * somebody has agreed that he owes, nobody's coins are moved.
 */
async function isSeizureApproved(reader: Pick<Transaction, 'seizureCase'>, { caseId }: WalletWithAssets): Promise<boolean> {
  const { phase } = await reader.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true } });
  return phase !== 'proposed' && !ENDED_PHASES.some((ended) => ended === phase);
}

/** Signs within what the custodians approved, and nothing else. */
export function signedFor(
  { chains }: WalletParts,
  wallet: WalletWithAssets,
  transfer: WalletTransfer,
  transaction: ChainTransaction,
): Promise<SignedTransaction> {
  const approval = approvalFromRecord(transfer.approval);
  return chains.withSigner(wallet.address, (signer) => signApproved(signer, transaction, approval));
}

export interface SignedTransfer {
  readonly wallet: WalletWithAssets;
  readonly transfer: WalletTransfer;
  readonly signed: SignedTransaction;
}

/** Keeps signed bytes sealed, with the hash by which the chain and the exchange will name them. */
export async function keepSigned(work: Work, { keys }: WalletParts, { wallet, transfer, signed }: SignedTransfer): Promise<void> {
  const transactionId = comparableTransactionId(signed.hash);
  const isNative = transfer.asset === wallet.nativeAsset;
  const quantity = isNative ? amountOf(nativeCoin(wallet.nativeAsset), signed.transaction.valueWei).toString() : transfer.quantity;
  await work.tx.walletTransferHash.create({
    data: {
      transferId: transfer.id,
      asset: transfer.asset,
      transactionId,
      quantity,
      transaction: jsonColumn(transactionRecord(signed.transaction)),
      rawCipher: keys.seal(signed.raw, rawContext(transactionId)),
      signedAt: work.at,
    },
  });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: 'wallet.signed',
    subject: `wallet_transfer:${transfer.id}`,
    recordDigest: digestOf(transactionRecord(signed.transaction)),
    payload: { asset: transfer.asset, quantity: quantity.toString(), transactionId },
  });
}

function rawContext(transactionId: string): string {
  return `wallet_transfer_hash:${transactionId}`;
}

/** The signature that is to be sent: the last one. */
export async function lastSigned(parts: Pick<WalletParts, 'database'>, transferId: number): Promise<WalletTransferHash> {
  const last = await parts.database.read.walletTransferHash.findFirst({ where: { transferId }, orderBy: { id: 'desc' } });
  if (last === null) throw new CheongsanError('INTERNAL', `Transfer ${transferId} is signed, but no signature is kept.`);
  return last;
}

/**
 * Sends the last signature of a transfer, however often: the same bytes have one effect. A refusal is told to a person, except that of
 * a price, which the next look raises. Errors: those of the chain before anything is sent.
 */
export async function broadcastTransfer(parts: WalletParts, wallet: WalletWithAssets, transferId: number): Promise<BroadcastAnswer> {
  const { database, keys, chains } = parts;
  const chain: ChainPort = chains.portFor(wallet.network);
  const { transactionId, rawCipher } = await lastSigned(parts, transferId);
  if (rawCipher === null) throw new CheongsanError('INTERNAL', `Transfer ${transferId} was made outside; there is nothing to send.`);
  await database.work(CUSTODIAN, async (work) => {
    const { intentId } = await work.tx.walletTransfer.findUniqueOrThrow({ where: { id: transferId } });
    if (intentId === null) throw new CheongsanError('INTERNAL', `Transfer ${transferId} is signed without an intent.`);
    const intent = await work.tx.intent.findUniqueOrThrow({ where: { id: intentId } });
    await markSent(work, intentId, { sendsBefore: intent.sendCount, nextLookAt: new Date(work.at.getTime() + LOOK_AFTER_MS) });
  });
  const answer = await chain.broadcast({ raw: keys.openText(rawCipher, rawContext(transactionId)) });
  if (answer.kind === 'refused' && !OF_PRICE.has(answer.reason)) await tellRefused(parts, wallet, { transferId, reason: answer.reason });
  return answer;
}

/** What a higher price under the same approval overcomes; and what the status of the transaction explains. */
const OF_PRICE: ReadonlySet<string> = new Set(['replacement_underpriced', 'underpriced', 'nonce_used']);

async function tellRefused(
  { database }: WalletParts,
  wallet: WalletWithAssets,
  { transferId, reason }: { readonly transferId: number; readonly reason: string },
): Promise<void> {
  await database.work(CUSTODIAN, (work) =>
    warnOnce(work, {
      code: 'wallet_transfer_refused',
      subject: `wallet_transfer:${transferId}`,
      text: `압류한 지갑에서 보내는 거래를 노드가 받지 않았습니다(${reason}). 지갑의 잔액과 다른 사람의 거래를 확인하십시오. 같은 거래를 저절로 다시 보냅니다.`,
      facts: { walletId: wallet.id, transferId, reason },
    }),
  );
}
