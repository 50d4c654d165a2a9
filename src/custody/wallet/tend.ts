import { appendAudit } from '../../audit/append.ts';
import type { SeizedWallet, WalletSweep } from '../../database/generated/client.ts';
import { warnOnce } from '../../intent/alert.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { readPolicy } from '../../policy/book.ts';
import { walletLookSeconds } from '../../policy/definitions/wallet.ts';
import { CUSTODIAN } from '../custodian.ts';
import { isBooked } from './book.ts';
import { endWhenRefused } from './end.ts';
import { lookAtWallet, quantitiesIn } from './look.ts';
import { lockWallet, readWallet, type WalletParts } from './rows.ts';
import { sendSweep } from './send.ts';
import { followTransfer } from './settle.ts';
import { surveyWallet } from './survey.ts';
import { applySweepDecisions, emptyWallet } from './sweep.ts';

/** While something is on its way a wallet is looked at so many times as often. */
const HURRY = 4;

/**
 * Everything a seized wallet needs from time to time, the answer to a ring on the `wallets` queue: decisions are taken over, what is
 * approved is signed and sent, what was sent is followed to its end, what it holds is read and booked. Errors: those of the chain, the
 * signer and the exchange; whatever was done before one of them stays done, and the next look goes on from there.
 */
export async function tendWallet(parts: WalletParts, walletId: number): Promise<void> {
  const { database } = parts;
  await database.work(CUSTODIAN, (work) => endWhenRefused(work, walletId));
  if ((await readWallet(database.read, walletId)).endedAt !== null) return;
  await appointNext(parts, walletId);
  await takeDecisionOver(parts, walletId);
  const sweep = await database.read.walletSweep.findFirst({ where: { walletId, state: 'approved' } });
  if (sweep !== null) await advance(parts, walletId, sweep);
  await lookAtWallet(parts, walletId);
  await finish(parts, walletId);
}

async function appointNext({ database }: WalletParts, walletId: number): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    const { state, sweeps } = await work.tx.seizedWallet.findUniqueOrThrow({
      where: { id: walletId },
      include: { sweeps: { where: { state: 'approved' }, select: { id: true } } },
    });
    const seconds = (await readPolicy(work.tx)).get(walletLookSeconds, seoulDay(work.at));
    const waitMs = (seconds * 1_000) / (state === 'sweeping' && sweeps.length > 0 ? HURRY : 1);
    await work.tx.seizedWallet.update({
      where: { id: walletId },
      data: { lookedAt: work.at, nextLookAt: new Date(work.at.getTime() + waitMs) },
    });
  });
}

/** A decision is taken over where it is made; one that expired or was withdrawn is found here. */
async function takeDecisionOver({ database }: WalletParts, walletId: number): Promise<void> {
  const requested = await database.read.walletSweep.findFirst({ where: { walletId, state: 'requested', approvalId: { not: null } } });
  if (requested?.approvalId == null) return;
  const approval = await database.read.approval.findUniqueOrThrow({ where: { id: requested.approvalId } });
  if (approval.state !== 'pending') await database.work(CUSTODIAN, (work) => applySweepDecisions(work, [approval]));
}

async function advance(parts: WalletParts, walletId: number, sweep: WalletSweep): Promise<void> {
  const wallet = await readWallet(parts.database.read, walletId);
  const signed = await parts.database.read.walletTransfer.findMany({
    where: { sweepId: sweep.id, state: { in: ['signed', 'included'] }, transaction: { not: 'AnyNull' } },
    include: { hashes: { orderBy: { id: 'asc' } } },
    orderBy: { position: 'asc' },
  });
  for (const transfer of signed) await followTransfer(parts, wallet, transfer);
  await sendSweep(parts, wallet, sweep);
}

/** A sweep of which everything has ended is over; what it saved or missed is surveyed, until nothing is worth its fee. */
async function finish(parts: WalletParts, walletId: number): Promise<void> {
  const { database } = parts;
  const ended = await database.work(CUSTODIAN, async (work) => {
    const wallet = await lockWallet(work, walletId);
    const sweep = await work.tx.walletSweep.findFirst({ where: { walletId, state: 'approved' }, include: { transfers: true } });
    if (sweep === null || sweep.transfers.some(({ state }) => state !== 'settled' && state !== 'dead')) return false;
    const isWhole = sweep.transfers.every(({ state, isReverted }) => state === 'settled' && isReverted !== true);
    const state = isWhole ? ('done' as const) : ('failed' as const);
    await work.tx.walletSweep.update({
      where: { id: sweep.id },
      data: { state, endedAt: work.at, endReason: isWhole ? null : 'not_all_moved' },
    });
    await work.tx.seizedWallet.update({ where: { id: walletId }, data: { state: 'watched' } });
    await appendAudit(work, {
      stream: `case:${wallet.caseId}`,
      action: `wallet.sweep_${state}`,
      subject: `wallet_sweep:${sweep.id}`,
      before: { state: 'approved' },
      after: { state },
      payload: { transfers: sweep.transfers.map(({ asset, state: end }) => ({ asset, state: end })) },
    });
    return true;
  });
  const wallet = await readWallet(database.read, walletId);
  const wasSwept = ended || (await isAwaitingSurvey(parts, wallet));
  if (wasSwept) await (wallet.family === 'evm' ? surveyRest(parts, walletId) : closeByProof(parts, walletId));
}

/** Swept, its coins not all accounted for, and nothing under way: the survey was not reached, or its result could not be booked yet. */
async function isAwaitingSurvey({ database }: WalletParts, { id, state }: SeizedWallet): Promise<boolean> {
  if (state !== 'watched') return false;
  const last = await database.read.walletSweep.findFirst({ where: { walletId: id }, orderBy: { id: 'desc' }, select: { state: true } });
  return last?.state === 'done';
}

/** A wallet that no node shows is empty when a print from after its sweep says so. */
async function closeByProof({ database }: WalletParts, walletId: number): Promise<void> {
  await database.work(CUSTODIAN, async (work) => {
    const wallet = await lockWallet(work, walletId);
    const last = await work.tx.walletSweep.findFirst({ where: { walletId }, orderBy: { id: 'desc' } });
    const proof = await work.tx.walletReading.findFirst({
      where: { walletId, source: 'proof' },
      orderBy: [{ takenAt: 'desc' }, { id: 'desc' }],
    });
    if (wallet.state !== 'watched' || last?.endedAt == null || proof === null || proof.takenAt < last.endedAt) return;
    if (!(await isBooked(work, wallet))) return;
    const rest = quantitiesIn(proof);
    if (rest.every((amount) => amount.isZero())) await emptyWallet(work, wallet, { left: [] });
  });
}

async function surveyRest(parts: WalletParts, walletId: number): Promise<void> {
  const wallet = await readWallet(parts.database.read, walletId);
  const { survey, withoutAddress } = await surveyWallet(parts, wallet);
  const isStuck =
    withoutAddress.length > 0 || survey.unreadable.length > 0 || survey.plan.left.some(({ reason }) => reason === 'transfer_reverts');
  await parts.database.work(CUSTODIAN, async (work) => {
    const locked = await lockWallet(work, walletId);
    if (locked.state !== 'watched' || locked.cursorHash !== wallet.cursorHash) return;
    const isEmpty = survey.plan.transfers.length === 0 && !isStuck;
    if (isEmpty) {
      if (await isBooked(work, locked)) await emptyWallet(work, locked, survey.plan);
      return;
    }
    await warnOnce(work, {
      code: 'wallet_sweep_again',
      subject: `seized_wallet:${walletId}`,
      text: '압류한 지갑에 옮길 만한 자산이 남아 있거나 옮기지 못한 자산이 있습니다. 남은 자산을 확인하고 이전을 다시 결재받으십시오.',
      facts: {
        walletId,
        worthMoving: survey.plan.transfers.map(({ asset, amount }) => ({ asset, quantity: amount.toString() })),
        cannotMove: [...withoutAddress, ...survey.unreadable.map(({ token }) => token.asset)],
      },
    });
  });
}
