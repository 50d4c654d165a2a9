import { appendAudit } from '../../audit/append.ts';
import { requireNoSecrets } from '../../chain/find-secrets.ts';
import type { CasePhase } from '../../database/generated/client.ts';
import type { Work } from '../../database/work.ts';
import { raiseAlert } from '../../intent/alert.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { decidedGround } from '../../seizure/release-grounds.ts';
import { billsThatOwe } from '../../seizure/settle.ts';
import { requireReason } from '../deposit-decision.ts';
import { TAKING_PHASES } from './phases.ts';
import { assertOpen, lockWallet, type WalletWithAssets } from './rows.ts';
import { failSweep } from './sweep.ts';

/** Why a wallet is no longer its case's. */
type End =
  | { readonly reason: 'handed_back'; readonly reference: string; readonly why: string }
  | { readonly reason: 'case_refused' | 'seized_anew' };

export interface Handback {
  readonly walletId: number;
  /** The receipt that the taxpayer signed (LTCA 64(5)). */
  readonly receiptReference: string;
  readonly reason: string;
}

/**
 * Records that a wallet went back to the taxpayer with whatever is on it, which ends its watch. Errors: `PHASE_WRONG` while its case still
 * takes coins from it, `CONFLICT` while something of it is under way, for a wallet that ended before, and where its coins secure what is
 * still owed: these are seized anew; `SECRET_FOUND`, `NOT_FOUND`.
 */
export async function handBackWallet(work: Work, { walletId, receiptReference, reason }: Handback): Promise<void> {
  requireReason(reason);
  requireReason(receiptReference);
  requireNoSecrets(`${reason}\n${receiptReference}`);
  const wallet = await lockWallet(work, walletId);
  assertOpen(wallet);
  await assertQuiet(work, wallet);
  const { phase, number, closeReason, bills } = await work.tx.seizureCase.findUniqueOrThrow({
    where: { id: wallet.caseId },
    include: { bills: { select: { billId: true } } },
  });
  if (TAKING_PHASES.includes(phase)) {
    throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase} and still takes coins from wallet ${walletId}.`);
  }
  const billIds = bills.map(({ billId }) => billId);
  const isSecuring = phase !== 'refused' && phase !== 'closed' && decidedGround({ closeReason }) === undefined;
  if (isSecuring && (await hasCoins(work, wallet)) && (await billsThatOwe(work, billIds)).size > 0) {
    throw new CheongsanError(
      'CONFLICT',
      `Wallet ${walletId} still holds coins and the bills of case ${number} owe; propose its seizure anew, which takes it out of this case.`,
    );
  }
  await endWallet(work, wallet, { reason: 'handed_back', reference: receiptReference, why: reason });
}

const SPENT_PHASES: readonly CasePhase[] = ['sale_done', 'distributing', 'settled', 'closed', 'refused'];

/**
 * A wallet that a new seizure names leaves the case it was in, if that takes nothing more from it: one that was refused, or is past its
 * sale. Errors: `CONFLICT` while it still takes coins or something of it is under way.
 */
export async function endBefore(work: Work, place: { readonly network: string; readonly address: string }): Promise<void> {
  const known = await work.tx.seizedWallet.findFirst({ where: { ...place, endedAt: null }, select: { id: true } });
  if (known === null) return;
  const wallet = await lockWallet(work, known.id);
  const { phase, number } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: wallet.caseId } });
  if (!SPENT_PHASES.includes(phase)) {
    throw new CheongsanError('CONFLICT', `This wallet is registered as wallet ${wallet.id} of case ${number}, which takes its coins.`);
  }
  if (phase === 'refused') return endRefused(work, wallet);
  await assertQuiet(work, wallet);
  await endWallet(work, wallet, { reason: 'seized_anew' });
}

/** The wallet of a refused case was never seized: what is asked for ends, and what custodians moved of it already must go back. */
export async function endWhenRefused(work: Work, walletId: number): Promise<void> {
  const wallet = await lockWallet(work, walletId);
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: wallet.caseId } });
  if (phase === 'refused' && wallet.endedAt === null) await endRefused(work, wallet);
}

async function endRefused(work: Work, wallet: WalletWithAssets): Promise<void> {
  const live = await work.tx.walletSweep.findMany({ where: { walletId: wallet.id, state: { in: ['requested', 'approved'] } } });
  for (const sweep of live) await failSweep(work, wallet, sweep, 'case_refused');
  const moved = await work.tx.walletTransfer.count({ where: { sweep: { walletId: wallet.id }, hashes: { some: {} } } });
  await endWallet(work, wallet, { reason: 'case_refused' });
  if (moved === 0) return;
  await raiseAlert(work, {
    code: 'wallet_refused_after_move',
    severity: 'critical',
    subject: `seized_wallet:${wallet.id}`,
    text: '압류가 반려된 지갑에서 이미 옮긴 자산이 있습니다. 미확인 입금에서 찾아 체납자의 주소로 곧바로 돌려주십시오.',
    facts: { walletId: wallet.id, transfers: moved },
  });
}

async function endWallet(work: Work, wallet: WalletWithAssets, end: End): Promise<void> {
  const { reason } = end;
  const endReference = reason === 'handed_back' ? end.reference : null;
  await work.tx.seizedWallet.update({
    where: { id: wallet.id },
    data: { endedAt: work.at, endReason: reason, endReference, nextLookAt: null },
  });
  await appendAudit(work, {
    stream: `case:${wallet.caseId}`,
    action: `wallet.${reason}`,
    subject: `seized_wallet:${wallet.id}`,
    payload: reason === 'handed_back' ? { receipt: end.reference, reason: end.why } : {},
  });
  work.ring('cases', wallet.caseId);
}

async function assertQuiet(work: Work, { id }: WalletWithAssets): Promise<void> {
  const sweep = await work.tx.walletSweep.findFirst({ where: { walletId: id, state: { in: ['requested', 'approved'] } } });
  if (sweep !== null)
    throw new CheongsanError('CONFLICT', `Sweep ${sweep.id} of wallet ${id} is ${sweep.state}; wait for its end or stop it.`);
  const [deposit] = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT d.id FROM wallet_sweep s JOIN wallet_transfer t ON t.sweep_id = s.id JOIN wallet_transfer_hash h ON h.transfer_id = t.id
      JOIN venue_deposit d ON d.asset = h.asset AND d.transaction_id = h.transaction_id AND d.state = 'unidentified'
     WHERE s.wallet_id = ${id} ORDER BY d.id LIMIT 1`;
  if (deposit !== undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `Deposit ${deposit.id} came from wallet ${id} and belongs to nobody yet; match or return it first.`,
    );
  }
}

/** By its newest reading; one that was never read may hold something. */
async function hasCoins(work: Work, { id, state }: WalletWithAssets): Promise<boolean> {
  if (state === 'emptied') return false;
  const [row] = await work.tx.$queryRaw<{ held: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM jsonb_each_text(r.quantities) q WHERE q.value::numeric > 0) AS held FROM wallet_reading r
     WHERE r.wallet_id = ${id} AND r.orphaned_at IS NULL ORDER BY r.taken_at DESC, r.id DESC LIMIT 1`;
  return row?.held ?? true;
}
